import Testing
import Transport
import Wire

@testable import Client

@Suite("Listening")
struct ListeningConnectionTests {
    private static let hello = ServerFrame.hello(
        .init(
            account: .random(), device: DeviceID(1), incarnation: .random(), serverTime: Timestamp(milliseconds: 1)))

    private static func empty(_ through: UInt64) -> ServerFrame {
        .queueEmpty(.init(through: QueueNumber(through)))
    }

    private func envelope(_ number: UInt64) -> ServerFrame {
        .envelope(
            Envelope(
                number: QueueNumber(number), id: MessageID(number), time: Timestamp(milliseconds: number),
                sender: DeviceAddressPayload(DeviceAddress(account: .random(), device: DeviceID(1))), kind: .message,
                body: [1, 2, 3]))
    }

    private func events(_ client: Account, until isLast: (SottoEvent) -> Bool) async -> [SottoEvent] {
        var events: [SottoEvent] = []
        for await event in await client.events() {
            events.append(event)
            if isLast(event) { break }
        }
        await client.close()
        return events
    }

    @Test("an envelope that comes again, in the same connection or the next, is told and counted once")
    func redelivery() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let goaway = ServerFrame.goaway(.init(reason: "test", retryAfterMilliseconds: 0))
        server.with {
            $0.sockets = [
                [Self.hello, envelope(1), envelope(1), envelope(2), Self.empty(2), goaway],
                [Self.hello, envelope(2), envelope(3), Self.empty(3)],
            ]
        }
        var idleCount = 0
        let events = await events(client) { (event) in
            if event == .idle { idleCount += 1 }
            return idleCount == 2
        }
        let unreadable = events.compactMap { (event) in if case .unreadable(let entry) = event { entry } else { nil } }
        #expect(unreadable.count == 3 && Set(unreadable.map(\.id)).count == 3)
        #expect(unreadable.allSatisfy { $0.body == .unreadable(.malformed) })
        let delivered = server.with { $0.frames }.compactMap { (frame) in
            if case .delivered(let delivered) = frame { delivered.through.rawValue } else { nil }
        }
        #expect(delivered.contains(2))
        #expect(delivered.last == 3)
    }

    @Test("a connection that has gone silent is cut, and opened again")
    func silence() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with { $0.sockets = [[Self.hello], [Self.hello]] }
        var connections = 0
        let events = await events(client) { (event) in
            if event == .connected { connections += 1 }
            return connections == 2
        }
        #expect(events.contains { if case .disconnected = $0 { true } else { false } })
        let pings = server.with { $0.frames }.filter { if case .ping = $0 { true } else { false } }
        #expect(pings.count >= 6)
        #expect(server.with { $0.cutCount } >= 1)
    }

    @Test("who wants only what waits gives up on a server that cannot be reached")
    func unreachable() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        var events: [SottoEvent] = []
        for await event in await client.events(untilIdle: true) { events.append(event) }
        #expect(events.last == .ended(SottoError(.unreachable(.cannotConnect))))
        let waits = events.filter { if case .disconnected = $0 { true } else { false } }
        #expect(waits.count == ClientLimits.connectTriesMax - 1)
        await client.close()
    }

    @Test("frames of a later version and bytes that are no frame are passed over")
    func unknownFrames() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with {
            // Nobody pings, and so nobody cuts the line for want of a pong before the listener has ended.
            $0.isTimeStill = true
            $0.sockets = [[Self.hello, .pong(.init(stamp: 9)), Self.empty(0)]]
            var later = WireWriter(form: .cbor)
            later.record { (writer) in
                writer.put("t", text: "weather")
                writer.put("celsius", number: 21)
            }
            var other = WireWriter(form: .cbor)
            other.write(number: 7)
            $0.strangeMessages = [later.bytes, other.bytes, [0xFF], Array(later.bytes.dropLast()), []]
        }
        let events = await events(client) { $0 == .idle }
        // What the client asks for at each connect is in no script, and it hears so beside the frames.
        let ofFrames = events.filter { (event) in
            if case .trouble(let error) = event { error.problem?.detail != ScriptedServer.absence } else { true }
        }
        #expect(ofFrames == [.connected, .idle])
        #expect(server.with { $0.cutCount } == 0)
    }

    @Test("what a server asks for again and again is done once at a time, and its greeting counts once")
    func floods() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with {
            $0.isHeartStill = true
            // The first that is asked for is never done.
            $0.silentPath = "/v1/conversations?"
            let flood = (0..<300).flatMap { (_) in
                [Self.hello, .notice(.init(topic: .conversationsAhead)), .notice(.init(topic: .keysLow))]
            }
            $0.sockets = [[Self.hello] + flood + [Self.empty(0)]]
        }
        let events = await events(client) { $0 == .idle }
        #expect(events.filter { $0 == .connected }.count == 1)
        #expect(server.with { $0.calls }.filter { $0.hasPrefix("GET /v1/conversations?") }.count == 1)
    }

    @Test("what a close code says about the next try")
    func closeCodes() {
        let line = SocketLine(
            incoming: AsyncStream { $0.finish() }, taken: { _ in }, send: { _ in }, close: {}, gone: {}, cut: {})
        let connection = ListeningConnection(line: line)
        #expect(connection.end(closed: CloseCode.displaced.rawValue) == .over(.displaced))
        #expect(connection.end(closed: CloseCode.deviceUnlinked.rawValue) == .over(.unlinked))
        connection.retryMilliseconds = 700
        for code in [1000, 1001, 1006, 1012, CloseCode.authenticationFailed.rawValue, CloseCode.slowConsumer.rawValue] {
            #expect(connection.end(closed: code) == .lost(retryMilliseconds: 700))
        }
    }

    @Test("two listeners hear the same from one connection, which ends with the last of them", .timeLimit(.minutes(10)))
    func twoListeners() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with { $0.sockets = [[Self.hello, Self.empty(0)]] }
        var first = await client.events().makeAsyncIterator()
        var second = await client.events().makeAsyncIterator()
        var states = client.connection.makeAsyncIterator()
        for _ in 0..<2 {
            #expect(await first.next() == .connected)
            #expect(await first.next() == .idle)
            (first, second) = (second, first)
        }
        // Live: whoever wants only what waited has it.
        for await event in await client.events(untilIdle: true) { Issue.record("\(event)") }
        let left = Task { for await _ in await client.events() {} }
        left.cancel()
        await left.value
        while let state = await states.next(), state != .live {}
        #expect(server.with { $0.sockets.isEmpty })
        await client.close()
        // Whatever else was told: both end.
        while await first.next() != nil {}
        while await second.next() != nil {}
    }

    @Test("a listener that does not keep up loses the oldest, and is told so once it does")
    func bounded() async {
        let listeners = EventListeners()
        var events = listeners.add(untilIdle: false) { _ in }.makeAsyncIterator()
        for epoch in 1...UInt64(ClientLimits.eventsKeptMax + 5) { listeners.tell(.devicesChanged(epoch: epoch)) }
        #expect(await events.next() == .devicesChanged(epoch: 6))
        #expect(await events.next() == .devicesChanged(epoch: 7))
        listeners.tell(.idle)
        listeners.tell(.connected)
        listeners.finish()
        var last: [SottoEvent] = []
        while let event = await events.next() { last = last.suffix(2) + [event] }
        #expect(last == [.idle, .missed, .connected])
    }
}
