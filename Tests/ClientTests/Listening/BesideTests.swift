import Testing
import Wire

@testable import Client

/// Mirrors `Listening`: what is done beside a connection, and is refused.
@Suite("Work beside that is refused", .timeLimit(.minutes(10))) struct BesideTests {
    private static let hello = ServerFrame.hello(
        .init(
            account: .random(), device: DeviceID(1), incarnation: .random(), serverTime: Timestamp(milliseconds: 1)))

    private let envelope = ServerFrame.envelope(
        Envelope(
            number: QueueNumber(1), id: MessageID(1), time: Timestamp(milliseconds: 1),
            sender: DeviceAddressPayload(DeviceAddress(account: .random(), device: DeviceID(1))), kind: .message,
            body: [1, 2, 3]))

    private static func refuse(_ server: ScriptedServer, _ path: String, _ code: ProblemCode) {
        server.with {
            $0.answers = { $0 == path || $0.hasPrefix("\(path)?") ? Problem(code, "Not now.") : nil }
        }
    }

    private func isFetched(_ events: [SottoEvent]) -> Bool {
        events.contains { if case .unreadable = $0 { true } else { false } }
    }

    private func isTold(_ events: [SottoEvent]) -> Bool {
        events.contains { if case .trouble(let error) = $0 { error.problem?.code == .forbidden } else { false } }
    }

    @Test(
        "is told, and keeps the queue from nothing, whether somebody stays or not",
        arguments: ["/v1/keys", "/v1/conversations"], [false, true])
    func refused(path: String, untilIdle: Bool) async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        Self.refuse(server, path, .forbidden)
        server.with {
            $0.isHeartStill = true
            $0.sockets = [[Self.hello, envelope, .queueEmpty(.init(through: QueueNumber(1)))]]
        }
        var events: [SottoEvent] = []
        for await event in await client.events(untilIdle: untilIdle) {
            events.append(event)
            if !untilIdle, isFetched(events), isTold(events), events.contains(.idle) { break }
        }
        #expect(isFetched(events) && isTold(events) && events.contains(.idle))
        if untilIdle { #expect(events.last == .idle) }
        await client.close()
    }

    @Test(
        "what may pass is tried again, behind a queue that is read each time",
        arguments: ["/v1/keys", "/v1/conversations"])
    func passing(path: String) async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        Self.refuse(server, path, .overloaded)
        server.with {
            $0.sockets = [[ServerFrame]](
                repeating: [Self.hello, envelope, .queueEmpty(.init(through: QueueNumber(1)))], count: 20)
        }
        var events: [SottoEvent] = []
        for await event in await client.events(untilIdle: true) { events.append(event) }
        #expect(isFetched(events))
        #expect(events.filter { $0 == .idle }.count >= ClientLimits.connectTriesMax)
        #expect(events.last == .ended(SottoError(.refused(Problem(.overloaded, "Not now.")))))
        await client.close()
    }
}
