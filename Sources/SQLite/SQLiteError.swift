import CSQLite
import Glibc

/// Why a question to SQLite has no answer.
package enum SQLiteError: Error, Sendable, Equatable {
    /// The machine failed; the code is SQLite's extended result code.
    case failed(code: Int32)
    /// A row does not fit its digest, or does not make sense. It stands alone: the rest of the file may be sound.
    case damaged(table: String)

    /// There is no room on the disk, or none for this.
    package static let full = SQLiteError.failed(code: SQLITE_FULL)

    /// What a result code says about the machine.
    package enum Cause: Sendable, Equatable {
        case full
        /// Another connection holds what is needed.
        case busy
        case outOfMemory
        /// The file is no database, or one that is damaged in its structure.
        case corrupt
        /// After a failed fsync nobody knows what is on the disk: the system may have dropped the pages it could not
        /// write and call the next fsync a success.
        case unknownOutcome
        /// Stopped by whoever ran it.
        case stopped
        case other
    }

    /// Sorts an extended result code.
    package static func cause(ofCode code: Int32) -> Cause {
        // SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC: macros that Swift cannot see.
        if code == 1_034 || code == 1_290 { return .unknownOutcome }
        return switch code & 0xFF {
        case SQLITE_FULL: .full
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_NOMEM: .outOfMemory
        case SQLITE_INTERRUPT: .stopped
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: .corrupt
        default: .other
        }
    }

    /// What a code is taken for, with what the system said. Files beside the database that find no room are to SQLite
    /// a failing disk. An fsync that failed stays one, whatever the reason: the pages may be gone.
    static func code(_ code: Int32, systemError: Int32) -> Int32 {
        let mayBeFull = code & 0xFF == SQLITE_IOERR && cause(ofCode: code) == .other
        return mayBeFull && systemError == ENOSPC ? SQLITE_FULL : code
    }

    /// SQLite's own words for a code.
    package static func text(ofCode code: Int32) -> String { String(cString: sqlite3_errstr(code)) }
}
