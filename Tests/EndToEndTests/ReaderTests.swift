import Client
import TestKit
import Testing

// BEGIN
/// Prints the list of chats, then what is said in the newest one, until there is enough of it.
func readNewestChat(_ account: Account, isEnough: ([Line]) -> Bool) async throws {
    // What is heard is in the chats; what is shown below follows from them.
    let listener = Task { for await _ in await account.events() {} }
    defer { listener.cancel() }
    let chats = try await account.chats.all()
    for chat in chats { print(chat.handle?.text ?? chat.name ?? "\(chat.id)", chat.last?.text ?? "") }
    guard let chat = chats.first?.id else { return }
    if let conversation = chat.conversation { try await account.chats.follow(conversation) }
    let timeline = try await account.chats.timeline(of: chat)
    for await update in timeline.updates {
        let lines = update.snapshot.lines
        for line in lines where update.inserted.contains(line.id) { print(line.number, line.text ?? "–") }
        try await markRead(lines, of: chat, account)
        if isEnough(lines) { return }
    }
}

/// Tells how far an open conversation was read.
private func markRead(_ lines: [Line], of chat: ChatID, _ account: Account) async throws {
    // What waits to be posted is not in the log yet.
    let last = lines.last { [.received, .accepted].contains($0.delivery) }
    guard let conversation = chat.conversation, let last else { return }
    try await account.chats.markRead(through: last.number, of: conversation)
}
// END

@Suite("The reader in docs/library.md", .timeLimit(.minutes(10)))
struct ReaderTests {
    @Test("is what compiles here, word for word")
    func sameText() throws { #expect(try Sample.isShown(from: #filePath)) }

    @Test("shows what comes to the newest chat, and says how far it was read")
    func reads() async throws {
        let house = try await House()
        let (alice, bob) = (try await Phone(house, as: "alice"), try await Phone(house, as: "bob"))
        let handle = try #require(Handle(text: "bob"))
        let town = try await alice.chats.createOpenConversation(.group, name: "town", members: [handle]).conversation
        try await alice.chats.send("one", to: .conversation(town))
        #expect(try await bob.chats.lines(of: .conversation(town)).last?.text == "one")
        #expect(try await bob.chats.conversation(town).unread == 3)
        let account = bob.account
        let reading = Task {
            try await readNewestChat(account) { (lines) in lines.contains { $0.text == "two" } }
        }
        #expect(try await eventually { try await bob.chats.conversation(town).unread == 0 })
        try await alice.chats.send("two", to: .conversation(town))
        try await reading.value
        #expect(try await bob.chats.conversation(town).unread == 0)
        #expect(try await bob.chats.chat(.conversation(town))?.isFollowed == true)
    }
}
