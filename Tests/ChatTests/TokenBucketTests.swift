import Testing
import Wire

@testable import Chat

@Suite struct TokenBucketTests {
    private let start = Timestamp(milliseconds: 1_000_000)

    @Test("the burst passes, one more is refused with the time to wait, and it refills at its rate")
    func burst() {
        var bucket = TokenBucket(Rate(burst: 6, perSecond: 1.0 / 600), now: start)
        for left in stride(from: UInt64(5), through: 0, by: -1) {
            #expect(bucket.take(now: start) == .pass(remaining: left))
        }
        #expect(bucket.take(now: start) == .refuse(retryAfterSeconds: 600))
        #expect(bucket.take(now: start.adding(seconds: 599)) == .refuse(retryAfterSeconds: 1))
        #expect(bucket.take(now: start.adding(seconds: 600)) == .pass(remaining: 0))
    }

    @Test("a clock that jumps back or far ahead neither fills beyond the burst nor blocks for ever")
    func jumps() {
        var bucket = TokenBucket(Rate(burst: 2, perSecond: 1), now: start)
        #expect(bucket.take(now: start.adding(seconds: 1_000_000)) == .pass(remaining: 1))
        #expect(bucket.take(now: start) == .pass(remaining: 0))
        #expect(bucket.take(now: start) == .refuse(retryAfterSeconds: 1))
        #expect(bucket.take(now: start.adding(seconds: 1)) == .pass(remaining: 0))
    }

    @Test("a flood of keys stays within the bound, keeps nobody out, and does not give back what was used up")
    func flood() throws {
        let limiter = RateLimiter<Int>(name: "tests", rate: Rate(burst: 2, perSecond: 0), keyCountMax: 10)
        try limiter.take(3, count: 2, now: start)
        for key in 100..<1_000 { #expect(try limiter.take(key, now: start) == 1) }
        let refused = #expect(throws: Problem.self) { try limiter.take(3, now: start) }
        #expect(refused?.code == .rateLimited && refused?.retryAfterSeconds != nil)
    }

    @Test("where every bucket is used up, new keys take the place of old ones")
    func usedUp() throws {
        var buckets = Buckets<Int>(rate: Rate(burst: 1, perSecond: 0), keyCountMax: 10)
        for key in 0..<1_000 { #expect(buckets.use(key, now: start) { $0.take(now: start) } == .pass(remaining: 0)) }
        let known = (0..<1_000).filter { buckets.look($0, now: start) != nil }
        #expect(known.count == 10 && known.contains(999))
        #expect(buckets.look(999, now: start) == .refuse(retryAfterSeconds: 86_400))
    }
}
