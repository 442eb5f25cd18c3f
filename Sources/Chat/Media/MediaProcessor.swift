public import Store
public import Wire

/// What looks at open media: decides what they are and makes thumbnails. The worker pool stands behind it.
public struct MediaProcessor: Sendable {
    /// Looks at a complete upload. Never throws: a failure is a verdict.
    public var process: @Sendable (_ upload: OpenUpload, _ reader: BlobReader) async -> Verdict

    public init(process: @escaping @Sendable (OpenUpload, BlobReader) async -> Verdict) { self.process = process }

    /// What came of it.
    public enum Verdict: Sendable {
        case ready(PictureInfo, [Made])
        /// The bytes are at fault; a word that says how.
        case failed(String)
        /// The machine is; try again.
        case later

        /// What a file that cannot be read means for the media in it.
        public init(_ error: BlobError) {
            switch error {
            case .damaged: self = .failed("damaged")
            case .absent: self = .failed("missing")
            case .busy, .tooLong, .incomplete, .otherDigest, .full, .overloaded, .closed, .failing: self = .later
            }
        }
    }

    /// A picture that was made.
    public struct Made: Sendable {
        /// What it is asked for by.
        public var side: UInt64
        /// `image/webp` or `image/jpeg`.
        public var mediaType: String
        public var bytes: [UInt8]

        public init(side: UInt64, mediaType: String, bytes: [UInt8]) {
            self.side = side
            self.mediaType = mediaType
            self.bytes = bytes
        }
    }
}

/// Open media on their way to a ``MediaProcessor``. There is no way to make one of sealed media.
public struct OpenUpload: Sendable {
    public let media: MediaID
    public let byteCount: UInt64

    /// `nil` for a row of sealed media, or one that is not to be looked at.
    init?(_ row: MediaRow) {
        guard row.mediaClass == .open, row.conversation != nil, row.state == .processing else { return nil }
        media = row.media
        byteCount = row.byteCount
    }
}
