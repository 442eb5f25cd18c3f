import TestKit
import Testing
import Wire

@testable import Client

extension LyingServerTests {
    /// Alice, who doubts her server, and bob, in a conversation with what he said there.
    private func scene(_ texts: String...) async throws -> (alice: Phone, bob: Phone, town: ConversationID) {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bob")
        let handle = try #require(Handle(text: "bob"))
        let town = try await alice.chats.createOpenConversation(.group, name: nil, members: [handle]).conversation
        for text in texts { try await bob.chats.send(text, to: .conversation(town)) }
        return (alice, bob, town)
    }

    private func changeLog(_ phone: Phone, _ change: @escaping @Sendable (inout LogPage) -> Void) {
        phone.change = { (path, answer) in
            if path.contains("/messages?") { answer.change(LogPage.self) { change(&$0) } }
        }
    }

    @Test("a post that takes the name of a sealed message keeps that from nobody, also where it is deleted")
    func sealedNames() async throws {
        let (alice, bob, town) = try await scene("a post")
        let secret = try await bob.send("sealed", to: "alice")
        let name = try #require(secret.message)
        changeLog(alice) { (page) in
            for index in page.items.indices {
                guard case .message(var message) = page.items[index].event else { continue }
                message.clientID = name
                page.items[index].event = .message(message)
            }
        }
        let post = try #require(try await alice.chats.lines(of: .conversation(town)).last)
        #expect(post.message == name)
        try await alice.fetch()
        #expect(try await alice.received() == ["a post", "sealed"])
        changeLog(alice) { (page) in
            page.items = page.items.map { $0.tombstone ?? $0 }
        }
        _ = try await alice.chats.lines(of: .conversation(town), limit: 1_000)
        let person = ChatID.person(try #require(try await bob.account.whoami()).address.account)
        #expect(try await alice.chats.lines(of: person).map(\.text) == ["sealed"])
        #expect(try await alice.chats.line(post.id)?.removal == .deleted)
    }

    @Test("what was read once is not replaced, and two posts of one name are two lines")
    func rewriting() async throws {
        let (alice, _, town) = try await scene("one", "two")
        let chat = ChatID.conversation(town)
        changeLog(alice) { (page) in
            guard page.items.count == 4, case .message(let first) = page.items[2].event,
                case .message(var second) = page.items[3].event
            else { return }
            second.clientID = first.clientID
            page.items[3].event = .message(second)
        }
        let lines = try await alice.chats.lines(of: chat)
        #expect(lines.suffix(2).map(\.text) == ["one", "two"] && Set(lines.map(\.id)).count == 4)
        changeLog(alice) { (page) in
            for index in page.items.indices {
                guard case .message(var message) = page.items[index].event else { continue }
                message.text = "never said"
                page.items[index].event = .message(message)
            }
        }
        #expect(try await alice.chats.lines(of: chat) == lines)
        #expect(try await alice.chats.lines(of: chat, limit: 1_000) == lines)
    }

    @Test("own words stay own words, and a post at another's number is none")
    func ownWords() async throws {
        let (alice, bob, town) = try await scene("hello")
        let chat = ChatID.conversation(town)
        _ = try await alice.chats.lines(of: chat)
        alice.change = { (path, answer) in
            guard path.hasSuffix("/messages") else { return }
            answer.change(Accepted.self) { $0.seq = SequenceNumber(3) }
        }
        await #expect(throws: SottoError(.unexpectedAnswer(status: 200))) {
            try await alice.chats.send("mine", to: chat)
        }
        #expect(try await alice.chats.lines(of: chat)[2].text == "hello")
        changeLog(alice) { (page) in
            for index in page.items.indices {
                guard case .message(var message) = page.items[index].event, message.text == "mine" else { continue }
                message.text = "yours"
                page.items[index].event = .message(message)
            }
        }
        // The log has it all the same, and says that it says something else.
        let line = try #require(try await alice.chats.lines(of: chat).last { $0.author.isOwn })
        #expect(line.text == "mine" && line.number == 4 && line.delivery == .accepted)
        #expect(try await bob.chats.lines(of: chat).last?.text == "mine")
    }

    @Test("a post whose answer names a number far ahead is at its own once the log is asked")
    func farAhead() async throws {
        let (alice, bob, town) = try await scene("hello")
        let chat = ChatID.conversation(town)
        _ = try await alice.chats.lines(of: chat)
        alice.change = { (path, answer) in
            guard path.hasSuffix("/messages") else { return }
            answer.change(Accepted.self) { $0.seq = SequenceNumber(1 << 51) }
        }
        let posted = try await alice.chats.send("mine", to: chat)
        #expect(posted.number == SequenceNumber(1 << 51))
        alice.change = { _, _ in }
        try await bob.chats.send("theirs", to: chat)
        #expect(try await alice.chats.lines(of: chat).compactMap(\.text) == ["hello", "mine", "theirs"])
        let line = try #require(try await alice.chats.line(posted.id))
        #expect(line.number == 4 && line.delivery == .accepted)
        #expect(try await alice.chats.send("next", to: chat).number == 6)
        #expect(try await alice.chats.lines(of: chat).map(\.number) == [1, 2, 3, 4, 5, 6])
    }

    @Test(
        "a head that no log reaches is no answer, and nothing is counted up to it",
        arguments: [1 << 52, .max] as [UInt64])
    func strangeHeads(head: UInt64) async throws {
        let (alice, _, town) = try await scene("hello")
        let chat = ChatID.conversation(town)
        let lines = try await alice.chats.lines(of: chat)
        alice.change = { (path, answer) in
            answer.change(ConversationView.self) { $0.head = SequenceNumber(head) }
            answer.change(LogPage.self) { $0.head = SequenceNumber(head) }
        }
        await #expect(throws: SottoError(.unexpectedAnswer(status: 200))) {
            try await alice.chats.timeline(of: chat, at: .date(.distantPast))
        }
        #expect(try await alice.chats.lines(of: chat) == lines)
    }

    @Test("a live entry with a number that no log reaches, or of what is not open, leaves nothing")
    func strangeEntries() async throws {
        let (alice, bob, town) = try await scene("hello")
        let chat = ChatID.conversation(town)
        let lines = try await alice.chats.lines(of: chat)
        let numbers: [UInt64] = [0, 1 << 52, 1 << 62, (1 << 62) + 1, (1 << 63) - 1]
        let number = Guarded(numbers[0])
        alice.changeFrame = { (bytes) in
            let context = WireContext(form: .cbor, refusesUnknownFields: false)
            guard case .event(var entry)? = try? ServerFrame.decode(bytes, in: context) else { return bytes }
            entry.seq = SequenceNumber(number.withLock { $0 })
            return ServerFrame.event(entry).encoded(as: .cbor)
        }
        var heard = 0
        for await event in await alice.account.events() {
            switch event {
            case .idle: break
            case .message(let line):
                #expect(line.text == "\(numbers[heard])")
                heard += 1
            default: continue
            }
            if heard == numbers.count { break }
            number.withLock { [heard] in $0 = numbers[heard] }
            try await bob.chats.send("to nowhere", to: chat)
            try await bob.send("\(numbers[heard])", to: "alice")
        }
        let kept = try await alice.kept(.chat(chat))?.conversation
        #expect(kept?.known.newest?.upperBound == lines.last?.number.rawValue)
        alice.changeFrame = { $0 }
        try await alice.restart()
        #expect(try await alice.chats.lines(of: chat).count == lines.count + numbers.count)
    }
}
