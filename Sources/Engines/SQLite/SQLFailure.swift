import CSQLite
import Wire

/// What the result codes of SQLite mean for those who asked.
enum SQLFailure {
    /// The words for a caller. They name no path and no content.
    static func problem(_ code: Int32) -> Problem {
        switch code & 0xFF {
        case SQLITE_FULL:
            Problem(.storageFull, "The disk that holds the store is full.", retryAfterSeconds: 10)
        case SQLITE_BUSY, SQLITE_LOCKED:
            Problem(.overloaded, "Another program holds the store's file; try again.", retryAfterSeconds: 2)
        case SQLITE_NOMEM:
            Problem(.overloaded, "The store is out of memory; try again.", retryAfterSeconds: 2)
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT:
            Problem(.internalError, "The store's file is damaged; restore it from a backup.")
        default:
            Problem(.internalError, "The store's disk failed (\(code)).")
        }
    }

    /// After a failed fsync nobody knows what is on the disk: the system may have dropped the pages it could not
    /// write and call the next fsync a success.
    static func isUnknownOutcome(_ code: Int32) -> Bool {
        let extended = [1034, 1290] // SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC: macros that Swift cannot see
        return extended.contains(Int(code))
    }

    /// Why writes are refused, for ``StoreStatus``.
    static func reason(_ code: Int32) -> String {
        switch code & 0xFF {
        case _ where isUnknownOutcome(code):
            "The disk failed to make a commit durable; check the disk, then restart."
        case SQLITE_FULL: "The disk is full; writes resume when there is space."
        case SQLITE_BUSY, SQLITE_LOCKED: "Another program holds the store's file."
        case SQLITE_CORRUPT, SQLITE_NOTADB: "The store's file is damaged; restore it from a backup."
        default: "The disk fails (\(code))."
        }
    }
}
