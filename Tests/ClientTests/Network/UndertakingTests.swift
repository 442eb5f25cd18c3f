import Testing
import Threads
import Wire

@testable import Client

@Suite("What goes on whoever waits for it", .timeLimit(.minutes(10)))
struct UndertakingTests {
    @Test("all who wait hear what came of it, also later; a wait that is cancelled ends before, and the work goes on")
    func waits() async {
        let release = Latch()
        let work = Undertaking(in: nil) {
            await release.wait()
            return 7
        }
        let patient = Task { await work.value() }
        let hasty = Task { await work.value() }
        hasty.cancel()
        #expect(await hasty.value == nil)
        release.open()
        #expect(await patient.value == 7)
        #expect(await work.value() == 7)
    }

    @Test("a request that no server answers ends with whoever asked")
    func request() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        _ = try await client.accessTokenForTests()
        let before = server.with { (state) in
            state.isSilent = true
            return state.calls.count
        }
        let asking = Task { () async -> SottoError? in
            do throws(SottoError) {
                _ = try await client.chats.conversation(.random())
                return nil
            } catch {
                return error
            }
        }
        while server.with({ $0.calls.count }) == before { await Task.yield() }
        asking.cancel()
        #expect(await asking.value?.code == .cancelled)
        await client.close()
    }
}
