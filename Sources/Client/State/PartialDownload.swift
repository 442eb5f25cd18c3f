import Wire

/// A file that is being fetched, and how much of it is on the disk. Written before there is anything beside the target,
/// so that nothing is left there that nobody knows.
struct PartialDownload: WireRecord, Equatable {
    /// Where it is to be, absolute.
    var path: String
    /// In the name beside it, under which its bytes are until then.
    var partial: MediaID
    /// Whole chunks of the file, from its beginning, that are durable.
    var byteCount: UInt64
    var startedAt: Timestamp

    init(path: String, partial: MediaID, byteCount: UInt64, startedAt: Timestamp) {
        self.path = path
        self.partial = partial
        self.byteCount = byteCount
        self.startedAt = startedAt
    }

    init(fields: inout Fields) throws(WireError) {
        path = try fields.text("path", length: 1...4096)
        partial = try fields.value("partial")
        byteCount = try fields.number("size")
        startedAt = try fields.value("startedAt")
    }

    func write(fields writer: inout WireWriter) {
        writer.put("path", text: path)
        writer.put("partial", partial)
        writer.put("size", number: byteCount)
        writer.put("startedAt", startedAt)
    }
}
