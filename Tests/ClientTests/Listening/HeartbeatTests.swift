import Testing

@testable import Client

@Suite("Heartbeat")
struct HeartbeatTests {
    @Test("after as many silent beats as the server allows, the connection is dead")
    func silence() {
        var heartbeat = Heartbeat(intervalMilliseconds: 5_000, offlineAfterMilliseconds: 30_000)
        for stamp in 1...6 { #expect(heartbeat.beat() == .ping(stamp: UInt64(stamp))) }
        #expect(heartbeat.beat() == .giveUp)
    }

    @Test("anything heard keeps it alive")
    func alive() {
        var heartbeat = Heartbeat(intervalMilliseconds: 5_000, offlineAfterMilliseconds: 30_000)
        for _ in 0..<100 {
            #expect(heartbeat.beat() != .giveUp)
            heartbeat.heard()
        }
    }

    @Test("odd announcements of a server neither stop the beat nor make it race")
    func odd() {
        var heartbeat = Heartbeat(intervalMilliseconds: 0, offlineAfterMilliseconds: 0)
        #expect(heartbeat.intervalMilliseconds == 100)
        #expect(heartbeat.beat() == .ping(stamp: 1))
        #expect(heartbeat.beat() == .ping(stamp: 2))
        #expect(heartbeat.beat() == .giveUp)
    }

    @Test("where only what waits is wanted, answers alone keep nothing alive, what comes does")
    func emptiness() {
        var heartbeat = Heartbeat(intervalMilliseconds: 5_000, offlineAfterMilliseconds: 30_000, untilIdle: true)
        var count: UInt64 = 0
        while heartbeat.beat() != .giveUp {
            heartbeat.heard()
            count += 1
        }
        #expect(count * 5_000 == ClientLimits.emptyUntilIdleMillisecondsMax)
        heartbeat.broughtSomething()
        #expect(heartbeat.beat() != .giveUp)
    }

    @Test("a server cannot put off for hours that its silence is noticed", arguments: [false, true])
    func patience(untilIdle: Bool) {
        let most = untilIdle ? ClientLimits.silenceUntilIdleMillisecondsMax : ClientLimits.silenceMillisecondsMax
        for (interval, offline) in [(UInt64.max, UInt64.max), (3_600_000, 7_200_000), (5_000, .max), (.max, 0)] {
            var heartbeat = Heartbeat(
                intervalMilliseconds: interval, offlineAfterMilliseconds: offline, untilIdle: untilIdle)
            var count: UInt64 = 0
            while heartbeat.beat() != .giveUp { count += 1 }
            #expect(count >= 2 && count * heartbeat.intervalMilliseconds <= most)
        }
    }
}
