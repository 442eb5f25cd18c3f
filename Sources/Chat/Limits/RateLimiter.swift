import Threads
public import Wire

/// Buckets of one name, one for each key. Bounded: when it is full, buckets that are as good as new are dropped, and
/// if there are none, new keys share one bucket, so that a flood of keys cannot buy more.
public final class RateLimiter<Key: Hashable & Sendable>: @unchecked Sendable {
    public let name: String
    public let rate: Rate
    private let keyCountMax: Int
    private let lock = Lock()
    // Guarded by `lock`.
    private var buckets: [Key: TokenBucket] = [:]
    private var overflow: TokenBucket?

    public init(name: String, rate: Rate, keyCountMax: Int = 100_000) {
        self.name = name
        self.rate = rate
        self.keyCountMax = keyCountMax
    }

    /// Takes one token of `key`'s bucket.
    /// - Throws: `rate-limited` with the seconds to wait.
    /// - Returns: how many are left.
    @discardableResult
    public func take(_ key: Key, now: Timestamp) throws(Problem) -> UInt64 {
        switch lock.withLock({ verdict(key, now: now) }) {
        case .pass(let remaining):
            return remaining
        case .refuse(let seconds):
            throw Problem(
                .rateLimited, "Too many \(name); try again in \(seconds) s.", retryAfterSeconds: seconds)
        }
    }

    private func verdict(_ key: Key, now: Timestamp) -> TokenBucket.Verdict {
        if buckets[key] == nil, buckets.count >= keyCountMax {
            buckets = buckets.filter { !$0.value.isFull(now: now) }
        }
        if buckets[key] == nil, buckets.count >= keyCountMax {
            var shared = overflow ?? TokenBucket(rate, now: now)
            defer { overflow = shared }
            return shared.take(now: now)
        }
        return buckets[key, default: TokenBucket(rate, now: now)].take(now: now)
    }
}
