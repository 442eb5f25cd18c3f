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

    private func events(_ client: Account, until isLast: ([ClientEvent]) -> Bool) async -> [ClientEvent] {
        var events: [ClientEvent] = []
        for await event in await client.events() {
            events.append(event)
            if isLast(events) { break }
        }
        await client.close()
        return events
    }

    private func told(_ events: [ClientEvent], of conversation: ConversationID) -> [UInt64] {
        events.compactMap { (event) in
            guard case .conversation(let entry) = event, entry.conversation == conversation else { return nil }
            return entry.seq.rawValue
        }
    }

    @Test("entries that were passed over are read from the log, each once and in order, though that fails at first")
    func followed() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let (one, other) = (ConversationID.random(), ConversationID.random())
        let logs = [one: log(of: one, 9), other: log(of: other, 7)]
        server.with {
            $0.isHeartStill = true
            $0.logs = logs
            $0.logRefusals = 3
            $0.sockets = [[
                Self.hello, .event(logs[one]?[0] ?? .sample), .head(.init(conversation: one, seq: SequenceNumber(9))),
                .head(.init(conversation: other, seq: SequenceNumber(7))),
                .head(.init(conversation: one, seq: SequenceNumber(4))),
            ]]
        }
        await client.chats.follow(one, after: SequenceNumber(0))
        await client.chats.follow(other, after: SequenceNumber(5))
        let events = await events(client) { told($0, of: one).last == 9 && told($0, of: other).last == 7 }
        #expect(told(events, of: one) == Array(1...9))
        #expect(told(events, of: other) == [6, 7])
        #expect(!events.contains { if case .passedOver = $0 { true } else { false } })
    }

    @Test("of a conversation that is not followed, and of more than can be named, the listener is told")
    func notFollowed() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let (one, stranger) = (ConversationID.random(), ConversationID.random())
        let entries = log(of: one, 3)
        server.with {
            $0.isHeartStill = true
            $0.logs = [one: entries]
            $0.sockets = [[
                Self.hello, .head(.init(conversation: stranger, seq: SequenceNumber(12))),
                .notice(.init(topic: .conversationsAhead)),
            ]]
        }
        await client.chats.follow(one, after: SequenceNumber(1))
        let events = await events(client) { (events) in
            told(events, of: one).last == 3 && events.contains(.passedOver(nil, through: nil))
        }
        #expect(events.contains(.passedOver(stranger, through: SequenceNumber(12))))
        #expect(told(events, of: one) == [2, 3])
    }
}
