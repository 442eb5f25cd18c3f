import Threads

/// Begins what goes on beside: tasks that run in the owner. Rooms begin them by this, since they cannot leave it.
final class Errands: @unchecked Sendable {
    // Unchecked because `lock` guards the field.
    private let lock = Lock()
    private weak var owner: AccountOwner?

    /// Whose errands these are. Said once, before anything is begun.
    func belong(to owner: AccountOwner) { lock.withLock { self.owner = owner } }

    private var present: AccountOwner? { lock.withLock { owner } }

    /// Runs in the owner, within the task that asks.
    func run(_ work: @Sendable (Rooms) async -> Void) async { await present?.run(work) }

    /// Runs in the owner, after what goes on there now. The owner stays until it is done.
    @discardableResult
    func begin(_ work: @escaping @Sendable (Rooms) async -> Void) -> Task<Void, Never> {
        Task { [present] in await present?.run(work) }
    }

    /// The same after a time, unless it is cancelled before. An owner that is forgotten meanwhile is not kept.
    /// - Parameter sleep: ends early, with an error, when its task is cancelled.
    func begin(
        after milliseconds: UInt64, _ sleep: @escaping @Sendable (UInt64) async throws -> Void,
        _ work: @escaping @Sendable (Rooms) async -> Void
    ) -> Task<Void, Never> {
        Task { [weak self] in
            guard (try? await sleep(milliseconds)) != nil, !Task.isCancelled else { return }
            await self?.present?.run(work)
        }
    }

    /// Something that is done to its end in the owner, which asks, whoever waits for it.
    func undertake<Value: Sendable>(
        in isolation: isolated (any Actor)? = #isolation, _ work: @escaping @Sendable (Rooms) async -> Value
    ) -> Undertaking<Value?> {
        Undertaking(in: isolation) { [present] in await present?.run(work) }
    }
}
