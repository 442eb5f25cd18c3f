public import Wire

/// A file beside a message, as its sender describes it. ``Media/download(fileOf:to:progress:)`` fetches it.
public struct FileNote: WireRecord, Equatable {
    /// Characters of a type.
    static let typeLengths = 1...127
    /// Characters of a name.
    static let nameLengths = 1...255

    /// Claims of the sender: for showing, never a path.
    public var name: String?
    /// The media type, as its sender says; `nil` where none was said.
    public var type: String?
    /// Bytes of the file itself, before it was sealed.
    public var byteCount: UInt64
    /// Of an image, in pixels, as it is looked at.
    public var width: UInt64?
    /// In pixels; `nil` for what is no image.
    public var height: UInt64?
    /// A blur of an image. ``Media/thumbnail(ofFileOf:)`` gives the small picture that comes with it.
    public var thumbHash: [UInt8]?

    /// What is known of every file; an image may have more.
    public init(name: String?, type: String?, byteCount: UInt64) {
        self.name = name
        self.type = type
        self.byteCount = byteCount
    }

    init(name: String?, type: String?, byteCount: UInt64, _ preview: AttachmentPreview?) {
        self.init(name: name, type: type, byteCount: byteCount)
        width = preview?.width
        height = preview?.height
        thumbHash = preview?.thumbHash
    }

    public init(fields: inout Fields<Self>) throws(WireError) {
        name = try fields.textIfPresent("name", \.name, length: Self.nameLengths)
        type = try fields.textIfPresent("type", \.type, length: Self.typeLengths)
        byteCount = try fields.number("size", \.byteCount)
        width = try fields.numberIfPresent("width", \.width)
        height = try fields.numberIfPresent("height", \.height)
        thumbHash = try fields.bytesIfPresent("thumbHash", \.thumbHash, count: AttachmentPreview.thumbHashByteCounts)
    }
}

/// How far a file has come, in sealed bytes.
public struct FileProgress: Sendable, Equatable {
    /// Bytes that are over.
    public var doneByteCount: UInt64
    /// All of its bytes.
    public var byteCount: UInt64

    /// So much of so much.
    public init(doneByteCount: UInt64, byteCount: UInt64) {
        self.doneByteCount = doneByteCount
        self.byteCount = byteCount
    }
}

/// Why a file was not sent or not fetched.
public enum FileFailure: String, WireEnumeration {
    /// The file cannot be read; there is none, or it is no regular file.
    case unreadable
    /// The place for it cannot be written.
    case unwritable
    /// Something is at the place for it already.
    case exists
    /// Above 2 GiB.
    case tooLong = "too-long"
    /// A type that is empty, or too long to be told.
    case badType = "bad-type"
    /// What came is not what the sender named.
    case notAuthentic = "not-authentic"
    /// The message has no file, or none so long.
    case none
    /// As many files, or bytes of them, wait to be sent as the folder takes.
    case tooManyWaiting = "too-many-waiting"
    /// What was sealed to be sent is gone from the folder, or has changed there.
    case damaged
    /// Its sender has thought better of it.
    case cancelled
    /// Stopped in the middle; what has come is kept to go on with.
    case interrupted
    /// Stopped in the middle; nothing is kept of it.
    case stopped
    /// It does not wait to be sent: it was sent, or given up.
    case notWaiting = "not-waiting"
    /// No image that a reader would show, or too long for a sticker.
    case badImage = "bad-image"
    /// There is no small picture inside the message.
    case noPreview = "no-preview"
    /// What the sender calls a small picture is not one that may be shown.
    case badPreview = "bad-preview"
}

extension FileFailure {
    /// Why a file that somebody asked for was not written.
    package init(writing error: LocalStoreError) { self = error.saysAlreadyThere ? .exists : .unwritable }
}
