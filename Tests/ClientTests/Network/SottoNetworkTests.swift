import Testing

@testable import Client

@Suite("The way between socket and client")
struct SottoNetworkTests {
    @Test("a server that sends faster than we work is held back, and let go again")
    func flow() {
        let flow = Flow()
        var isPaused = false
        var arrived = 0
        for _ in 0..<Flow.highMark {
            #expect(!isPaused)
            isPaused = flow.arrived(1)
            arrived += 1
        }
        #expect(isPaused)
        var resumed = 0
        for _ in 0..<arrived where flow.taken(1) { resumed += 1 }
        #expect(resumed == 1)
        #expect(Flow.lowMark < Flow.highMark)
    }

    @Test("long messages hold a server back sooner, and one that is longer than all that may wait is let through")
    func bytes() {
        let flow = Flow()
        var arrived = 0
        while !flow.arrived(1 << 20) { arrived += 1 }
        #expect((arrived + 1) << 20 == Flow.highByteCount)
        // What was read already comes, and asks for no second pause.
        #expect(!flow.arrived(1 << 20))
        var resumed = 0
        for _ in 0..<(arrived + 2) where flow.taken(1 << 20) { resumed += 1 }
        #expect(resumed == 1)
        #expect(flow.arrived(Flow.highByteCount + 1))
        #expect(flow.taken(Flow.highByteCount + 1))
        #expect(flow.waitingCount == 0)
    }
}
