import SQLite

/// The database of one local store, open: rows by their addresses, commits, and a log that keeps nothing for long.
///
/// | file | what |
/// |---|---|
/// | `store.db` | the one table |
/// | `store.db-wal` | SQLite's log of what is not copied back yet; what was, is overwritten with zeros |
///
/// Whoever owns it calls it from one thread at a time.
final class StoreFile {
    static let databaseName = "store.db"
    /// As the file itself says in `user_version`.
    static let format = 3
    static let schema =
        "CREATE TABLE item (scope BLOB NOT NULL, room INTEGER NOT NULL, place INTEGER NOT NULL, value BLOB NOT NULL, "
        + "PRIMARY KEY (scope, room, place)) STRICT"

    let connection: Connection
    private let disk: StoreDisk
    private let lock: FolderLock
    /// Ours beside SQLite's. The one of the database stays open for as long as SQLite's: closing it would let go of
    /// the locks that SQLite has on the file.
    private let database: OpenFile
    private let log: OpenFile
    /// Frames of the log that count.
    private(set) var logFrameCount = 0
    /// Whether anything was written into the log since it was last overwritten.
    private(set) var isLogUsed = false
    private var isClosed = false

    /// Opens what is there. Changes nothing but what SQLite has to recover.
    /// - Throws: ``LocalStoreError/damaged(_:)`` where something is missing; ``LocalStoreError/notAStore``.
    init(folder: String, lock: consuming FolderLock, disk: StoreDisk) throws(LocalStoreError) {
        let path = folder + "/" + Self.databaseName
        database = try OpenFile(path, .changing, "open the store")
        try StoreEnd.requireWhole(path, database, noted: lock.noted())
        (connection, log) = try Self.open(path, disk)
        self.disk = disk
        self.lock = lock
        connection.onCommit { [unowned self] (frameCount) in
            logFrameCount = frameCount
            isLogUsed = true
        }
    }

    deinit { close() }

    private static func open(_ path: String, _ disk: StoreDisk) throws(LocalStoreError) -> (Connection, OpenFile) {
        let connection: Connection
        do throws(SQLiteError) {
            connection = try connect(path, disk)
            // The first look makes the log. What has no text is the index of the key, which SQLite makes by itself.
            let texts = try connection.texts("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
            guard texts == [schema] else { throw .damaged(table: "sqlite_schema") }
        } catch {
            throw LocalStoreError(error, "open the store")
        }
        return (connection, try OpenFile(path + "-wal", .changing, "open the log of the store"))
    }

    /// A connection with everything set that is not kept in the file.
    static func connect(_ path: String, _ disk: StoreDisk) throws(SQLiteError) -> Connection {
        let connection = try Connection(path: path, access: .readWrite, through: disk.system)
        // What may be needed to see what is wrong is still there after a refusal; and its bytes are to be overwritten.
        connection.setKeepsLog(true)
        // Before the first look, so that the index of the log is in memory and in no file.
        try connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA wal_autocheckpoint = 0")
        try connection.execute("PRAGMA secure_delete = ON")
        try connection.execute("PRAGMA cell_size_check = ON")
        try connection.execute("PRAGMA cache_size = -\(StoreLimits.cacheByteCount >> 10)")
        try connection.execute("PRAGMA temp_store = MEMORY")
        try connection.execute("PRAGMA trusted_schema = OFF")
        try connection.execute("PRAGMA journal_mode = WAL")
        return connection
    }

    /// Lets go of the files. What is in the log stays there.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        connection.close()
    }

    // MARK: Commits

    func begin() throws(SQLiteError) { try connection.run("BEGIN IMMEDIATE") }

    /// - Throws: ``LocalStoreError`` where somebody has removed the files: what is written now would be gone with this
    ///   process.
    func requireNames() throws(LocalStoreError) {
        guard database.status?.hasName == true, log.status?.hasName == true else {
            throw .gone("find the store in its folder")
        }
    }

    /// Returns when everything since ``begin()`` is durable.
    func commit() throws(SQLiteError) {
        try connection.run("COMMIT")
        let place = WriteAheadLog.place(
            ofFrame: UInt32(logFrameCount), in: log.descriptor, pageByteCount: StoreLimits.pageByteCount)
        // Without the note less is known after a kill, and nothing is lost.
        try? disk.change { () throws(LocalStoreError) in try lock.note(place) }
    }

    func rollBack() {
        guard connection.isInTransaction else { return }
        try? connection.run("ROLLBACK")
    }

    // MARK: The log

    /// Whether the log holds anything, of whatever time.
    var isLogEmpty: Bool {
        var offset = 0
        while let piece = log.bytes(at: offset, count: 64 << 10) {
            if piece.isEmpty { return true }
            guard piece.allSatisfy({ $0 == 0 }) else { return false }
            offset += piece.count
        }
        return false
    }

    /// Copies the log back into the database, and overwrites there what does not belong there any more. The next commit
    /// begins the log anew, over what stands in it. Costs as much as the log has pages.
    ///
    /// SQLite overwrites what it deletes (`secure_delete`), and not what it has moved: a page that gave rows to its
    /// neighbour still has their bytes between its list of rows and the first of them. So the pages that were in the
    /// log are looked through, and that stretch is overwritten: it means nothing to SQLite.
    /// - Returns: how many bytes of the log were ever written.
    @discardableResult
    func copyLogBack() throws(LocalStoreError) -> Int {
        let result = connection.checkpoint(.restart)
        guard result.code == 0, result.copiedCount >= result.logCount else {
            throw LocalStoreError(.failed(code: result.code), "copy the log of the store back")
        }
        let found = WriteAheadLog.pages(in: log.descriptor, pageByteCount: StoreLimits.pageByteCount)
        try overwriteGaps(of: found.pages)
        return found.byteCount
    }

    /// The same, and overwrites the log as well.
    ///
    /// In this order, so that it can be cut short anywhere: the next opening then does it over.
    /// - Parameter wholly: overwrites the log to its end, whatever SQLite makes of it.
    func emptyLog(wholly: Bool = false) throws(LocalStoreError) {
        let usedByteCount = try copyLogBack()
        guard let byteCount = log.status?.byteCount else {
            throw LocalStoreError(system: "look at the log of the store")
        }
        let end = wholly ? byteCount : min(usedByteCount, byteCount)
        try disk.change { () throws(LocalStoreError) in try lock.note(nil) }
        // Its head first, and synced: of a log whose end alone is overwritten SQLite would take up the beginning.
        try overwriteLog(0..<min(end, WriteAheadLog.headByteCount))
        try overwriteLog(min(end, WriteAheadLog.headByteCount)..<end)
        (logFrameCount, isLogUsed) = (0, false)
        if end > 2 * StoreLimits.logByteCountMax { try cutLog(to: StoreLimits.logByteCountMax) }
    }

    /// Cuts the log to nothing, after it was emptied: a store that was closed is known by it.
    func removeLog() throws(LocalStoreError) {
        // A note that came back from before would have the log missed.
        try disk.change { () throws(LocalStoreError) in try lock.syncNote() }
        try cutLog(to: 0)
    }

    private func cutLog(to byteCount: Int) throws(LocalStoreError) {
        try disk.change { [log] () throws(LocalStoreError) in try log.cut(to: byteCount, "cut the log") }
    }

    private func overwriteLog(_ range: Range<Int>) throws(LocalStoreError) {
        guard !range.isEmpty else { return }
        let zeros = [UInt8](repeating: 0, count: min(range.count, 256 << 10))
        for start in stride(from: range.lowerBound, to: range.upperBound, by: zeros.count) {
            let piece = Array(zeros[..<min(zeros.count, range.upperBound - start)])
            try disk.change { [log] () throws(LocalStoreError) in try log.write(piece, at: start) }
        }
        try sync(log)
    }

    private func overwriteGaps(of pages: Set<UInt32>) throws(LocalStoreError) {
        var isChanged = false
        for number in pages.sorted() {
            let start = (Int(number) - 1) * StoreLimits.pageByteCount
            // One that is behind the end was of a commit that never was.
            guard let page = database.bytes(at: start, count: StoreLimits.pageByteCount),
                page.count == StoreLimits.pageByteCount, let gap = TreePage.gap(of: page, isFirst: number == 1),
                page[gap].contains(where: { $0 != 0 })
            else { continue }
            let zeros = [UInt8](repeating: 0, count: gap.count)
            try disk.change { [database] () throws(LocalStoreError) in
                try database.write(zeros, at: start + gap.lowerBound)
            }
            isChanged = true
        }
        if isChanged { try sync(database) }
    }

    private func sync(_ file: OpenFile) throws(LocalStoreError) {
        try disk.change { () throws(LocalStoreError) in
            do { try file.syncBytes("sync the store") } catch { throw .outcomeUnknown }
        }
    }
}

extension LocalStoreError {
    /// What an answer of SQLite means.
    init(_ error: SQLiteError, _ operation: String) {
        switch error {
        case .damaged: self = .damaged(StoreFile.databaseName)
        case .failed(let code):
            switch SQLiteError.cause(ofCode: code) {
            case .full: self = .diskFull
            case .outOfMemory: self = .outOfMemory
            case .corrupt: self = .damaged(StoreFile.databaseName)
            case .unknownOutcome: self = .outcomeUnknown
            case .busy: self = .inUse
            case .stopped, .other: self = .system(operation: operation, code: code)
            }
        }
    }
}
