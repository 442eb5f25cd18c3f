/// A continuation whose value crosses threads under a lock of ours.
///
/// Another thread may resume a task before it has quite suspended. The runtime orders that rightly, but not in a way
/// that the thread sanitizer can see; the lock is what it sees.
/// State: the value belongs to the lock, which is why this is `Sendable`.
package final class Handover<Value: Sendable>: @unchecked Sendable {
    private let lock = Lock()
    private var value: Value?
    private let continuation: CheckedContinuation<Void, Never>

    fileprivate init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }

    /// Once, from any thread.
    package func resume(returning value: Value) {
        lock.withLock { self.value = value }
        continuation.resume()
    }

    fileprivate func take() -> Value? { lock.withLock { value } }
}

/// Waits until what `body` was given is resumed, and gives what it was resumed with.
package func handedOver<Value: Sendable>(_ body: (Handover<Value>) -> Void) async -> Value {
    var handover: Handover<Value>?
    await withCheckedContinuation { (continuation) in
        let made = Handover<Value>(continuation)
        handover = made
        body(made)
    }
    guard let value = handover?.take() else { preconditionFailure("who is resumed is given a value") }
    return value
}
