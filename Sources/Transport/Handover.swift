import Threads

/// A continuation whose value crosses threads under a lock of ours.
///
/// A loop may resume a task before it has quite suspended. The runtime orders that rightly, but not in a way that the
/// thread sanitizer can see; the lock is what it sees.
/// State: the value belongs to the lock, which is why this is `Sendable`.
final class Handover<Value: Sendable>: @unchecked Sendable {
    private let lock = Lock()
    private var value: Value?
    private let continuation: CheckedContinuation<Void, Never>

    fileprivate init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }

    /// Once, from any thread.
    func resume(returning value: Value) {
        lock.withLock { self.value = value }
        continuation.resume()
    }

    fileprivate func take() -> Value? { lock.withLock { value } }
}

/// Waits until what `body` was given is resumed.
func handedOver<Success: Sendable>(
    _ body: (Handover<Result<Success, TransportError>>) -> Void
) async -> Result<Success, TransportError> {
    var handover: Handover<Result<Success, TransportError>>?
    await withCheckedContinuation { continuation in
        let made = Handover<Result<Success, TransportError>>(continuation)
        handover = made
        body(made)
    }
    return handover?.take() ?? .failure(.closedLocally)
}
