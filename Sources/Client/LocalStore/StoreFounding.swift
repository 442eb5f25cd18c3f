import Glibc
import SQLite

/// Makes a store under another name, which gets its own last: a kill anywhere leaves none, or a whole one.
struct StoreFounding {
    private static let draftName = "store.new"

    let folder: String
    let disk: StoreDisk

    /// - Parameter rows: what is in it from the beginning.
    func found(_ rows: [(StoreAddress, [UInt8])]) throws(LocalStoreError) {
        let path = folder + "/" + StoreFile.databaseName
        var status = stat()
        // Whoever lost the database alone does not get an empty one in its place.
        guard stat(path + "-wal", &status) != 0 || status.st_size == 0 else { throw .damaged(StoreFile.databaseName) }
        let draft = folder + "/" + Self.draftName
        try disk.change { () throws(LocalStoreError) in
            for name in [draft, draft + "-wal", draft + "-journal"] { unlink(name) }
            let file = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard file >= 0 else { throw LocalStoreError(system: "make a store") }
            close(file)
        }
        do throws(SQLiteError) {
            try write(draft, rows)
        } catch {
            throw LocalStoreError(error, "make a store")
        }
        try disk.change { () throws(LocalStoreError) in
            guard rename(draft, path) == 0 else { throw LocalStoreError(system: "name a store") }
        }
        try disk.change { () throws(LocalStoreError) in
            guard SmallFile.syncFolder(folder) else { throw .outcomeUnknown }
        }
    }

    private func write(_ draft: String, _ rows: [(StoreAddress, [UInt8])]) throws(SQLiteError) {
        let connection = try Connection(path: draft, access: .readWrite, through: disk.system)
        defer { connection.close() }
        try connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        // The page size counts when the file is new, and before it is in WAL mode.
        try connection.execute("PRAGMA page_size = \(StoreLimits.pageByteCount)")
        try connection.execute("PRAGMA synchronous = FULL")
        // A file that is not finished has no use for a journal.
        try connection.execute("PRAGMA journal_mode = MEMORY")
        try connection.execute("BEGIN IMMEDIATE; \(StoreFile.schema); PRAGMA user_version = \(StoreFile.format)")
        for (address, value) in rows { try connection.put(value, at: address) }
        try connection.execute("COMMIT")
        try connection.execute("PRAGMA journal_mode = WAL")
    }
}
