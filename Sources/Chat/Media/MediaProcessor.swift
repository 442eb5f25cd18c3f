public import Store
public import Wire

/// What looks at open media: decides what they are and makes thumbnails. The worker pool stands behind it.
public struct MediaProcessor: Sendable {
    /// Looks at a complete upload. Never throws: a failure is a verdict.
    public var process: @Sendable (_ upload: OpenUpload, _ reader: BlobReader) async -> Verdict

    /// Makes one still picture in JPEG of media that were ready before, its longer side of so many pixels.
    public var makeJPEG: @Sendable (_ upload: OpenUpload, _ reader: BlobReader, _ side: UInt64) async -> Verdict

    /// - Parameter makeJPEG: where nothing is given, no JPEG is made of anything.
    public init(
        process: @escaping @Sendable (OpenUpload, BlobReader) async -> Verdict,
        makeJPEG: @escaping @Sendable (OpenUpload, BlobReader, UInt64) async -> Verdict = { (_, _, _) in
            .failed("unsupported")
        }
    ) {
        (self.process, self.makeJPEG) = (process, makeJPEG)
    }

    /// What came of it.
    public enum Verdict: Sendable {
        case ready(PictureInfo, [Made])
        /// A video with its poster, or a sound without one.
        case recorded(RecordingInfo, PictureInfo?, [Made])
        /// A video or a sound whose head was read, and no more; a word that says why.
        case halfRead(RecordingInfo, String)
        /// The bytes are at fault; a word that says how.
        case failed(String)
        /// The machine is; try again.
        case later

        /// The pictures in it.
        var made: [Made] {
            switch self {
            case .ready(_, let made), .recorded(_, _, let made): made
            case .halfRead, .failed, .later: []
            }
        }

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
        /// Pixels of its longer side.
        public var side: UInt64
        public var variant: ThumbnailVariant
        public var bytes: [UInt8]

        public init(side: UInt64, variant: ThumbnailVariant, bytes: [UInt8]) {
            self.side = side
            self.variant = variant
            self.bytes = bytes
        }
    }
}

/// Open media on their way to a ``MediaProcessor``. There is no way to make one of sealed media.
public struct OpenUpload: Sendable {
    public let media: MediaID
    public let byteCount: UInt64
    /// Uploaded for a use that takes images alone.
    public let isImageOnly: Bool

    /// `nil` for a row of sealed media, or one that is not to be looked at: neither waiting nor known as an image.
    init?(_ row: MediaRow) {
        guard row.mediaClass == .open, row.conversation != nil || row.use != nil else { return nil }
        guard row.state == .processing || (row.state == .ready && row.picture != nil) else { return nil }
        media = row.media
        byteCount = row.byteCount
        isImageOnly = row.use != nil
    }
}
