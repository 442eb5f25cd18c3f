import Threads
public import Wire

/// How many bytes a second somebody may move, by keys. Whoever is too fast is told how long to wait; the bytes count
/// all the same, so that nobody gains by not waiting. Bounded as ``RateLimiter`` is.
public final class ByteBudget<Key: Hashable & Sendable>: @unchecked Sendable {
    private let lock = Lock()
    // Unchecked because this is guarded by `lock`.
    private var buckets: Buckets<Key>

    /// - Parameters:
    ///   - rate: in bytes.
    ///   - keyCountMax: above it, a key that little was taken from makes place for a new one.
    public init(rate: Rate, keyCountMax: Int = 100_000) {
        buckets = Buckets(rate: rate, keyCountMax: keyCountMax)
    }

    /// Counts bytes.
    /// - Returns: milliseconds to wait before the next ones, at most ten seconds.
    public func spend(_ byteCount: Int, by key: Key, now: Timestamp) -> UInt64 {
        lock.withLock { buckets.use(key, now: now) { min(10_000, $0.spend(byteCount, now: now)) } }
    }
}
