import SQLite
import Wire

/// What the failures of SQLite mean for those who asked.
enum SQLFailure {
    /// The words for a caller. They name no path and no content.
    static func problem(_ error: SQLiteError) -> Problem {
        switch error {
        case .failed(let code): problem(code)
        case .damaged: Problem(.internalError, "A row of the store is damaged, and is not given out.")
        }
    }

    static func problem(_ code: Int32) -> Problem {
        switch SQLiteError.cause(ofCode: code) {
        case .full: Problem(.storageFull, "The disk that holds the store is full.", retryAfterSeconds: 10)
        case .busy:
            Problem(.overloaded, "Another program holds the store's file; try again.", retryAfterSeconds: 2)
        case .outOfMemory: Problem(.overloaded, "The store is out of memory; try again.", retryAfterSeconds: 2)
        case .corrupt: Problem(.internalError, "The store's file is damaged; restore it from a backup.")
        case .unknownOutcome, .stopped, .other: Problem(.internalError, "The store's disk failed (\(code)).")
        }
    }

    static func isUnknownOutcome(_ code: Int32) -> Bool { SQLiteError.cause(ofCode: code) == .unknownOutcome }

    /// Why writes are refused, for ``StoreStatus``.
    static func reason(_ code: Int32) -> String {
        switch SQLiteError.cause(ofCode: code) {
        case .unknownOutcome: "The disk failed to make a commit durable; check the disk, then restart."
        case .full: "The disk is full; writes resume when there is space."
        case .busy: "Another program holds the store's file."
        case .corrupt: "The store's file is damaged; restore it from a backup."
        case .outOfMemory, .stopped, .other: "The disk fails (\(code))."
        }
    }
}
