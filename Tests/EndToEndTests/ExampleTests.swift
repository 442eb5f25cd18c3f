import Client
import TestKit
import Testing

// BEGIN
/// Answers everyone who writes to it with how often they have, until somebody tells it to stop.
func runCounter(at server: ServerAddress, folder: String) async throws {
    let configuration = SottoConfiguration(folder: folder, server: server)
    try await withSotto(configuration) { (account) in
        if try await account.whoami() == nil, let name = Handle(text: "counter") {
            try await account.register(handle: name)
        }
        for await event in await account.events() {
            switch event {
            case .message(let line) where !line.author.isOwn:
                if line.text == "stop" { return }
                await answer(line, account)
            case .trouble(let error), .ended(let error):
                print("The connection has trouble: \(error)")
            default:
                // Whatever else happens, and what later versions tell.
                continue
            }
        }
    }
}

/// Says how many texts of its author stand in the chat of a line.
private func answer(_ line: Line, _ account: Account) async {
    do {
        let chat = line.id.chat
        let lines = try await account.chats.lines(of: chat, limit: 1_000)
        let count = lines.filter { $0.text != nil && $0.author.account == line.author.account }.count
        // Returns when the server has it, durably.
        try await account.chats.send("You have written \(count) times.", to: chat)
    } catch where error.code == .queued {
        print("Out of reach: the answer goes out with the next connection.")
    } catch {
        print("Not answered: \(error)")
    }
}
// END

/// What a page shows, and a file of tests compiles.
enum Sample {
    /// Whether docs/library.md has, word for word, what stands in a file between its marks.
    static func isShown(from file: String) throws -> Bool {
        let here = TextFile.read(file)
        let root = file.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let begin = try #require(here.firstRange(of: "// BEGIN\n"))
        let end = try #require(here.firstRange(of: "// END\n"))
        let page = TextFile.read(root + "/docs/library.md")
        return page.contains("```swift\nimport Client\n\n" + here[begin.upperBound..<end.lowerBound] + "```\n")
    }
}

@Suite("The bot in docs/library.md", .timeLimit(.minutes(10)))
struct ExampleTests {
    @Test("is what compiles here, word for word")
    func sameText() throws { #expect(try Sample.isShown(from: #filePath)) }

    @Test("answers whoever writes, also what came while it was away, and ends when it is told to")
    func answers() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let folder = try TemporaryFolder()
        let server = try #require(ServerAddress("http://127.0.0.1:\(house.server.port)"))
        let run = { @Sendable () async throws in try await runCounter(at: server, folder: folder.path + "/counter") }
        let first = Task { try await run() }
        let counter = try #require(Handle(text: "counter"))
        try #require(try await eventually { (try? await alice.chats.send("one", to: counter)) != nil })
        #expect(try await alice.hears("You have written 1 times."))
        try await alice.send("stop", to: "counter")
        try await first.value
        try await alice.send("two", to: "counter")
        let second = Task { try await run() }
        #expect(try await alice.hears("You have written 3 times."))
        try await alice.send("stop", to: "counter")
        try await second.value
    }
}

extension Phone {
    /// Listens until a text comes.
    fileprivate func hears(_ text: String) async throws -> Bool {
        for await event in await account.events() {
            if case .message(let line) = event, line.text == text { return true }
        }
        return false
    }
}
