import Crypto
import Keys
import SQLite
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// Accounts that go, as their owners and those they talked with see it.
@Suite("Clients and deleted accounts", .timeLimit(.minutes(10)))
struct ClientDeletionTests {
    private func code(_ body: () async throws -> some Any) async -> String? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? SottoError)?.code.rawValue
        }
    }

    @Test("the transcript stays readable, and everything else says that the account was deleted; also after a restart")
    func own() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bobby")
        _ = try await alice.recovery.createBackup()
        try await alice.send("hello", to: "bobby")
        try await bob.send("hi", to: "alice")
        try await bob.fetch()
        try await alice.fetch()
        try await alice.account.delete()
        try await alice.restart {
            let rooms = try StoredRooms.all(in: alice.folder.path + "/account")
            #expect(rooms == [.head, .sum, .profile, .counters, .contact, .handle, .line, .chat])
        }
        for _ in 0..<2 {
            #expect(try await alice.history().map(\.text) == ["hello", "hi"])
            let name = try #require(Handle(text: "bobby"))
            let codes = [
                await code { try await alice.send("again", to: "bobby") },
                await code { try await alice.fetch() },
                await code { try await alice.account.logIn() },
                await code { try await alice.account.whoami() as Any },
                await code { try await alice.devices.all() },
                await code { try await alice.recovery.createBackup() },
                await code { try await alice.devices.requestLink() },
                await code { try await alice.account.register(handle: name) },
                await code { try await alice.account.delete() },
            ]
            #expect(codes == Array(repeating: "account-deleted", count: codes.count))
            try await alice.restart()
        }
        // What was pinned stays pinned, and is out of reach.
        let before = try await bob.safety.safetyNumber(with: try #require(Handle(text: "alice")))
        #expect(await code { try await bob.send("are you there", to: "alice") } == "not-found")
        #expect(try await bob.history().last?.problem == .notFound)
        #expect(try await bob.safety.safetyNumber(with: try #require(Handle(text: "alice"))).digits == before.digits)
        try await bob.fetch()
        let other = try await Phone(house)
        let name = try #require(Handle(text: "alice"))
        #expect(await code { try await other.account.register(handle: name) } == "handle-taken")
    }

    @Test("what waits in the outbox is refused once, with a reason, and what is for others goes out")
    func outbox() async throws {
        var house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bobby", isDoubtful: true)
        let carol = try await Phone(house, as: "carol", isDoubtful: true)
        try await alice.send("hello", to: "bobby")
        try await bob.fetch()
        try await bob.send("hi", to: "alice")
        try await alice.fetch()
        // Sealed from now on, with a token and a session; and now the server is out of reach.
        #expect(house.server.stop() == 0)
        for text in ["one", "two"] { #expect(await code { try await alice.send(text, to: "bobby") } == "queued") }
        house = try await House(folder: house.folder)
        for phone in [alice, bob, carol] { try await phone.restart(at: house) }
        try await bob.account.delete()
        let events = try await alice.fetch()
        let sent = try await alice.account.history().filter { $0.kind == .sent }
        #expect(sent.map(\.progress) == [.accepted, .refused, .refused])
        #expect(sent.map(\.problem) == [nil, .notFound, .notFound])
        for event in events {
            if case .trouble(let error) = event { Issue.record("an alarm: \(error)") }
            if case .ended(let error) = event { Issue.record("an end: \(error)") }
        }
        try await alice.send("hello", to: "carol")
        try await carol.fetch()
        #expect(try await carol.account.history().map(\.text) == ["hello"])
    }

    @Test("another device of the account hears of it, and keeps what it has")
    func sibling() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let tablet = try await Phone(house, joining: alice)
        var last: SottoEvent?
        for await event in await tablet.account.events() {
            last = event
            if case .idle = event { try await alice.account.delete() }
        }
        #expect(last == .ended(SottoError(.accountDeleted)))
        #expect(await code { try await tablet.account.delete() } == "cannot-change-devices")
        #expect(await code { try await tablet.fetch() } == "unlinked", "to log in tells nobody why")
        #expect(try await tablet.account.whoami()?.handle.text == "alice")
    }

    @Test("when the answer is lost, the same call again finds out; a refusal leaves the account as it is")
    func lostAnswer() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bobby")
        alice.change = { (path, answer) in if path == "/v1/auth/challenge" { answer.status = 503 } }
        #expect(await code { try await alice.account.delete() } == "unexpected-answer")
        alice.change = { (path, answer) in
            // Another challenge than the one that the server stands by.
            guard path == "/v1/auth/challenge" else { return }
            answer.change(Challenge.self) { $0.challenge[0] ^= 1 }
        }
        #expect(await code { try await alice.account.delete() } == "bad-signature")
        alice.change = { _, _ in }
        try await alice.send("still here", to: "bobby")
        try await bob.fetch()
        #expect(try await bob.received() == ["still here"])
        alice.change = { (path, answer) in if path == "/v1/accounts/me" { answer.status = 502 } }
        #expect(await code { try await alice.account.delete() } == "unexpected-answer")
        alice.change = { _, _ in }
        #expect(await code { try await alice.send("and now", to: "bobby") } == "account-deleted")
        try await alice.account.delete()
        #expect(await code { try await alice.account.delete() } == "account-deleted")
        #expect(try await alice.account.history().first?.text == "still here")
    }

    @Test("sotto says what will go, deletes only with --yes, and shows the transcript ever after")
    func program() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        #expect(try alice.run("account", "delete").output == "")
        _ = try alice.run("register", "alice")
        _ = try bob.run("register", "bobby")
        #expect(try alice.run("send", "bobby", "so long").status == 0)
        let asked = try alice.run("account", "delete")
        #expect(asked.status == 2 && asked.output == "")
        #expect(asked.errors.contains("deletes the account @alice for good") && asked.errors.contains("--yes"))
        #expect(try alice.run("devices").status == 0)
        let done = try alice.run("account", "delete", "--yes", "--json")
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.output.hasPrefix(#"{"event":"accountDeleted","handle":"alice","account":""#))
        #expect(try alice.run("history", "bobby").output.contains("so long"))
        for arguments in [
            ["send", "bobby", "x"], ["listen", "--until-idle"], ["devices"], ["backup"], ["login"],
            ["register", "alice"], ["account", "delete"], ["account", "delete", "--yes"],
        ] {
            let ended = try alice.run(arguments + ["--json"])
            #expect(ended.status == 4, "\(arguments)")
            #expect(ended.output.contains(#""code":"account-deleted""#), "\(arguments): \(ended.output)")
        }
        let refused = try bob.run("send", "alice", "x", "--json")
        #expect(refused.status == 1 && refused.output.contains(#""code":"not-found""#))
        #expect(try bob.run("key-log", "audit").status == 0)
    }
}

/// What kinds of things a store has that nobody has open.
private enum StoredRooms {
    static func all(in folder: String) throws -> Set<StoreRoom> {
        let connection = try Connection(path: folder + "/" + StoreFile.databaseName, access: .readOnlyUnchanging)
        defer { connection.close() }
        return Set(try connection.rows("SELECT DISTINCT room FROM item") { $0.integer(0) }
            .compactMap { StoreRoom(rawValue: $0) })
    }
}
