import SQLite
import Wire

extension Store {
    /// Whether there is a store in `folder`. Where there is none, opening one makes it.
    public static func isFounded(in folder: String) -> Bool { StoreFolder.isFounded(folder) }

    /// Opens the store in `folder`, which is made where it is missing; files are 0600, the folder 0700.
    /// - Parameter afterBatch: called on the writer thread once a batch, after its `done`s. Must not block.
    /// - Throws: ``StoreError``. After it nothing is held, and opening may be tried again.
    public static func open(
        folder: String, configuration: StoreConfiguration = StoreConfiguration(),
        afterBatch: @escaping @Sendable () -> Void = {}
    ) throws(StoreError) -> Store {
        try configuration.validate()
        return try assemble(folder: folder, configuration: configuration, afterBatch: afterBatch).start()
    }

    /// Opens the files and builds what works on them, without a thread.
    static func assemble(
        folder: String, configuration: StoreConfiguration, afterBatch: @escaping @Sendable () -> Void
    ) throws(StoreError) -> StoreParts {
        let founding = Founding(time: configuration.clock(), shard: configuration.shard ?? .random())
        let house = try StoreFolder(folder, founding: founding)
        let hadLog = house.hasLog
        try StoreFolder.requireFormat(of: house.databasePath)
        let check = try EndCheck(folder: house.path, databasePath: house.databasePath)
        try check.requireWhole()
        let note = try note(check, house)
        let writing = try connect(house, .readWrite)
        let (end, moment, shard) = try goOn(house, writing, check, note, configuration.shard)
        try limit(writing, configuration)
        let tail = Tail(segmentRowCount: configuration.flushRowCount)
        let damage = DamagedRows()
        let tables: Tables
        var recovery: LogRecovery
        do throws(SQLiteError) {
            recovery = try LogRecovery(writing, configuration, at: moment)
            if !note.flags.contains(.closed) { try recovery.findDelivered(writing) }
            tables = Tables(
                connection: writing, tail: tail, damage: damage, shard: shard, recovered: recovery,
                configuration: configuration)
            try tables.replay()
        } catch {
            throw StoreFolder.error(error)
        }
        if tables.history.committed != recovery.moment {
            let log = try EndCheck(folder: house.path, databasePath: house.databasePath).end
            try end.opened(tables.history.committed, lastRow: recovery.lastRow, log: log)
        }
        var reading: [ReadableTables] = []
        for _ in 0..<configuration.readerCount {
            reading.append(ReadableTables(connection: try connect(house, .readOnly), tail: tail, damage: damage))
        }
        // The last one to close: a store that was closed has no log.
        let copying = try connect(house, .readWrite)
        copying.setKeepsLog(false)
        let disk = try watch(house, configuration)
        let checkpointer = Checkpointer(
            connection: copying, databasePath: house.databasePath, end: end,
            reserveByteCount: disk?.reserveByteCount ?? 0, configuration: configuration)
        // What a crash kept from leaving the log leaves it now.
        if hadLog { checkpointer.redacted() }
        StoreFolder.extendLog(of: house.databasePath, to: configuration.logByteCountAhead)
        let writer = Writer(
            tables: tables, removed: recovery.removed, checkpointer: checkpointer, end: end, disk: disk,
            configuration: configuration, afterBatch: afterBatch)
        let idleCheck = IdleCheck(
            connection: try connect(house, .readOnly), configuration: configuration,
            commandCount: { writer.commandCount }, found: { writer.checked($0) })
        return StoreParts(
            shard: shard, writer: writer, readers: Readers(countMax: configuration.queuedQueryCount),
            reading: reading, checkpointer: checkpointer, check: idleCheck, disk: disk, house: house)
    }

    private static func watch(
        _ house: StoreFolder, _ configuration: StoreConfiguration
    ) throws(StoreError) -> DiskWatch? {
        guard let floor = configuration.floorByteCount else { return nil }
        return try DiskWatch(
            house, try connect(house, .readOnly), floor: floor, reserve: configuration.reserveByteCount)
    }

    /// Without a note of its end nobody knows whether a store is whole.
    private static func note(_ check: EndCheck, _ house: StoreFolder) throws(StoreError) -> EndNote {
        if let note = check.note { return note }
        let loss = check.content == .missing ? Loss.noteMissing : .noteUnreadable
        throw .lost(folder: house.name, loss)
    }

    /// Sees that nothing is missing at the end of what is there, before anything changes, and goes on from it.
    private static func goOn(
        _ house: StoreFolder, _ writing: Connection, _ check: EndCheck, _ note: EndNote, _ wanted: Shard?
    ) throws(StoreError) -> (EndFile, Moment, Shard) {
        let recovered: Moment
        let lastRow: Int64
        do throws(StoreError) {
            try StoreSchema.check(writing)
            do throws(SQLiteError) {
                recovered = try Moment(recovering: writing, note: note)
                lastRow = try newestRow(writing)
            } catch {
                throw StoreFolder.error(error)
            }
        } catch {
            // Two moments that are mixed seldom make a database.
            if let loss = check.logLoss { throw .lost(folder: house.name, loss) }
            throw error
        }
        if let loss = check.loss(recovered) { throw .lost(folder: house.name, loss) }
        let shard = try ShardSetting.check(writing, wanted: wanted)
        let end = try EndFile.go(on: note, in: house.path, of: house.databasePath)
        try end.opened(recovered, lastRow: lastRow, log: check.end)
        return (end, recovered, shard)
    }

    private static func limit(_ writing: Connection, _ configuration: StoreConfiguration) throws(StoreError) {
        guard let byteCount = configuration.fileByteCountMax else { return }
        do throws(SQLiteError) {
            try writing.execute("PRAGMA max_page_count = \(byteCount / 8_192)")
        } catch {
            throw StoreFolder.error(error)
        }
    }

    /// A connection with everything set that is not kept in the file.
    static func connect(_ house: StoreFolder, _ access: Connection.Access) throws(StoreError) -> Connection {
        do throws(SQLiteError) {
            let connection = try Connection(path: house.databasePath, access: access)
            // First of all: what may be needed to see what is wrong is still there after a refusal.
            connection.setKeepsLog(true)
            if access == .readWrite {
                try connection.execute("PRAGMA journal_mode = WAL")
                try connection.execute("PRAGMA synchronous = FULL")
                try connection.execute("PRAGMA wal_autocheckpoint = 0")
                try connection.execute("PRAGMA secure_delete = FAST")
            }
            try connection.execute("PRAGMA cell_size_check = ON")
            try connection.execute("PRAGMA cache_size = \(access == .readWrite ? -16_384 : -8_192)")
            try connection.execute("PRAGMA temp_store = MEMORY")
            try connection.execute("PRAGMA trusted_schema = OFF")
            return connection
        } catch {
            throw StoreFolder.error(error)
        }
    }
}
