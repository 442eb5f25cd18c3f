public import Store
public import Wire

/// The verbs' way to the store: runs them as commands, and performs what follows from them.
public struct ChatEngine: Sendable {
    public let store: Store
    public let clock: @Sendable () -> Timestamp
    private let bounds: AccountBounds
    /// Called after a commit, on the store's writer thread, in commit order.
    private let perform: @Sendable ([Effect]) -> Void
    /// Called with what goes beside the store, on any thread.
    private let passOn: @Sendable (Passing) -> Void
    /// Whether those who are told of commits do not keep up.
    private let isFull: @Sendable () -> Bool
    /// For the bodies of ephemeral sends: the store's queue of queries counts them, and not their bytes.
    private let passingRoom = ByteRoom(byteCountMax: 16 << 20)

    public init(
        store: Store, clock: @escaping @Sendable () -> Timestamp, bounds: AccountBounds = AccountBounds(),
        passOn: @escaping @Sendable (Passing) -> Void = { (_) in },
        isFull: @escaping @Sendable () -> Bool = { false },
        perform: @escaping @Sendable ([Effect]) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.bounds = bounds
        self.passOn = passOn
        self.isFull = isFull
        self.perform = perform
    }

    /// What every id begins with that is drawn here.
    public var shard: Shard { store.shard }

    /// Runs a verb and returns its answer once it is durable. Its effects are performed before.
    public func commit<R: Sendable>(
        byteCount: Int = 256, _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let result: Result<R, Problem> = await withCheckedContinuation { (continuation) in
            submit(byteCount: byteCount, verb) { (result) in continuation.resume(returning: result) }
        }
        return try result.get()
    }

    /// Runs a verb without waiting: `done` is called on the writer thread once the answer is durable, after the
    /// effects. Verbs that throw only before their first write say so with `checksFirst` (see ``Command``).
    /// Where those who are told of commits do not keep up, the answer is `overloaded`.
    /// - Parameter byteCount: about what the verb holds in memory while it waits, so that the queue is bounded.
    public func submit<R: Sendable>(
        checksFirst: Bool = false, byteCount: Int = 256,
        _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> R,
        done: @escaping @Sendable (Result<R, Problem>) -> Void
    ) {
        let (now, bounds, isFull) = (clock(), bounds, isFull)
        let outcome = Outcome<R>()
        store.submit(
            Command(checksFirst: checksFirst, byteCount: byteCount) { [outcome] (tables) throws(Problem) in
                // Now, and not when it is queued: what waits there would come on top.
                guard !isFull() else {
                    throw Problem(.overloaded, "The server does not keep up; try again.", retryAfterSeconds: 1)
                }
                var turn = Turn(tables: tables, now: now, bounds: bounds)
                outcome.value = try verb(&turn)
                outcome.effects = turn.effects
            } done: { [outcome, perform] (result) in
                switch (result, outcome.value) {
                case (.success, let value?):
                    if !outcome.effects.isEmpty { perform(outcome.effects) }
                    done(.success(value))
                case (.success, nil):
                    done(.failure(Problem(.internalError, "The verb ended without an answer.")))
                case (.failure(let problem), _):
                    done(.failure(problem))
                }
            })
    }

    /// Checks an ephemeral send on a snapshot, and hands its envelopes to whoever is connected.
    /// - Parameter byteCount: about what it holds in memory meanwhile.
    /// - Throws: `overloaded` where too many bytes are under way like that.
    public func pass(
        byteCount: Int, _ question: @escaping @Sendable (Look) throws(Problem) -> Passing
    ) async throws(Problem) -> Accepted {
        try passingRoom.enter(byteCount)
        defer { passingRoom.leave(byteCount) }
        let passing = try await look(question)
        passOn(passing)
        return passing.accepted
    }

    /// Runs a query over a snapshot.
    public func look<R: Sendable>(
        _ query: @escaping @Sendable (Look) throws(Problem) -> R
    ) async throws(Problem) -> R {
        let now = clock()
        return try await store.read { (tables) throws(Problem) in try query(Look(tables: tables, now: now)) }
    }
}

/// What a command leaves for its end. Written and read by the writer thread alone, one after the other.
private final class Outcome<R: Sendable>: @unchecked Sendable {
    var value: R?
    var effects: [Effect] = []
}
