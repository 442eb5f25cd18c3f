import Threads
public import Wire

/// How often something may be done, by keys: ``Buckets`` with a name.
public final class RateLimiter<Key: Hashable & Sendable>: @unchecked Sendable {
    public let name: String
    public let rate: Rate
    private let lock = Lock()
    // Unchecked because this is guarded by `lock`.
    private var buckets: Buckets<Key>

    /// - Parameters:
    ///   - name: what is limited, as a refusal says it: "Too many `name`".
    ///   - keyCountMax: above it, a key that little was taken from makes place for a new one.
    public init(name: String, rate: Rate, keyCountMax: Int = 100_000) {
        self.name = name
        self.rate = rate
        buckets = Buckets(rate: rate, keyCountMax: keyCountMax)
    }

    /// Takes one token of `key`'s bucket, or as many as something weighs.
    /// - Throws: `rate-limited` with the seconds to wait.
    /// - Returns: how many are left.
    @discardableResult
    public func take(_ key: Key, count: Int = 1, now: Timestamp) throws(Problem) -> UInt64 {
        try passed(lock.withLock { buckets.use(key, now: now) { $0.take(count, now: now) } })
    }

    /// Takes as many tokens, also those that are not there yet: whoever comes next waits for them.
    public func spend(_ key: Key, count: Int, now: Timestamp) {
        lock.withLock { buckets.use(key, now: now) { _ = $0.spend(count, now: now) } }
    }

    /// Sees that there are so many tokens in `key`'s bucket, and takes none.
    /// - Parameter count: zero where no more may have been spent than there were.
    /// - Throws: `rate-limited` with the seconds to wait.
    public func require(_ key: Key, count: Int = 1, now: Timestamp) throws(Problem) {
        guard let verdict = lock.withLock({ buckets.look(key, count: count, now: now) }) else { return }
        _ = try passed(verdict)
    }

    private func passed(_ verdict: TokenBucket.Verdict) throws(Problem) -> UInt64 {
        switch verdict {
        case .pass(let remaining):
            return remaining
        case .refuse(let seconds):
            throw Problem(
                .rateLimited, "Too many \(name); try again in \(seconds) s.", retryAfterSeconds: seconds)
        }
    }
}
