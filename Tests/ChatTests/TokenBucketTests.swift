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

    @Test("a flood of keys stays within the bound and shares what is left")
    func flood() throws {
        let limiter = RateLimiter<Int>(name: "tests", rate: Rate(burst: 2, perSecond: 0), keyCountMax: 10)
        for key in 0..<10 { try limiter.take(key, now: start) }
        try limiter.take(10, now: start)
        try limiter.take(11, now: start)
        #expect(throws: Problem.self) { try limiter.take(12, now: start) }
        try limiter.take(3, now: start)
        let refused = #expect(throws: Problem.self) { try limiter.take(3, now: start) }
        #expect(refused?.code == .rateLimited && refused?.retryAfterSeconds != nil)
    }
}
