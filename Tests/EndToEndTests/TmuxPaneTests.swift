import Glibc
import TestKit
import Testing

@Suite struct TmuxPaneTests {
    @Test("the terminal of a test ends with it")
    func ended() async throws {
        var pane: TmuxPane? = try TmuxPane(80, 24)
        let server = try #require(try pane?.server)
        #expect(kill(server, 0) == 0)
        pane = nil
        #expect(try await eventually { kill(server, 0) == -1 && errno == ESRCH })
    }
}
