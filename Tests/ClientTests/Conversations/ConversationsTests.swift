import TestKit
import Testing
import Wire

@testable import Client

/// Answers about conversations that are not what was asked for.
@Suite("Conversations of a server that lies", .timeLimit(.minutes(10))) struct ConversationsTests {
    private static let hello = ServerFrame.hello(
        .init(
            account: .random(), device: DeviceID(1), incarnation: .random(), serverTime: Timestamp(milliseconds: 1)))

    private func entry(_ conversation: ConversationID, _ seq: UInt64) -> LogEntry {
        var entry = LogEntry.sample
        entry.conversation = conversation
        entry.seq = SequenceNumber(seq)
        return entry
    }

    @Test("what is said of another conversation is no answer")
    func view() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let (town, other) = (ConversationID.random(), ConversationID.random())
        var view = ConversationView.sample
        view.conversation = other
        let shown = view
        server.with { $0.answers = { _ in shown } }
        await #expect(throws: SottoError(.unexpectedAnswer(status: 200))) { try await client.chats.conversation(town) }
        await client.close()
    }

    @Test("a log that ends before what was read of it is told, and so is one that is gone; the others are read on")
    func setBack() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let towns = (0..<3).map { _ in ConversationID.random() }.sorted { $0.description < $1.description }
        let before = Dictionary(uniqueKeysWithValues: towns.map { (town) in (town, (1...3).map { entry(town, $0) }) })
        server.with { $0.logs = before }
        for town in towns { try await client.chats.follow(town) }
        // Of one that is gone something comes all the same, with a gap before it.
        let gone = entry(towns[1], 5)
        let logs = [towns[0]: [entry(towns[0], 1)], towns[2]: (1...5).map { entry(towns[2], $0) }]
        let hidden = [towns[1]: before[towns[1]] ?? []]
        server.with {
            $0.isHeartStill = true
            $0.logs = logs
            $0.hiddenLogs = hidden
            $0.sockets = [[Self.hello, .event(gone)]]
        }
        var events: [SottoEvent] = []
        for await event in await client.events() {
            events.append(event)
            let isSetBack = events.contains(.trouble(SottoError(.conversationSetBack(towns[0]))))
            if events.told(of: towns[2]).last == 5, isSetBack,
                events.contains(.trouble(SottoError(.refused(Problem(.notFound, ScriptedServer.absence))))) {
                break
            }
        }
        #expect(events.told(of: towns[2]) == [4, 5] && events.told(of: towns[0]) == [])
        #expect(try await client.chats.lines(of: .conversation(towns[1])).map(\.number) == [2, 3], "what is kept stays")
        #expect(try await client.chats.lines(of: .conversation(towns[0])).map(\.number) == [1], "as the log has it")
        await client.close()
    }

    @Test("what is said of other media is no answer, and nothing is fetched of media that are not whole or too long")
    func media() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let (media, other) = (MediaID.random(), MediaID.random())
        func info(_ media: MediaID, byteCount: UInt64, sha256: [UInt8]?) -> MediaInfo {
            var info = MediaInfo.sample
            (info.media, info.byteCount, info.sha256) = (media, byteCount, sha256)
            return info
        }
        let digest = [UInt8](repeating: 1, count: 32)
        let strange = info(other, byteCount: 1, sha256: digest)
        server.with { $0.answers = { _ in strange } }
        await #expect(throws: SottoError(.unexpectedAnswer(status: 200))) {
            try await client.media.info(ofMedia: media)
        }
        let folder = try TemporaryFolder()
        let before = server.with { $0.calls.count }
        for (failure, one) in [
            (FileFailure.none, info(media, byteCount: 1, sha256: nil)),
            (.tooLong, info(media, byteCount: 1 << 52, sha256: digest)),
        ] {
            await #expect(throws: SottoError(.file(failure))) {
                try await client.media.download(one, to: folder.path + "/out")
            }
        }
        #expect(server.with { $0.calls.count } == before && folder.files.isEmpty)
        await client.close()
    }
}

extension [SottoEvent] {
    /// The numbers of the lines of a conversation that were told as new, in order.
    func told(of conversation: ConversationID) -> [UInt64] {
        compactMap { (event) in
            switch event {
            case .message(let line) where line.id.chat == .conversation(conversation): line.number.rawValue
            case .change(let line) where line.id.chat == .conversation(conversation): line.number.rawValue
            default: nil
            }
        }
    }
}
