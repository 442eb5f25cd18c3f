import CSQLite
public import Store
import Threads
import Wire

/// The durable store: one SQLite file in one folder, for one process.
///
/// Every command is answered after its transaction is on the disk (write-ahead log, fsync at each commit). See
/// docs/decisions/0003-store.md for how it is laid out and why.
public enum SQLiteEngine {
    /// Opens the store in `folder`, which is made where it is missing; files are 0600, the folder 0700.
    /// - Parameter afterBatch: called on the writer thread once a batch, after its `done`s. Must not block.
    /// - Throws: ``StoreError``. After it nothing is held, and opening may be tried again.
    public static func open(
        folder: String, configuration: SQLiteConfiguration = SQLiteConfiguration(),
        afterBatch: @escaping @Sendable () -> Void = {}
    ) throws(StoreError) -> Store {
        try configuration.validate()
        let house = try StoreFolder(folder)
        let hadLog = house.hasLog
        let writing = try connect(house, .readWrite)
        try Schema.migrate(writing)
        try limit(writing, configuration)
        let tail = Tail(segmentRowCount: configuration.flushRowCount)
        let damage = DamagedRows()
        let tables: WriteTables
        let removed: Removed
        do throws(Problem) {
            let recovery = try Recovery(writing, configuration)
            removed = recovery.removed
            tables = WriteTables(
                connection: writing, tail: tail, damage: damage, recovered: recovery, configuration: configuration)
            try tables.replay()
        } catch {
            throw StoreFolder.error(writing)
        }
        var reading: [ReadTables] = []
        for _ in 0..<configuration.readerCount {
            reading.append(ReadTables(connection: try connect(house, .readOnly), tail: tail, damage: damage))
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
        return start(writer, reading, checkpointer, configuration, house)
    }

    private static func start(
        _ writer: Writer, _ reading: [ReadTables], _ checkpointer: Checkpointer, _ configuration: SQLiteConfiguration,
        _ house: StoreFolder
    ) -> Store {
        let readers = Readers(countMax: configuration.queuedQueryCount)
        let closing = Closing(writer: writer, readers: readers, checkpointer: checkpointer, house: house)
        WorkerThread.start("store-writer", urgency: .realTime) { writer.work() }
        WorkerThread.start("store-checkpt") { checkpointer.work { (code) in writer.stop(code) } }
        readers.start(reading)
        return Store(
            submit: { (command) in writer.queue.submit(command) },
            query: { (body) in readers.submit(body) },
            status: { writer.status() },
            close: { await closing.close() }
        )
    }

    private static func limit(_ writing: Connection, _ configuration: SQLiteConfiguration) throws(StoreError) {
        guard let byteCount = configuration.fileByteCountMax else { return }
        do throws(Problem) {
            try writing.execute("PRAGMA max_page_count = \(byteCount / 8_192)")
        } catch {
            throw StoreFolder.error(writing)
        }
    }

    /// A connection with everything set that is not kept in the file.
    private static func connect(_ house: StoreFolder, _ access: Connection.Access) throws(StoreError) -> Connection {
        let connection = try Connection(path: house.databasePath, access: access)
        do throws(Problem) {
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
        } catch {
            throw StoreFolder.error(connection)
        }
        return connection
    }
}

/// Ends a store's threads in their order, once, and then gives the folder back.
private final class Closing: @unchecked Sendable {
    // Unchecked because `lock` guards the fields.
    private let lock = Lock()
    private var writer: Writer?
    private var readers: Readers?
    private var checkpointer: Checkpointer?
    private var house: StoreFolder?
    private var isUnderWay = false
    private var isOver = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(writer: Writer, readers: Readers, checkpointer: Checkpointer, house: StoreFolder) {
        self.writer = writer
        self.readers = readers
        self.checkpointer = checkpointer
        self.house = house
    }

    func close() async {
        lock.lock()
        let writer = writer
        lock.unlock()
        await writer?.queue.close()
        await withCheckedContinuation { (continuation) in
            lock.lock()
            if isOver {
                lock.unlock()
                return continuation.resume()
            }
            waiting.append(continuation)
            let isFirst = !isUnderWay
            isUnderWay = true
            lock.unlock()
            // The threads are waited for on a thread, since waiting blocks.
            if isFirst { WorkerThread.start("store-closing") { self.end() } }
        }
    }

    private func end() {
        readers?.close()
        checkpointer?.close()
        lock.lock()
        writer = nil
        readers = nil
        checkpointer = nil
        house = nil
        isOver = true
        let all = waiting
        waiting = []
        lock.unlock()
        for continuation in all { continuation.resume() }
    }
}
