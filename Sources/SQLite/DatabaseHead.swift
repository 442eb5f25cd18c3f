import Glibc

/// What the first bytes of a database file say. See https://www.sqlite.org/fileformat2.html#the_database_header
package struct DatabaseHead {
    /// Why there is none.
    package enum Failure: Error, Equatable {
        /// The system does not let the file be read; `errno`.
        case unreadable(code: Int32)
        /// It does not begin as a database does, and how it does not.
        case foreign(reason: String)
    }

    private static let byteCount = 100

    /// As the program that made the file numbers its formats.
    package let format: Int
    package let pageByteCount: Int
    /// How many pages there should be as of what was last copied into the file; `nil` where that is not known.
    package let pageCount: UInt32?
    /// How many whole pages there are.
    package let heldPageCount: UInt32

    /// - Throws: ``Failure``.
    package init(of databasePath: String) throws(Failure) {
        let file = open(databasePath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw .unreadable(code: errno) }
        defer { close(file) }
        try self.init(file)
    }

    /// As the other, of a file that is open: whoever closes one of his own lets go of the locks that SQLite has on it.
    /// - Throws: ``Failure``.
    package init(_ file: Int32) throws(Failure) {
        var head = [UInt8](repeating: 0, count: Self.byteCount)
        guard pread(file, &head, head.count, 0) == head.count, head.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw .foreign(reason: "it does not begin as a database does")
        }
        func number(_ bytes: Range<Int>) -> UInt32 { head[bytes].reduce(0) { $0 << 8 | UInt32($1) } }
        format = Int(number(60..<64))
        // One stands for 65,536, which two bytes do not hold.
        let pageByteCount = number(16..<18) == 1 ? 65_536 : Int(number(16..<18))
        guard pageByteCount >= 512, pageByteCount & (pageByteCount - 1) == 0 else {
            throw .foreign(reason: "its pages have no size")
        }
        self.pageByteCount = pageByteCount
        // Programs that did not keep the count did not keep the second counter of changes either.
        pageCount = number(24..<28) == number(92..<96) ? number(28..<32) : nil
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .unreadable(code: errno) }
        heldPageCount = UInt32(clamping: Int(status.st_size) / pageByteCount)
    }

    /// Pages that the file lacks, where there is no log: more than none where it was cut.
    package var missingPageCount: Int { max(0, Int(pageCount ?? 0) - Int(heldPageCount)) }

    /// Pages that are neither in the file nor in the log, which is sound so far.
    package func missingPageCount(
        with log: borrowing WriteAheadLog, _ generation: WriteAheadLog.Generation, _ extent: WriteAheadLog.Extent
    ) -> Int {
        // As of the last commit; what is not yet copied into the file is in the log.
        let last = log.pageCount(afterFrame: extent.committedCount, of: generation) ?? pageCount ?? 0
        guard last > heldPageCount else { return 0 }
        let inLog = log.pages(inFrames: extent.committedCount, of: generation, above: heldPageCount)
        return Int(last - heldPageCount) - inLog.count { $0 <= last }
    }
}
