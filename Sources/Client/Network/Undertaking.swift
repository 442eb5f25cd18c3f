import Threads

/// Something that is done to its end, whoever waits for it. A wait that is cancelled ends at once; the work goes on.
///
/// Any number may wait.
final class Undertaking<Value: Sendable>: @unchecked Sendable {
    // Unchecked because `lock` guards the value.
    private let lock = Lock()
    private let latch = Latch()
    private var outcome: Value?

    /// Begins the work, in a task of its own.
    /// - Parameter isolation: whose it is: it begins and ends there, without a turn on another thread.
    init(in isolation: isolated (any Actor)?, _ work: @escaping @Sendable () async -> Value) {
        Task {
            // What is named here is where the task runs.
            _ = isolation
            let outcome = await work()
            lock.withLock { self.outcome = outcome }
            latch.open()
        }
    }

    /// What came of it; `nil` when the task that waits was cancelled before that.
    func value() async -> Value? {
        await latch.waitUnlessCancelled()
        return lock.withLock { outcome }
    }
}
