public import Wire

/// What the server may ask of durable storage: one writer that commits commands in batches, and readers beside it.
///
/// Every mutation, from a send to a membership change, is a ``Command``: a function over ``Tables`` that runs inside
/// the transaction of the batch it falls into. So state and its log row commit together, and the rules are written
/// once, above. Commands run in the order they were submitted; a command is answered after the commit of its batch,
/// also in that order, and never before its rows are durable.
///
/// One SQLite file in one folder, for one process. See docs/decisions/0003-store.md for how the log is laid out, and
/// 0016-rows.md for the rows beside it. ``open(folder:configuration:afterBatch:)`` makes one.
public final class Store: Sendable {
    /// What the ids begin with that are drawn for this store.
    public let shard: Shard
    private let writer: Writer
    private let readers: Readers
    private let disk: DiskWatch?
    private let closing: Closing

    init(shard: Shard, writer: Writer, readers: Readers, disk: DiskWatch?, closing: Closing) {
        self.shard = shard
        self.writer = writer
        self.readers = readers
        self.disk = disk
        self.closing = closing
    }

    /// Whoever lets go of a store without closing it leaves nothing open.
    deinit {
        let closing = closing
        Task.detached { await closing.close() }
    }

    /// Queues a command; never blocks. When the queue is full or the store is closed, `done` hears so at once, on
    /// the caller's thread.
    public func submit(_ command: Command) { writer.queue.submit(command) }

    /// Runs a query on a reader thread over a snapshot that holds everything answered before the call.
    /// When the store cannot take it, the query hears why instead of getting tables.
    public func query(_ body: @escaping @Sendable (Result<ReadableTables, Problem>) -> Void) { readers.submit(body) }

    /// What the store knows of itself, for `/readyz` and `/metrics`.
    public func status() -> StoreStatus { writer.status() }

    /// Calls `body` where something is refused for want of room on the disk, now, and whenever what is refused
    /// changes. From a thread of the store's, which must not be kept waiting. Never without
    /// ``StoreConfiguration/floorByteCount``.
    public func watchDisk(_ body: @escaping @Sendable (DiskState) -> Void) { disk?.onChange(body) }

    /// Commits what is queued, refuses what comes after, and gives back the files. Safe to call twice.
    public func close() async { await closing.close() }

    /// Runs `body` as one command and returns what it returned, once that is durable.
    @discardableResult
    public func write<R: Sendable>(
        checksFirst: Bool = false, _ body: @escaping @Sendable (Tables) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let result: Result<R, Problem> = await withCheckedContinuation { (continuation) in
            let answer = Answer<R>()
            submit(
                Command(checksFirst: checksFirst) { (tables) throws(Problem) in
                    answer.value = try body(tables)
                } done: { (outcome) in
                    continuation.resume(returning: outcome.flatMap { answer.result })
                })
        }
        return try result.get()
    }

    /// Runs `body` over a snapshot.
    public func read<R: Sendable>(
        _ body: @escaping @Sendable (ReadableTables) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let result: Result<R, Problem> = await withCheckedContinuation { (continuation) in
            query { (tables) in
                continuation.resume(returning: tables.flatMap { (tables) in
                    Result { () throws(Problem) in try body(tables) }
                })
            }
        }
        return try result.get()
    }
}

/// Figures about a store, taken without stopping it.
public struct StoreStatus: Sendable, Equatable {
    public var commits: UInt64 = 0
    public var commands: UInt64 = 0
    public var queuedCommands: UInt64 = 0
    public var storedRows: UInt64 = 0
    /// Rows whose digest did not fit their bytes when they were read. They are never served.
    public var damagedRows: UInt64 = 0
    /// What the last check of the whole store found, and how many findings there were; some of them.
    public var findings: [String] = []
    public var findingCount: UInt64 = 0
    /// Checks of the whole store that came to their end, since the start.
    public var checks: UInt64 = 0
    /// Why the store takes no writes just now; `nil` while it does.
    public var refusesWrites: String?
    /// The disk, where its room is watched.
    public var disk: DiskState?
    /// Batches that could not be written, since the start.
    public var refusedBatches: UInt64 = 0

    public init() {}
}

/// Carries a command's value from `run` to `done`. Both run on the writer thread, one after the other, so no lock.
private final class Answer<R: Sendable>: @unchecked Sendable {
    var value: R?

    var result: Result<R, Problem> {
        value.map { .success($0) } ?? .failure(Problem(.internalError, "The command ended without an answer."))
    }
}
