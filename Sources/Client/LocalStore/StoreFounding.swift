import Crypto
import SQLite

/// Makes a store under another name, which gets its own last: a kill anywhere leaves none, or a whole one.
struct StoreFounding {
    private static let draftName = "store.new"

    let folder: String
    let disk: StoreDisk

    /// - Parameter rows: what is in it from the beginning.
    func found(_ rows: [(StoreAddress, [UInt8])]) throws(LocalStoreError) {
        let path = folder + "/" + StoreFile.databaseName
        // Whoever lost the database alone does not get an empty one in its place.
        guard FileSystem.byteCount(of: path + "-wal") ?? 0 == 0 else { throw .damaged(StoreFile.databaseName) }
        let draft = folder + "/" + Self.draftName
        try disk.change { () throws(LocalStoreError) in
            for name in [draft, draft + "-wal", draft + "-journal"] { FileSystem.remove(name) }
            _ = try OpenFile(draft, .making, "make a store")
        }
        do throws(SQLiteError) {
            try write(draft, rows)
        } catch {
            throw LocalStoreError(error, "make a store")
        }
        try disk.change { () throws(LocalStoreError) in try FileSystem.rename(draft, to: path, "name a store") }
        try disk.change { () throws(LocalStoreError) in
            guard FileSystem.sync(folder: folder) else { throw .outcomeUnknown }
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

extension StoreFounding {
    /// Makes a store with nothing in it, and a key of its own.
    static func found(
        _ folder: String, _ keys: StoreKeys, _ key: borrowing FolderKey, _ cost: Argon2id.Cost
    ) throws(LocalStoreError) {
        let salt = RandomBytes.make(byteCount: Argon2id.saltByteCount)
        let mainKey = try keys.newMainKey(key, salt: salt, cost: cost)
        let head = StoreHead(keySource: .init(key), cost: cost, salt: salt, mainKey: mainKey)
        let seal = try StoreSeal(head: head, mainKey: mainKey)
        let sum = seal.seal(StoreSum().bytes, named: .number(0), at: .own(.sum))
        try StoreFounding(folder: folder, disk: keys.disk).found([(.own(.head), head.bytes), (.own(.sum), sum)])
    }
}
