import SQLite
import Threads
import Wire

extension Store {
    /// Opens the store in `folder`, which is made where it is missing; files are 0600, the folder 0700.
    /// - Parameter afterBatch: called on the writer thread once a batch, after its `done`s. Must not block.
    /// - Throws: ``StoreError``. After it nothing is held, and opening may be tried again.
    public static func open(
        folder: String, configuration: StoreConfiguration = StoreConfiguration(),
        afterBatch: @escaping @Sendable () -> Void = {}
    ) throws(StoreError) -> Store {
        try configuration.validate()
        let house = try StoreFolder(folder)
        let hadLog = house.hasLog
        let writing = try connect(house, .readWrite)
        try StoreSchema.prepare(writing, isNew: house.isNew)
        try limit(writing, configuration)
        let tail = Tail(segmentRowCount: configuration.flushRowCount)
        let damage = DamagedRows()
        let tables: Tables
        let removed: Removed
        do throws(SQLiteError) {
            let recovery = try Recovery(writing, configuration)
            removed = recovery.removed
            tables = Tables(
                connection: writing, tail: tail, damage: damage, recovered: recovery, configuration: configuration)
            try tables.replay()
        } catch {
            throw StoreFolder.error(error)
        }
        var reading: [ReadableTables] = []
        for _ in 0..<configuration.readerCount {
            reading.append(ReadableTables(connection: try connect(house, .readOnly), tail: tail, damage: damage))
        }
        let checkpointer = Checkpointer(
            connection: try connect(house, .readWrite), databasePath: house.databasePath, configuration: configuration)
        checkpointer.watch(writing)
        // What a crash kept from leaving the log leaves it now.
        if hadLog { checkpointer.redacted() }
        StoreFolder.extendLog(of: house.databasePath, to: configuration.logByteCountAhead)
        let writer = Writer(
            tables: tables, removed: removed, checkpointer: checkpointer, configuration: configuration,
            afterBatch: afterBatch)
        let check = IdleCheck(
            connection: try connect(house, .readOnly), configuration: configuration,
            commandCount: { writer.commandCount }, found: { writer.checked($0) })
        return start(writer, reading, checkpointer, check, configuration, house)
    }

    private static func start(
        _ writer: Writer, _ reading: [ReadableTables], _ checkpointer: Checkpointer, _ check: IdleCheck,
        _ configuration: StoreConfiguration, _ house: StoreFolder
    ) -> Store {
        let readers = Readers(countMax: configuration.queuedQueryCount)
        let closing = Closing(
            writer: writer, readers: readers, checkpointer: checkpointer, check: check, house: house)
        WorkerThread.start("store-writer", urgency: .realTime) { writer.work() }
        WorkerThread.start("store-checkpt") { checkpointer.work { (code) in writer.stop(code) } }
        WorkerThread.start("store-check") { check.work() }
        readers.start(reading)
        return Store(writer: writer, readers: readers, closing: closing)
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
    private static func connect(_ house: StoreFolder, _ access: Connection.Access) throws(StoreError) -> Connection {
        do throws(SQLiteError) {
            let connection = try Connection(path: house.databasePath, access: access)
            if access == .readWrite {
                // The page size counts when the file is new, and before it is in WAL mode.
                try connection.execute("PRAGMA page_size = 8192")
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
