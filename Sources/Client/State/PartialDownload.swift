import Wire

/// A file that is being fetched, and how much of it is on the disk. Written before there is anything beside the target,
/// so that nothing is left there that nobody knows.
struct PartialDownload: WireRecord, Equatable {
    /// The line that the file is beside.
    var line: LinePlace
    /// Where it is to be, absolute.
    var path: String
    /// In the name beside it, under which its bytes are until then.
    var partial: MediaID
    /// Whole chunks of the file, from its beginning, that are durable.
    var byteCount: UInt64
    var startedAt: Timestamp

    init(_ line: LinePlace, path: String, partial: MediaID, byteCount: UInt64, startedAt: Timestamp) {
        self.line = line
        self.path = path
        self.partial = partial
        self.byteCount = byteCount
        self.startedAt = startedAt
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        line = try fields.value("line", \.line)
        path = try fields.text("path", \.path, length: 1...4096)
        partial = try fields.value("partial", \.partial)
        byteCount = try fields.number("size", \.byteCount)
        startedAt = try fields.value("startedAt", \.startedAt)
    }
}
