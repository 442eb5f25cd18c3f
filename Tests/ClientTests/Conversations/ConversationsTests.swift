import TestKit
import Testing
import Wire

@testable import Client

/// Answers about conversations that are not what was asked for.
@Suite("Conversations of a server that lies") struct ConversationsTests {
    private static let hello = ServerFrame.hello(
        .init(
            account: .random(), device: DeviceID(1), incarnation: .random(), serverTime: Timestamp(milliseconds: 1)))

    private func entry(_ conversation: ConversationID, _ seq: UInt64) -> LogEntry {
        var entry = LogEntry.sample
        entry.conversation = conversation
        entry.seq = SequenceNumber(seq)
        return entry
    }

    @Test("entries of another conversation, out of order, from before or beyond the head are no page of a log")
    func pages() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let (town, other) = (ConversationID.random(), ConversationID.random())
        let lies = [
            [entry(other, 5)], [entry(town, 6), entry(town, 5)], [entry(town, 5), entry(town, 5)], [entry(town, 4)],
            [entry(town, 8)],
        ]
        for lie in lies {
            server.with {
                $0.answers = { _ in LogPage(items: lie, head: SequenceNumber(7)) }
            }
            await #expect(throws: ClientError.unexpectedAnswer(status: 200)) {
                try await client.chats.log(of: town, after: SequenceNumber(4))
            }
        }
        let good = [entry(town, 5), entry(town, 7)]
        server.with { $0.answers = { _ in LogPage(items: good, head: SequenceNumber(7)) } }
        #expect(try await client.chats.log(of: town, after: SequenceNumber(4)).items == good)
        var view = ConversationView.sample
        view.conversation = other
        let shown = view
        server.with { $0.answers = { _ in shown } }
        await #expect(throws: ClientError.unexpectedAnswer(status: 200)) { try await client.chats.conversation(town) }
        await client.close()
    }

    @Test("a log that ends before what was read of it is told, and so is one that is gone; the others are read on")
    func setBack() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let towns = (0..<3).map { _ in ConversationID.random() }.sorted { $0.description < $1.description }
        let gone = entry(towns[1], 5)
        let logs = [towns[0]: [entry(towns[0], 1)], towns[2]: [entry(towns[2], 1), entry(towns[2], 2)]]
        server.with {
            $0.isHeartStill = true
            $0.logs = logs
            // Of one that is gone something comes all the same, with a gap before it.
            $0.sockets = [[Self.hello, .event(gone)]]
        }
        await client.chats.follow(towns[0], after: SequenceNumber(3))
        await client.chats.follow(towns[1], after: SequenceNumber(0))
        await client.chats.follow(towns[2], after: SequenceNumber(0))
        var events: [ClientEvent] = []
        for await event in await client.events() {
            events.append(event)
            if case .conversation(let entry) = event, entry.seq == SequenceNumber(2) { break }
        }
        #expect(events.contains(.trouble(.conversationSetBack(towns[0]))))
        #expect(events.contains(.trouble(.refused(Problem(.notFound, ScriptedServer.absence)))))
        #expect(events.contains(.conversation(entry(towns[2], 1))))
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
        await #expect(throws: ClientError.unexpectedAnswer(status: 200)) { try await client.media.info(ofMedia: media) }
        let folder = try TemporaryFolder()
        let before = server.with { $0.calls.count }
        for (failure, one) in [
            (FileFailure.none, info(media, byteCount: 1, sha256: nil)),
            (.tooLong, info(media, byteCount: 1 << 52, sha256: digest)),
        ] {
            await #expect(throws: ClientError.file(failure)) {
                try await client.media.download(one, to: folder.path + "/out")
            }
        }
        #expect(server.with { $0.calls.count } == before && folder.files.isEmpty)
        await client.close()
    }
}
