import CSQLite
import Foundation
import Testing

@testable import SQLite

/// Mirrors `SQLiteError`, `Connection`.
@Suite struct SQLiteErrorTests {
    @Test("a full disk is told as full wherever it was met, but for an fsync that failed: nobody knows what is there")
    func full() {
        // SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE.
        for code in [Int32(19), 6, 3].map({ SQLITE_IOERR | $0 << 8 }) {
            #expect(SQLiteError.cause(ofCode: SQLiteError.code(code, systemError: ENOSPC)) == .full)
            #expect(SQLiteError.code(code, systemError: EIO) == code)
        }
        // SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC.
        for code in [Int32(4), 5].map({ SQLITE_IOERR | $0 << 8 }) {
            #expect(SQLiteError.cause(ofCode: SQLiteError.code(code, systemError: ENOSPC)) == .unknownOutcome)
        }
        #expect(SQLiteError.code(SQLITE_CORRUPT, systemError: ENOSPC) == SQLITE_CORRUPT)
    }

    @Test("a file that nobody changes is read by whatever path, and no file is made beside it")
    func paths() throws {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.path + "/sqlite-" + UUID().uuidString
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? manager.removeItem(atPath: folder) }
        for name in ["plain.db", "a b?c#d%20.db", "\u{e9}.db"] {
            for path in [folder + "/" + name, "/" + folder + "/" + name] {
                let writing = try Connection(path: path, access: .readWrite, creates: true)
                try writing.execute("CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (7)")
                writing.close()
                let files = try manager.contentsOfDirectory(atPath: folder).sorted()
                let reading = try Connection(path: path, access: .readOnlyUnchanging)
                #expect(try reading.texts("SELECT a FROM t LIMIT 1") == ["7"], "\(path)")
                reading.close()
                #expect(try manager.contentsOfDirectory(atPath: folder).sorted() == files)
            }
        }
    }
}
