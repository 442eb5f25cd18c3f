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
            isPaused = flow.arrived()
            arrived += 1
        }
        #expect(isPaused)
        var resumed = 0
        for _ in 0..<arrived where flow.taken() { resumed += 1 }
        #expect(resumed == 1)
        #expect(Flow.lowMark < Flow.highMark)
    }
}
