import Client
import Wire

/// A file that was saved.
struct DownloadedRecord: PrintedRecord, Equatable {
    var path: String
    var size: UInt64
    var from: UInt64?
    var file: FileNote?
    var media: MediaID?
    var type: String?

    /// The file beside a sealed message.
    /// - Parameter part: which of its bytes; `nil` for all of it.
    init(_ file: FileNote, path: String, part: Range<Int>? = nil) {
        self.path = path
        self.file = file
        size = part.map { UInt64($0.count) } ?? file.byteCount
        from = part.map { UInt64(clamping: $0.lowerBound) }
    }

    /// One of the media of a post.
    init(_ info: MediaInfo, type: String?, path: String) {
        (self.path, self.type) = (path, type)
        (media, size) = (info.media, info.byteCount)
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        path = try fields.words("path", \.path)
        size = try fields.number("size", \.size)
        from = try fields.numberIfPresent("from", \.from)
        file = try fields.valueIfPresent("file", \.file)
        media = try fields.valueIfPresent("media", \.media)
        type = try fields.wordsIfPresent("type", \.type)
    }

    static var notes: [String: String] {
        [
            "size": "the bytes that were saved",
            "from": "the first of them, where it is only a part of the file",
            "file": "the whole file of a sealed message, as its sender describes it",
            "media": "of a post",
            "type": "of a post, where the server found it out",
        ]
    }
}

extension RecordKind where Value == DownloadedRecord {
    static var downloaded: Self { .init("a file was saved") }
}
