import Wire

/// Token buckets of one rate, one for each key. Bounded: when it is full, buckets that are as good as new are dropped,
/// and if there are none, new keys share one bucket, so that a flood of keys cannot buy more.
struct Buckets<Key: Hashable & Sendable> {
    private let rate: Rate
    private let keyCountMax: Int
    private var buckets: [Key: TokenBucket] = [:]
    private var overflow: TokenBucket?

    init(rate: Rate, keyCountMax: Int) {
        self.rate = rate
        self.keyCountMax = keyCountMax
    }

    /// Lends the key's bucket.
    mutating func use<Result>(_ key: Key, now: Timestamp, _ body: (inout TokenBucket) -> Result) -> Result {
        if buckets[key] == nil, buckets.count >= keyCountMax {
            buckets = buckets.filter { !$0.value.isFull(now: now) }
        }
        if buckets[key] == nil, buckets.count >= keyCountMax {
            var shared = overflow ?? TokenBucket(rate, now: now)
            defer { overflow = shared }
            return body(&shared)
        }
        return body(&buckets[key, default: TokenBucket(rate, now: now)])
    }

    /// What taking a token would come to; `nil` where the key has no bucket of its own, which is as good as a full one.
    func look(_ key: Key, now: Timestamp) -> TokenBucket.Verdict? {
        var copy = buckets[key]
        return copy?.take(now: now)
    }
}
