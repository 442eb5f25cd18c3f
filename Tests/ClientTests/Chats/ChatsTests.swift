import Testing
import Wire

@testable import Client

@Suite("What is shown of chats")
struct ChatsTests {
    private let chat = ChatID.person(.random())

    @Test("what is shown is durable: what came is synced first, and shown to nobody where it cannot be")
    func durable() async throws {
        let disk = try StoreCase()
        let client = try await ScriptedServer().client(on: disk)
        try await client.inside { try $0.stageForTests("first", in: chat) }
        let before = disk.syncCount
        #expect(try await client.chats.lines(of: chat).map(\.text) == ["first"])
        #expect(disk.syncCount > before)
        let timeline = try await client.chats.timeline(of: chat)
        var updates = timeline.updates.makeAsyncIterator()
        #expect(await updates.next()?.snapshot.lines.count == 1)
        var lists = client.chats.list.makeAsyncIterator()
        #expect(await lists.next()?.first?.last?.text == "first")
        try await client.inside { try $0.stageForTests("second", in: chat) }
        (disk.end, disk.changesLeft) = (.full, 0)
        #expect(try await client.chats.lines(of: chat).map(\.text) == ["first"])
        #expect(try await client.chats.all().first?.last?.text == "first")
        disk.changesLeft = nil
        // The connection has heard of it.
        try await client.inside { $0.forgetLossForTests() }
        try await client.inside { try $0.stageForTests("third", in: chat) }
        try await client.inside { try $0.ground.records.flush() }
        #expect(await updates.next()?.snapshot.lines.map(\.text) == ["first", "third"])
        #expect(await lists.next()?.first?.last?.text == "third")
        await client.close()
    }

    @Test("a line is found under its own chat alone")
    func otherChat() async throws {
        let client = try await ScriptedServer().client()
        try await client.inside { try $0.stageForTests("here", in: chat) }
        let line = try #require(try await client.chats.lines(of: chat).first)
        let elsewhere = LineID(.person(.random()), line.id.name)
        #expect(try await client.chats.line(line.id) == line)
        #expect(try await client.chats.line(elsewhere) == nil)
        await #expect(throws: SottoError(.noSuchMessage)) {
            try await client.chats.timeline(of: elsewhere.chat, at: .line(line.id))
        }
        await client.close()
    }
}

extension Rooms {
    /// As an envelope is taken: seen at once, durable with the next flush.
    fileprivate func stageForTests(_ text: String, in chat: ChatID) throws {
        var line = StoredLine(author: .sample, device: .sample)
        line.message = .random()
        line.text = text
        var transaction = StoreTransaction()
        var edit = TranscriptEdit(ground.records.store, now: ground.surroundings.now())
        let place = try edit.append(line, to: chat)
        if let message = line.message { transaction.put(KnownMessage(at: place), at: .message(message, from: .sample)) }
        edit.write(into: &transaction)
        try receiver.stage(transaction)
    }

    fileprivate func forgetLossForTests() { ground.records.store.forgetLoss() }
}
