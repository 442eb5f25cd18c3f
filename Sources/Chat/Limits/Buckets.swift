import Wire

/// Token buckets of one rate, one for each key, at most so many. When it is full, a new key takes the place of one that
/// nothing or little was taken from: of the next few in a ring, the fullest. So a flood of keys locks nobody out, costs
/// each of them a few steps, and forgets last what was used up.
struct Buckets<Key: Hashable & Sendable> {
    /// How many are looked at for a place.
    private static var candidateCount: Int { 8 }

    private let rate: Rate
    private let keyCountMax: Int
    private var places: [Key: Int] = [:]
    private var entries: [(key: Key, bucket: TokenBucket)] = []
    /// Where the next place is looked for.
    private var hand = 0

    /// - Parameter keyCountMax: 1 at least.
    init(rate: Rate, keyCountMax: Int) {
        self.rate = rate
        self.keyCountMax = keyCountMax
    }

    /// Lends the key's bucket.
    mutating func use<Result>(_ key: Key, now: Timestamp, _ body: (inout TokenBucket) -> Result) -> Result {
        body(&entries[place(of: key, now: now)].bucket)
    }

    /// What taking tokens would come to; `nil` where the key has no bucket, which is as good as a full one.
    func look(_ key: Key, count: Int = 1, now: Timestamp) -> TokenBucket.Verdict? {
        guard let place = places[key] else { return nil }
        var copy = entries[place].bucket
        return copy.take(count, now: now)
    }

    private mutating func place(of key: Key, now: Timestamp) -> Int {
        if let place = places[key] { return place }
        let entry = (key: key, bucket: TokenBucket(rate, now: now))
        let place: Int
        if entries.count < keyCountMax {
            place = entries.count
            entries.append(entry)
        } else {
            place = fullest(now: now)
            places[entries[place].key] = nil
            entries[place] = entry
        }
        places[key] = place
        return place
    }

    private mutating func fullest(now: Timestamp) -> Int {
        var best = (place: hand, tokens: -Double.infinity)
        for _ in 0..<min(Self.candidateCount, entries.count) {
            let tokens = entries[hand].bucket.tokens(now: now)
            if tokens > best.tokens { best = (hand, tokens) }
            hand = (hand + 1) % entries.count
        }
        return best.place
    }
}
