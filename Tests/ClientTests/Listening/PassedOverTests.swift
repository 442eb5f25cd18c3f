import Testing
import Wire

@testable import Client

/// Mirrors `Listening`: what it does with what did not come.
@Suite("Heads in place of entries", .timeLimit(.minutes(10))) struct PassedOverTests {
    private static let hello = ServerFrame.hello(
        .init(
            account: .random(), device: DeviceID(1), incarnation: .random(), serverTime: Timestamp(milliseconds: 1)))

    private func log(of conversation: ConversationID, _ count: UInt64) -> [LogEntry] {
        (1...count).map { (seq) in
            var entry = LogEntry.sample
            entry.conversation = conversation
            entry.seq = SequenceNumber(seq)
            return entry
        }
    }

    private func events(_ client: Account, until isLast: ([SottoEvent]) -> Bool) async -> [SottoEvent] {
        var events: [SottoEvent] = []
        for await event in await client.events() {
            events.append(event)
            if isLast(events) { break }
        }
        await client.close()
        return events
    }

    @Test("entries that were passed over are read from the log, each once and in order, though that fails at first")
    func followed() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let (one, other) = (ConversationID.random(), ConversationID.random())
        let logs = [one: log(of: one, 9), other: log(of: other, 7)]
        server.with { $0.logs = [one: Array(logs[one]!.prefix(1)), other: Array(logs[other]!.prefix(5))] }
        try await client.chats.follow(one)
        try await client.chats.follow(other)
        server.with {
            $0.isHeartStill = true
            $0.logs = logs
            $0.logRefusals = 3
            $0.sockets = [[
                Self.hello, .event(logs[one]?[1] ?? .sample), .head(.init(conversation: one, seq: SequenceNumber(9))),
                .head(.init(conversation: other, seq: SequenceNumber(7))),
                .head(.init(conversation: one, seq: SequenceNumber(4))),
            ]]
        }
        let events = await events(client) { $0.told(of: one).last == 9 && $0.told(of: other).last == 7 }
        #expect(events.told(of: one) == Array(2...9))
        #expect(events.told(of: other) == [6, 7])
        #expect(!events.contains { if case .passedOver = $0 { true } else { false } })
    }

    @Test("of a conversation that is not followed, and of more than can be named, the listener is told")
    func notFollowed() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let (one, stranger) = (ConversationID.random(), ConversationID.random())
        let entries = log(of: one, 3)
        server.with { $0.logs = [one: Array(entries.prefix(1))] }
        try await client.chats.follow(one)
        server.with {
            $0.isHeartStill = true
            $0.logs = [one: entries]
            $0.sockets = [[
                Self.hello, .head(.init(conversation: stranger, seq: SequenceNumber(12))),
                .notice(.init(topic: .conversationsAhead)),
            ]]
        }
        let events = await events(client) { (events) in
            events.told(of: one).last == 3 && events.contains(.passedOver(nil, through: nil))
        }
        #expect(events.contains(.passedOver(.conversation(stranger), through: 12)))
        #expect(events.told(of: one) == [2, 3])
    }
}
