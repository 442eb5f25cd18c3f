import Testing

@testable import Client

@Suite("Backoff")
struct BackoffTests {
    @Test("waits double up to the ceiling, and chance spreads them over half")
    func doubling() {
        for chance in [0, 0.5, 0.999] {
            var backoff = Backoff()
            var full = Backoff.baseMilliseconds
            for _ in 0..<20 {
                let wait = backoff.next(chance: chance)
                #expect(wait >= full / 2 && wait <= full)
                full = min(full * 2, Backoff.ceilingMilliseconds)
            }
        }
    }

    @Test("after a try that was of use it starts over")
    func startingOver() {
        var backoff = Backoff()
        for _ in 0..<10 { _ = backoff.next(chance: 0) }
        backoff.succeeded()
        #expect(backoff.next(chance: 0) == Backoff.baseMilliseconds / 2)
    }

    @Test("what the server asked for is never undercut, and spread as well")
    func wishes() {
        var backoff = Backoff()
        #expect(backoff.next(chance: 0, atLeast: 5_000) >= 5_000)
        #expect(backoff.next(chance: 0.9, atLeast: 5_000) > 6_000)
    }

    @Test("a chance outside its bounds does no harm", arguments: [-1.0, 2.0])
    func oddChance(chance: Double) {
        var backoff = Backoff()
        #expect(backoff.next(chance: chance) <= Backoff.baseMilliseconds)
    }
}
