import Testing
import Transport
import Wire

@testable import Client

@Suite("Tries to hear a server", .timeLimit(.minutes(10))) struct TriesTests {
    private static let hello = ServerFrame.hello(
        .init(
            account: .random(), device: DeviceID(1), incarnation: .random(), serverTime: Timestamp(milliseconds: 1)))

    private func envelope(_ number: UInt64) -> ServerFrame {
        .envelope(
            Envelope(
                number: QueueNumber(number), id: MessageID(number), time: Timestamp(milliseconds: number),
                sender: DeviceAddressPayload(DeviceAddress(account: .random(), device: DeviceID(1))), kind: .message,
                body: [1, 2, 3]))
    }

    /// What is told to somebody who wants only what waits.
    private func events(_ sockets: [[ServerFrame]], closedWith code: UInt16?) async throws -> (
        events: [SottoEvent], server: ScriptedServer
    ) {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with {
            $0.sockets = sockets
            $0.closeCode = code
        }
        var events: [SottoEvent] = []
        for await event in await client.events(untilIdle: true) { events.append(event) }
        await client.close()
        return (events, server)
    }

    @Test("only what is new counts as use")
    func use() {
        var tries = Tries()
        for _ in 1..<ClientLimits.connectTriesMax { tries.failed(.unreachable(.closedByPeer)) }
        #expect(!tries.areUp)
        tries.acknowledged(QueueNumber(7))
        #expect(tries.lastFailure == nil)
        for _ in 0..<ClientLimits.connectTriesMax {
            // The same again, or less, or nothing.
            tries.acknowledged(QueueNumber(7))
            tries.acknowledged(QueueNumber(3))
            tries.acknowledged(nil)
            tries.failed(.unreachable(.timedOut))
        }
        #expect(tries.areUp && tries.lastFailure == .unreachable(.timedOut))
    }

    @Test("what a server asks for is followed within bounds")
    func bounds() {
        var tries = Tries()
        #expect(tries.pause(chance: 0, wish: 5_000, true) >= 5_000)
        #expect(tries.pause(chance: 1, wish: .max, true) < 2 * ClientLimits.reconnectMillisecondsMax)
        #expect(tries.pause(chance: 1, wish: .max, false) <= 2 * ClientLimits.reconnectUntilIdleMillisecondsMax)
    }

    @Test("a server that closes at once, or after its hello, is given up on", arguments: [false, true])
    func closed(saysHello: Bool) async throws {
        let sockets = [[ServerFrame]](repeating: saysHello ? [Self.hello] : [], count: 8)
        let (events, server) = try await events(sockets, closedWith: CloseCode.restart.rawValue)
        #expect(events.last == .ended(SottoError(.unreachable(.closedByPeer))))
        #expect(server.with { $0.sockets.count } == 8 - ClientLimits.connectTriesMax)
    }

    @Test("a socket on which nothing comes is cut when its time is over, and given up on")
    func blackHole() async throws {
        let (events, server) = try await events([[ServerFrame]](repeating: [], count: 8), closedWith: nil)
        #expect(events.last == .ended(SottoError(.unreachable(.timedOut))))
        #expect(server.with { $0.cutCount } == ClientLimits.connectTriesMax)
        #expect(server.with { $0.waits }.contains(ClientLimits.greetingMilliseconds))
    }

    @Test("the same envelope again and again is no use, and what a server wants does not hold anybody for hours")
    func noUse() async throws {
        let goaway = ServerFrame.goaway(.init(reason: "test", retryAfterMilliseconds: 3_600_000))
        let sockets = [[ServerFrame]](repeating: [Self.hello, envelope(1), goaway], count: 9)
        let (events, server) = try await events(sockets, closedWith: CloseCode.restart.rawValue)
        #expect(events.last == .ended(SottoError(.unreachable(.closedByPeer))))
        // The first one was new.
        #expect(server.with { $0.sockets.count } == 9 - 1 - ClientLimits.connectTriesMax)
        for case .disconnected(let wait) in events { #expect(wait <= .seconds(60)) }
    }

    @Test("who gets something on each try goes on to the queue's end")
    func progress() async throws {
        let through = UInt64(ClientLimits.connectTriesMax + 3)
        var sockets = (1...through).map { [Self.hello, envelope($0)] }
        sockets.append([Self.hello, .queueEmpty(.init(through: QueueNumber(through)))])
        let (events, _) = try await events(sockets, closedWith: CloseCode.restart.rawValue)
        #expect(events.last == .idle)
        #expect(events.filter { if case .unreadable = $0 { true } else { false } }.count == Int(through))
    }
}
