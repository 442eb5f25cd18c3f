import Threads

/// A value that several threads share, each alone with it. On our own lock, because the thread sanitizer reports
/// false races on the standard library's.
public final class Guarded<Value>: @unchecked Sendable {
    private let lock = Lock()
    // Guarded by `lock`.
    private var value: Value

    public init(_ value: Value) { self.value = value }

    /// Runs `body` alone with the value.
    public func withLock<R>(_ body: (inout Value) -> R) -> R {
        lock.withLock { body(&value) }
    }
}
