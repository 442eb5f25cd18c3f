import Threads

/// Starts servers for tests that run at the same time: two at once, each on a thread of its own.
///
/// Waiting for a server blocks. On the threads that run tests it would block the other tests too, and a connection that
/// such a test has just made would say nothing until its server gave it up.
public actor StartingGate {
    public static let shared = StartingGate()

    private var free = 2
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Runs `start` when it is its turn.
    public func pass<R: Sendable>(_ start: @escaping @Sendable () throws -> R) async throws -> R {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
        defer { leave() }
        return try await withCheckedThrowingContinuation { (continuation) in
            WorkerThread.start("test-server") { continuation.resume(with: Result { try start() }) }
        }
    }

    /// Hands the place to whoever waits longest.
    private func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
