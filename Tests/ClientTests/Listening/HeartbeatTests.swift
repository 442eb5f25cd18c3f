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
}
