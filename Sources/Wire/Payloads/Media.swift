/// Whether the server may look at media. Fixed when the upload is created.
public enum MediaClass: String, WireEnumeration {
    case sealed, open
    /// One of a later version.
    case later
}

/// How far media have come.
public enum MediaState: String, WireEnumeration {
    case uploading
    /// Complete, open, and being looked at.
    case processing
    case ready
    /// Open, and refused by what looked at it.
    case failed
    /// One of a later version.
    case later
}

/// How long media stay when nobody says otherwise.
public enum MediaLifetime: String, WireEnumeration {
    case usual = "default"
    case long
    /// Until somebody deletes them.
    case pinned
    /// Until a moment that was set when they were uploaded, and no longer.
    case expiring
    /// One of a later version.
    case later
}

/// The answer to a created upload; the same stands in fields of the answer's head, for clients of tus.
public struct UploadCreated: WireRecord, Equatable {
    public var media: MediaID
    /// What lets whoever knows it append, until it expires.
    public var capability: UploadCapability
    /// Whoever has it may delete the media: 43 characters of base64url.
    public var deleteCapability: String
    public var offset: UInt64
    public var expiresAt: Timestamp

    public init(fields: inout Fields<Self>) throws(WireError) {
        media = try fields.value("media", \.media)
        capability = try fields.value("upload", { UploadTarget(capability: $0.capability) }).capability
        deleteCapability = try fields.text("deleteCapability", \.deleteCapability, length: 43...43)
        offset = try fields.number("offset", \.offset, in: 0...UInt64(1) << 53)
        expiresAt = try fields.value("expiresAt", \.expiresAt)
    }

    /// Where to append.
    public var upload: String { UploadTarget(capability: capability).text }
}

/// The target of an upload: ``prefix``, and a capability in base64url, so that whoever asks there asks for nothing
/// else.
struct UploadTarget: WireType {
    static let prefix = "/v1/media/uploads/"

    let capability: UploadCapability

    init(wire value: WireValue, in context: WireContext) throws(WireError) {
        guard case .text(let text) = value else { throw WireError(.wrongType(expected: "text", found: value.kind)) }
        guard text.utf8.starts(with: Self.prefix.utf8),
            let capability = UploadCapability(place: String(text.dropFirst(Self.prefix.count)))
        else { throw WireError(.outOfBounds("must be \(Self.prefix) and base64url")) }
        self.capability = capability
    }

    init(capability: UploadCapability) { self.capability = capability }

    var text: String { Self.prefix + capability.place }

    func write(to writer: inout WireWriter) { writer.write(text: text) }
    static var schema: Schema { .text(length: 1...prefix.count + UploadCapability.lengths.upperBound) }
    static var sample: Self { Self(capability: .sample) }
}

/// What may be known of media.
public struct MediaInfo: WireRecord, Equatable {
    public var media: MediaID
    public var mediaClass: MediaClass
    public var state: MediaState
    public var byteCount: UInt64
    /// SHA-256 of the stored bytes; absent while they are not complete.
    public var sha256: [UInt8]?
    public var lifetime: MediaLifetime
    /// Of open media without a conversation.
    public var use: MediaUse?
    /// Absent where nothing but a deletion ends them.
    public var expiresAt: Timestamp?
    /// Open media, when they were looked at.
    public var picture: PictureInfo?
    /// Open videos and sounds, as far as they could be read; failed ones too.
    public var recording: RecordingInfo?
    /// Why open media are `failed`: a word for programs.
    public var failure: String?

    public init(fields: inout Fields<Self>) throws(WireError) {
        media = try fields.value("media", \.media)
        mediaClass = try fields.value("class", \.mediaClass)
        state = try fields.value("state", \.state)
        byteCount = try fields.number("byteCount", \.byteCount, in: 0...UInt64(1) << 53)
        sha256 = try fields.bytesIfPresent("digest", \.sha256, count: 32...32)
        lifetime = try fields.value("lifetime", \.lifetime)
        use = try fields.valueIfPresent("use", \.use)
        expiresAt = try fields.valueIfPresent("expiresAt", \.expiresAt)
        picture = try fields.valueIfPresent("picture", \.picture)
        recording = try fields.valueIfPresent("recording", \.recording)
        failure = try fields.textIfPresent("failure", \.failure, length: 1...64)
    }
}

/// What the server saw of an open image, or of one frame of an open video.
public struct PictureInfo: WireRecord, Equatable {
    /// As the bytes say, whatever the file was called.
    public var mediaType: String
    public var width: UInt64
    public var height: UInt64
    /// A blurred preview of about 25 bytes.
    public var thumbHash: [UInt8]
    /// The longer sides of the thumbnails that may be asked for.
    public var thumbnails: [UInt64]
    /// The longer side of the moving preview, of animations that have one.
    public var preview: UInt64?

    public init(fields: inout Fields<Self>) throws(WireError) {
        mediaType = try fields.text("mediaType", \.mediaType, length: 1...64)
        width = try fields.number("width", \.width, in: 1...1 << 20)
        height = try fields.number("height", \.height, in: 1...1 << 20)
        thumbHash = try fields.bytes("thumbHash", \.thumbHash, count: 1...64)
        let sides = try fields.list("thumbnails", { $0.thumbnails.map { PictureSide($0) } }, count: 0...16)
        thumbnails = sides.map(\.rawValue)
        preview = try fields.numberIfPresent("preview", \.preview, in: PictureSide.bounds)
    }
}

/// A side of a picture in pixels.
struct PictureSide: WireNumber, Equatable {
    static let bounds: ClosedRange<UInt64> = 1...1 << 16
    let rawValue: UInt64
    init(_ rawValue: UInt64) { self.rawValue = rawValue }
    static func make(_ number: UInt64) -> Self? { PictureSide(number) }
    var number: UInt64 { rawValue }
}

/// What a still picture is written as.
public enum PictureType: String, WireEnumeration {
    case webp, jpeg
    /// One of a later version.
    case later
}

/// How much of the account's room is taken. Uploads count from their creation.
public struct MediaUsage: WireRecord, Equatable {
    public var count: UInt64
    public var byteCount: UInt64
    public var byteCountMax: UInt64
    /// Of one file.
    public var fileByteCountMax: UInt64

    public init(fields: inout Fields<Self>) throws(WireError) {
        count = try fields.number("count", \.count, in: 0...UInt64(1) << 53)
        byteCount = try fields.number("byteCount", \.byteCount, in: 0...UInt64(1) << 53)
        byteCountMax = try fields.number("byteCountMax", \.byteCountMax, in: 0...UInt64(1) << 53)
        fileByteCountMax = try fields.number("fileByteCountMax", \.fileByteCountMax, in: 0...UInt64(1) << 53)
    }
}

/// Asks for an address that lets somebody without an account download.
public struct MediaLinkRequest: WireRecord, Equatable {
    public var seconds: UInt64

    public init(fields: inout Fields<Self>) throws(WireError) {
        seconds = try fields.number("seconds", \.seconds, in: 1...Limits.mediaLinkSecondsMax)
    }
}

/// Such an address.
public struct MediaLink: WireRecord, Equatable {
    public var address: String
    public var expiresAt: Timestamp

    public init(fields: inout Fields<Self>) throws(WireError) {
        address = try fields.text("address", \.address, length: 1...300)
        expiresAt = try fields.value("expiresAt", \.expiresAt)
    }
}

/// Keeps media for longer, under a name that only the one who made it up knows.
public struct LeaseRequest: WireRecord, Equatable {
    /// Random; who knows it may let go again.
    public var lease: [UInt8]
    public var seconds: UInt64

    public init(fields: inout Fields<Self>) throws(WireError) {
        lease = try fields.bytes("lease", \.lease, count: 32)
        seconds = try fields.number("seconds", \.seconds, in: Limits.leaseSeconds)
    }
}

/// Lets go of media.
public struct LeaseRelease: WireRecord, Equatable {
    public var lease: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) { lease = try fields.bytes("lease", \.lease, count: 32) }
}
