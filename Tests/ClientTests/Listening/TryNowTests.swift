import Testing
import Wire

@testable import Client

/// Mirrors `Listening`: what it does when an app says that the network is back.
@Suite("The network is back", .timeLimit(.minutes(10))) struct TryNowTests {
    private static let hello = ServerFrame.hello(
        .init(
            account: .random(), device: DeviceID(1), incarnation: .random(), serverTime: Timestamp(milliseconds: 1)))
    private static let end = ServerFrame.queueEmpty(.init(through: QueueNumber(0)))

    @Test("the next try comes at once, and nobody who does not listen is connected")
    func connects() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        await client.tryNow()
        server.with { $0.isTimeStill = true }
        var events: [SottoEvent] = []
        for await event in await client.events() {
            events.append(event)
            if case .disconnected = event {
                server.with { $0.sockets = [[Self.hello]] }
                await client.tryNow()
            }
            if event == .connected { break }
        }
        #expect(events.count == 2 && events.last == .connected)
        await client.close()
    }

    @Test("a pause that the server has asked for stays")
    func asked() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let goaway = ServerFrame.goaway(.init(reason: "test", retryAfterMilliseconds: 5_000))
        server.with {
            $0.isTimeStill = true
            $0.closeCode = CloseCode.restart.rawValue
            $0.sockets = [[Self.hello, goaway], [Self.hello]]
        }
        for await event in await client.events() {
            guard case .disconnected = event else { continue }
            await client.tryNow()
            // More turns than a next try would take.
            for _ in 0..<100 { _ = try await client.people.all() }
            break
        }
        #expect(server.with { $0.sockets.count } == 1)
        await client.close()
    }

    @Test("a connection that is open is asked for a sign, and cut where none comes")
    func probes() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with {
            $0.isTimeStill = true
            $0.sockets = [[Self.hello, Self.end]]
        }
        for await event in await client.events() {
            if event == .idle {
                server.with { $0.isTimeStill = false }
                await client.tryNow()
            }
            if case .disconnected = event { break }
        }
        #expect(server.with { $0.cutCount } == 1 && server.with { $0.waits }.contains(ClientLimits.probeMilliseconds))
        #expect(server.with { $0.frames }.contains(.ping(.init(stamp: 0))))
        await client.close()
    }
}
