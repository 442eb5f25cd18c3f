import Glibc

/// What the first bytes of a database file say. See https://www.sqlite.org/fileformat2.html#the_database_header
struct DatabaseHead {
    private static let byteCount = 100

    /// As the program that made the file numbers its formats.
    let format: Int
    let pageByteCount: Int
    /// How many pages there should be as of what was last copied into the file; `nil` where that is not known.
    let pageCount: UInt32?
    /// How many whole pages there are.
    let heldPageCount: UInt32

    /// - Throws: ``StoreError/damaged(file:reason:)`` for what does not begin as a database does;
    ///   ``StoreError/unreachable(name:reason:)``.
    init(of databasePath: String) throws(StoreError) {
        let file = open(databasePath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw StoreFolder.failed(databaseName) }
        defer { close(file) }
        var head = [UInt8](repeating: 0, count: Self.byteCount)
        guard pread(file, &head, head.count, 0) == head.count, head.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw .damaged(file: databaseName, reason: "it does not begin as a database does")
        }
        func number(_ bytes: Range<Int>) -> UInt32 { head[bytes].reduce(0) { $0 << 8 | UInt32($1) } }
        format = Int(number(60..<64))
        // One stands for 65,536, which two bytes do not hold.
        let pageByteCount = number(16..<18) == 1 ? 65_536 : Int(number(16..<18))
        guard pageByteCount >= 512, pageByteCount & (pageByteCount - 1) == 0 else {
            throw .damaged(file: databaseName, reason: "its pages have no size")
        }
        self.pageByteCount = pageByteCount
        // Programs that did not keep the count did not keep the second counter of changes either.
        pageCount = number(24..<28) == number(92..<96) ? number(28..<32) : nil
        var status = stat()
        guard fstat(file, &status) == 0 else { throw StoreFolder.failed(databaseName) }
        heldPageCount = UInt32(clamping: Int(status.st_size) / pageByteCount)
    }
}
