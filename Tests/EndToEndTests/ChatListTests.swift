import Client
import TestKit
import Testing
import Wire

@Suite("Chats and their lines")
struct ChatListTests {
    @Test("the list has every chat, the latest first, with its newest line; also after a restart")
    func list() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let (bob, carol) = (try await Phone(house, as: "bob"), try await Phone(house, as: "carol"))
        #expect(try await alice.chats.all().isEmpty)
        try await alice.send("to bob", to: "bob")
        try await carol.send("from carol", to: "alice")
        try await alice.fetch()
        func list() async throws -> [String?] {
            try await alice.chats.all().flatMap { [$0.handle?.text, $0.last?.text] }
        }
        #expect(try await list() == ["carol", "from carol", "bob", "to bob"])
        try await bob.fetch()
        try await bob.send("back", to: "alice")
        try await alice.fetch()
        #expect(try await list() == ["bob", "back", "carol", "from carol"])
        try await alice.restart()
        #expect(try await list() == ["bob", "back", "carol", "from carol"])
        #expect(try await alice.chats.all().allSatisfy { $0.mode == .sealed })
    }

    @Test("a chat is read from its newest line backwards, page by page, each line once")
    func pages() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        _ = try await Phone(house, as: "bob")
        for number in 1...7 { try await alice.send("\(number)", to: "bob") }
        let bob = try #require(Handle(text: "bob"))
        let chat = try #require(try await alice.chats.chat(with: bob))
        var pages: [[String?]] = []
        var before: SequenceNumber?
        while true {
            let page = try await alice.chats.lines(of: chat, before: before, limit: 3)
            guard let first = page.first else { break }
            pages.append(page.map(\.text))
            before = first.number
        }
        #expect(pages == [["5", "6", "7"], ["2", "3", "4"], ["1"]])
        #expect(try await alice.chats.lines(of: .person(.sample)).isEmpty)
        #expect(try await alice.chats.chat(.person(.sample)) == nil)
    }

    @Test("a line has one name: before and after the server has it, and on the devices of both sides")
    func names() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        let laptop = try await Phone(house, joining: alice)
        let sent = try await alice.send("one name", to: "bob")
        try await bob.fetch()
        try await laptop.fetch()
        let came = try #require(try await bob.history().first)
        let synced = try #require(try await laptop.history().first)
        #expect(came.id.name == sent.id.name && synced.id == sent.id)
        #expect(try await alice.chats.line(sent.id) == sent)
        #expect(try await alice.chats.line(LineID(sent.id.chat, number: sent.number)) == sent)
        #expect(try await alice.chats.line(LineID(sent.id.chat, .message(.random(), by: .sample))) == nil)
        #expect(came.delivery == .received && synced.delivery == .received && sent.delivery == .accepted)
        #expect(!came.author.isOwn && synced.author.isOwn && sent.author.isOwn)
    }
}
