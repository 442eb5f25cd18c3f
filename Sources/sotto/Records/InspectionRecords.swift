import Client
import Media
import Wire

/// What the head of an image says.
struct ImageRecord: PrintedRecord, Equatable {
    var type: String
    var width: UInt64
    var height: UInt64
    var frameCount: UInt64
    var orientation: UInt64

    init(_ facts: ImageFacts) {
        (type, width, height) = (facts.mediaType, UInt64(clamping: facts.width), UInt64(clamping: facts.height))
        (frameCount, orientation) = (UInt64(clamping: facts.frameCount), UInt64(clamping: facts.orientation))
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        type = try fields.words("type", \.type)
        width = try fields.number("width", \.width)
        height = try fields.number("height", \.height)
        frameCount = try fields.number("frameCount", \.frameCount)
        orientation = try fields.number("orientation", \.orientation, in: 1...8)
    }

    static var notes: [String: String] {
        ["width": "in pixels as they are stored, before any turn", "orientation": "EXIF's: how to turn what is stored"]
    }
}

extension RecordKind where Value == ImageRecord {
    static var image: Self { .init("a file was inspected, which is an image") }
}

/// What is known of a video or a sound.
struct RecordingRecord: PrintedRecord, Equatable {
    var type: String
    var width: UInt64?
    var height: UInt64?
    var durationMilliseconds: UInt64?
    var waveform: [UInt8]?
    var isDecoded: Bool

    /// - Parameter isDecoded: whether programs have looked at it too, and not only at its head.
    init(_ facts: RecordingFacts, isDecoded: Bool) {
        type = facts.mediaType
        width = facts.size.map { UInt64(clamping: $0.width) }
        height = facts.size.map { UInt64(clamping: $0.height) }
        durationMilliseconds = facts.durationMilliseconds.map { UInt64(clamping: $0) }
        waveform = facts.waveform
        self.isDecoded = isDecoded
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        type = try fields.words("type", \.type)
        width = try fields.numberIfPresent("width", \.width)
        height = try fields.numberIfPresent("height", \.height)
        durationMilliseconds = try fields.numberIfPresent("durationMs", \.durationMilliseconds)
        let count = RecordingInfo.waveformCount
        waveform = try fields.bytesIfPresent("waveform", \.waveform, count: count...count)
        isDecoded = try fields.flag("decoded", \.isDecoded)
    }

    static var notes: [String: String] {
        [
            "width": "of the largest picture, as it is shown; absent for sound alone",
            "waveform": "the loudest moments, one byte each",
            "decoded": "programs have looked at it, and not only its head was read",
        ]
    }
}

extension RecordKind where Value == RecordingRecord {
    static var recording: Self { .init("a file was inspected, which is a video or a sound") }
}

/// A thumbnail that was made here.
struct ThumbnailRecord: PrintedRecord, Equatable {
    var picture: PictureRecord
    var thumbHash: [UInt8]
    var original: ImageRecord?
    var recording: RecordingRecord?
    var preview: PictureRecord?
    var landlock: UInt64?

    /// - Parameters:
    ///   - path: where the first of the pictures went, and `previewPath` where the preview did.
    ///   - recording: what the picture is of, where that is a video; else it is the image that was looked at.
    ///   - landlock: the version that held the worker, 0 for none.
    init(
        _ made: Thumbnails, _ picture: Picture, path: String, previewPath: String? = nil,
        of recording: RecordingRecord? = nil, landlock: Int
    ) {
        self.picture = PictureRecord(picture, type: made.encoding.mediaType, path: path)
        thumbHash = made.thumbHash.bytes
        original = recording == nil ? ImageRecord(made.facts) : nil
        self.recording = recording
        if let path = previewPath { preview = made.preview.map { PictureRecord($0, type: "image/webp", path: path) } }
        self.landlock = landlock > 0 ? UInt64(landlock) : nil
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        picture = try fields.embedded(\.picture)
        thumbHash = try fields.bytes("thumbHash", \.thumbHash, count: 1...64)
        original = try fields.valueIfPresent("original", \.original)
        recording = try fields.valueIfPresent("recording", \.recording)
        preview = try fields.valueIfPresent("preview", \.preview)
        landlock = try fields.numberIfPresent("landlock", \.landlock)
    }

    static var notes: [String: String] {
        [
            "thumbHash": "a blur of it",
            "original": "the image that it was made of, as an inspection says; or it was a `recording`",
            "preview": "the short one of an animation, where it was asked for",
            "landlock": "the version that held the worker; absent where this kernel has none",
        ]
    }
}

extension RecordKind where Value == ThumbnailRecord {
    static var thumbnail: Self { .init("a thumbnail was made of a file, as a server does") }
}

/// A file that gets no thumbnail.
struct RefusedRecord: PrintedRecord, Equatable {
    var code: String
    var message: String

    /// - Parameter words: what a person is told.
    init(_ refusal: MediaRefusal, _ words: String) { (code, message) = (refusal.code, Output.harmless(words)) }

    init(fields: inout Fields<Self>) throws(WireError) {
        code = try fields.words("code", \.code)
        message = try fields.words("message", \.message)
    }
}

extension RecordKind where Value == RefusedRecord {
    static var refused: Self {
        .init("a file was looked at as a server does, and refused: the status is 3, or 1 where the machine is at fault")
    }
}
