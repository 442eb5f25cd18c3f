public import Wire

/// What the server may ask of durable storage: one writer that commits commands in batches, and readers beside it.
///
/// Every mutation, from a send to a membership change, is a ``Command``: a function over ``Tables`` that runs inside
/// the transaction of the batch it falls into. So state and its log row commit together, and the rules are written
/// once, above the engines. Commands run in the order they were submitted; a command is answered after the commit
/// of its batch, also in that order, and never before its rows are durable.
///
/// A struct of closures with two implementations: `MemoryEngine` here, `SQLiteEngine` in Engines/SQLite. One
/// contract suite holds both (`StoreContract`).
public struct Store: Sendable {
    /// Queues a command; never blocks. When the queue is full or the store is closed, `done` hears so at once, on
    /// the caller's thread.
    public var submit: @Sendable (Command) -> Void

    /// Runs a query on a reader thread over a snapshot that holds everything answered before the call.
    /// When the store cannot take it, the query hears why instead of getting tables.
    public var query: @Sendable (_ body: @escaping @Sendable (Result<any ReadableTables, Problem>) -> Void) -> Void

    /// What the store knows of itself, for `/readyz` and `/metrics`.
    public var status: @Sendable () -> StoreStatus

    /// Commits what is queued, refuses what comes after, and gives back the files. Safe to call twice.
    public var close: @Sendable () async -> Void

    public init(
        submit: @escaping @Sendable (Command) -> Void,
        query: @escaping @Sendable (@escaping @Sendable (Result<any ReadableTables, Problem>) -> Void) -> Void,
        status: @escaping @Sendable () -> StoreStatus,
        close: @escaping @Sendable () async -> Void
    ) {
        self.submit = submit
        self.query = query
        self.status = status
        self.close = close
    }
}

/// One mutation.
public struct Command: Sendable {
    /// True when the body throws only before its first write. Such a command needs no savepoint, which is most of
    /// the cost of a small one; throwing after a write is a bug of ours, and traps.
    public let checksFirst: Bool

    /// About how much memory the command holds on to, in bytes: the queue is bounded by it.
    public let byteCount: Int

    /// Runs on the writer thread, inside the transaction. Must not block, and must have no effect outside `tables`
    /// but through what `done` is given. When it throws, its writes are undone and the rest of the batch goes on.
    public let run: @Sendable (any Tables) throws(Problem) -> Void

    /// Runs on the writer thread after the commit, in the order of submission. Must not block.
    /// Storage that is full, failing or closed arrives here too, as a problem.
    public let done: @Sendable (Result<Void, Problem>) -> Void

    public init(
        checksFirst: Bool = false,
        byteCount: Int = 256,
        run: @escaping @Sendable (any Tables) throws(Problem) -> Void,
        done: @escaping @Sendable (Result<Void, Problem>) -> Void
    ) {
        self.checksFirst = checksFirst
        self.byteCount = max(0, byteCount)
        self.run = run
        self.done = done
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
    /// Why the store takes no writes just now; `nil` while it does.
    public var refusesWrites: String?
    /// Batches that could not be written, since the start.
    public var refusedBatches: UInt64 = 0

    public init() {}
}

extension Store {
    /// Runs `body` as one command and returns what it returned, once that is durable.
    public func write<R: Sendable>(
        checksFirst: Bool = false, _ body: @escaping @Sendable (any Tables) throws(Problem) -> R
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
        _ body: @escaping @Sendable (any ReadableTables) throws(Problem) -> R
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

/// Carries a command's value from `run` to `done`. Both run on the writer thread, one after the other, so no lock.
private final class Answer<R: Sendable>: @unchecked Sendable {
    var value: R?

    var result: Result<R, Problem> {
        value.map { .success($0) } ?? .failure(Problem(.internalError, "The command ended without an answer."))
    }
}
