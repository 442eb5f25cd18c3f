import Glibc
import TestKit
import Testing
import Wire

/// `sotto group`, and files that posts show, by real programs.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ConversationProgramTests {
    /// Somebody in a conversation of alice's.
    private struct Scene {
        let house: House
        let alice: Terminal, bob: Terminal, carol: Terminal
        let town: String
    }

    private func scene(_ name: String = "town") async throws -> Scene {
        let house = try await House()
        let (alice, bob, carol) = (try Terminal(house), try Terminal(house), try Terminal(house))
        for (terminal, name) in [(alice, "alice"), (bob, "bob"), (carol, "carol")] {
            #expect(try terminal.run("register", name).status == 0)
        }
        let made = try alice.run("group", "create", name, "bob", "--open", "--json").output
        let town = String(try #require(made.firstMatch(of: /"chat":"(#[A-Za-z0-9_-]{22})"/)).1)
        return Scene(house: house, alice: alice, bob: bob, carol: carol, town: town)
    }

    @Test("people are added, given roles and removed, hand a conversation over, and leave it")
    func members() async throws {
        let scene = try await scene()
        let (alice, bob, carol, town) = (scene.alice, scene.bob, scene.carol, scene.town)
        func names(_ terminal: Terminal) throws -> Set<String> {
            let lines = try terminal.run("group", "members", town).output.split(separator: "\n")
            return Set(lines.map { $0.split(separator: "  ").prefix(2).joined(separator: " ") })
        }
        #expect(try names(alice) == ["@alice owner", "@bob member"])
        #expect(try names(bob) == ["@alice owner", "@bob member"], "looked up, though bob never wrote to alice")
        let shown = try alice.run("chat", "show", town).output
        for text in ["@alice  owner", "@bob  member"] {
            #expect(shown.contains("\nmember    \(text)  since "), "\(shown)")
        }
        let records = try alice.run("chat", "show", town, "--json").output.split(separator: "\n")
        #expect(records.count == 3 && records[0].hasPrefix(#"{"event":"chat","chat":"\#(town)""#))
        #expect(records.dropFirst().allSatisfy { $0.hasPrefix(#"{"event":"member","chat":"\#(town)""#) })
        let away = try alice.run("chat", "show", town, "--server", "http://127.0.0.1:1")
        #expect(away.status == 0 && away.output.contains("\nmember    @bob  member  since "))
        #expect(try alice.run("group", "add", town, "carol").output == "@carol is a member.\n")
        let listed = try carol.run("group", "members", town, "--json").output
        let account = try #require(listed.firstMatch(of: /"account":"([A-Za-z0-9_-]{22})","handle":"bob"/)).1
        let byID = try alice.run("group", "add", town, "@\(account)", "--json").output
        #expect(byID == #"{"event":"memberAdded","chat":"\#(town)","account":"\#(account)","v":1}"# + "\n")
        #expect(listed.contains(#","handle":"bob","role":"member","joinedAt":""#), "\(listed)")
        let refused = try bob.run("group", "remove", town, "carol", "--json")
        #expect(refused.status == 1 && refused.output.contains(#""code":"forbidden""#))
        #expect(try alice.run("group", "role", town, "bob", "admin").output == "bob is now admin.\n")
        #expect(try bob.run("group", "remove", town, "carol").output == "carol is no member any more.\n")
        #expect(try carol.run("groups").output == "")
        #expect(try carol.run("group", "members", town, "--json").output.contains(#""code":"not-found""#))
        #expect(try alice.run("chat", "leave", town, "--json").output.contains(#""code":"last-owner""#))
        #expect(try alice.run("group", "role", town, "bob", "owner").status == 0)
        let demoted = try alice.run("group", "role", town, "alice", "member", "--json").output
        #expect(demoted.contains(#""event":"roleGiven","chat":"\#(town)","account":""#))
        #expect(try names(bob) == ["@alice member", "@bob owner"])
        #expect(try alice.run("chat", "leave", town).output == "You have left.\n")
        #expect(try names(bob) == ["@bob owner"])
    }

    @Test("conversations are listed with what is unread, until it was read; what others named cannot move the cursor")
    func reading() async throws {
        let scene = try await scene("to\u{202E}wn\nof two")
        let (alice, bob, town) = (scene.alice, scene.bob, scene.town)
        let posted = try bob.run("send", town, "hear, hear").output
        #expect(posted == "Posted in \(town) as #3: the server can read it.\n")
        func line(_ terminal: Terminal) throws -> String { try terminal.run("groups").output }
        let name = "#to\u{FFFD}wn of two  \(town)  open group, 2 members"
        #expect(try line(alice) == "\(name), you are owner, 3 unread of 3\n")
        #expect(try alice.run("chat", "read", town, "#2").output == "Read up to #2.\n")
        #expect(try line(alice) == "\(name), you are owner, 1 unread of 3\n")
        #expect(try alice.run("chat", "read", town, "9").output == "Read up to #3: there is no #9 yet.\n")
        let back = try alice.run("chat", "read", town, "1", "--json").output
        #expect(back == #"{"event":"read","chat":"\#(town)","number":3,"v":1}"# + "\n")
        #expect(try line(alice) == "\(name), you are owner, 0 unread of 3\n")
        let json = try bob.run("groups", "--json").output
        #expect(json.hasPrefix(#"{"event":"conversation","chat":"\#(town)","#))
        for wrong in [
            ["group", "list", "x"], ["group", "members"], ["group", "members", "x"], ["group", "add", town],
            ["group", "add", town, "Bob"], ["chat", "leave", "x"], ["chat", "leave", "@bob"], ["group", "remove", town],
            ["group", "remove", town, "No One"], ["group", "role", town, "bob"],
            ["group", "role", town, "bob", "later"], ["chat", "read", town], ["chat", "read", town, "x"],
            ["group", "frob"], ["group", "create", "sealed"],
        ] {
            let ended = try alice.run(wrong)
            #expect(ended.status == 2 && ended.errors.contains("sotto: ") && ended.output == "", "\(wrong)")
        }
    }

    @Test("posts that wait or were refused are told with the number that gives them up")
    func notAccepted() async throws {
        let scene = try await scene()
        let (alice, bob, town) = (scene.alice, scene.bob, scene.town)
        func number(_ ended: Terminal.Ended, _ progress: String) throws -> String {
            #expect(ended.status == (progress == "queued" ? 75 : 1), "\(ended.output)")
            #expect(ended.output.contains(#""progress":"\#(progress)""#), "\(ended.output)")
            let fields = /"event":"notAccepted","chat":"#[A-Za-z0-9_-]{22}","number":(\d+),/
            let number = String(try #require(ended.output.firstMatch(of: fields)).1)
            let command = "sotto delete '\(town)' \(number)"
            let hint = progress == "queued"
                ? "sotto: Kept as number \(number): \(command) gives it up.\n"
                : "sotto: Not sent, and not kept to be sent: \(command) takes it out of the history.\n"
            #expect(ended.errors.contains(hint), "\(ended.errors)")
            return number
        }
        let words = ["send", town, "later", "--json"]
        let waiting = try number(alice.run(words + ["--server", "http://127.0.0.1:1"]), "queued")
        let shown = try alice.run("history", town).output
        #expect(shown.hasSuffix("  #\(waiting) alice: later (queued)\n"), "\(shown)")
        #expect(try alice.run("delete", town, waiting).status == 0)
        #expect(try alice.run("outbox", "resume").output == "")
        #expect(try bob.run("history", town).status == 0)
        #expect(try alice.run("group", "remove", town, "bob").status == 0)
        let refused = try number(bob.run(words), "refused")
        #expect(try bob.run("delete", town, refused).status == 0)
        #expect(try !bob.run("chats").output.contains("later"))
    }

    @Test("chats are listed by what other verbs take, and all that is asked for of one is shown")
    func longHistory() async throws {
        let scene = try await scene()
        let (alice, town) = (scene.alice, scene.town)
        let posts = (3...1_102).map { "\($0)\n" }.joined()
        #expect(try alice.run(["chat", town], input: posts).status == 0)
        let listed = try alice.run("chats").output
        #expect(listed.hasPrefix("#town  \(town) (open: the server can read it)  "), "\(listed)")
        func numbers(_ words: String...) throws -> [Int] {
            let lines = try alice.run(["history", town] + words).output.split(separator: "\n")
            return lines.map { (line) in line.firstMatch(of: /\ #(\d+) alice: (\d+)$/).flatMap { Int($0.2) } ?? 0 }
        }
        #expect(try numbers("--limit", "5000") == [0, 0] + Array(3...1_102))
        #expect(try numbers("--limit", "1050") == Array(53...1_102))
        #expect(try numbers("--limit", "1001", "--before", "1102") == Array(101...1_101))
        #expect(try numbers("--limit", "1000") == Array(103...1_102))
        #expect(try numbers("--limit", "0") == [])
    }

    @Test("who comes back hears how much is unread, and of what is followed all that was said")
    func away() async throws {
        let scene = try await scene()
        let (alice, bob, town) = (scene.alice, scene.bob, scene.town)
        let unread = try bob.start(["listen"])
        #expect(unread.readLine() == "[#town] 2 unread: sotto history '\(town)'")
        kill(unread.pid, SIGINT)
        #expect(unread.end().status == 0)
        let followed = try bob.run("chat", "follow", town, "--json").output
        #expect(followed == #"{"event":"followed","chat":"\#(town)","v":1}"# + "\n")
        #expect(try alice.run("send", town, "meanwhile").status == 0)
        let listening = try bob.start(["listen", "--json"])
        var lines: [String] = []
        let line = #"{"event":"unread","chat":"\#(town)","name":"town","unread":3,"newestNumber":3,"v":1}"#
        func has(_ text: String) -> Bool { lines.contains { $0.contains(text) } }
        // The one beside the other.
        while !has(#""text":"meanwhile""#) || !has(line), lines.last != "" { lines.append(listening.readLine()) }
        kill(listening.pid, SIGINT)
        #expect(listening.end().status == 0)
        #expect(lines.first == #"{"event":"connected","v":1}"# && lines.filter { $0 == line }.count == 1)
        #expect(lines.filter { $0.contains(#""event":"message""#) }.count == 1)
        #expect(try bob.run("chats", "--json").output.contains(#""followed":true"#))
        #expect(try bob.run("chat", "unfollow", town).output.hasPrefix("Not followed any more: "))
        #expect(try !bob.run("chats", "--json").output.contains(#""followed":true"#))
        #expect(try bob.run("chat", "read", town, "3").status == 0)
        #expect(try bob.run("listen", "--until-idle").output == "")
        #expect(try bob.run("chat", "follow", "\(ConversationID.random())").status == 1)
    }

    @Test("what a killed download of a post left goes with the next")
    func killedDownload() async throws {
        let scene = try await scene()
        let (alice, town) = (scene.alice, scene.town)
        let folder = try TemporaryFolder()
        let bytes = Tus.bytes(9_000_000)
        try TextFile.write(bytes, to: folder.path + "/film")
        #expect(try scene.bob.run("send", town, "--file", folder.path + "/film").status == 0)
        let words = ["download", town, "3", "-o", folder.path + "/out"]
        let proxy = try HoldingProxy(to: scene.house.server.port, .toClient, holdingAfter: 5_000_000)
        defer { proxy.stop() }
        let fetching = try alice.start(words + ["--server", "http://127.0.0.1:\(proxy.port)"])
        proxy.waitUntilHeld()
        #expect(kill(fetching.pid, SIGKILL) == 0)
        #expect(fetching.end().status == -SIGKILL)
        func partials() -> [String] { folder.files.filter { $0.hasSuffix(".partial") } }
        #expect(partials().count == 1)
        let left = try #require(partials().first)
        #expect(try alice.run(words).output == "Saved 9000000 bytes as \(folder.path)/out.\n")
        #expect(TextFile.bytes(folder.path + "/out") == bytes && partials().isEmpty)
        // Somebody else's hand on that name keeps nobody from the file, and is left alone.
        unlink(folder.path + "/out")
        #expect(symlink(folder.path + "/film", left) == 0)
        #expect(try alice.run(words).status == 0)
        #expect(TextFile.bytes(folder.path + "/out") == bytes && TextFile.bytes(folder.path + "/film") == bytes)
        #expect(partials().count == 1)
    }

    @Test("what a post shows is saved under its name or a given one, and nothing that is there is replaced")
    func downloads() async throws {
        let scene = try await scene()
        let (alice, bob, town) = (scene.alice, scene.bob, scene.town)
        let folder = try TemporaryFolder()
        let bytes = Tus.bytes(5_000_000)
        try TextFile.write(bytes, to: folder.path + "/film")
        let posted = try bob.run("send", town, "look", "--file", folder.path + "/film")
        #expect(posted.output == "Posted in \(town) as #3: the server can read it.\n")
        func fetch(_ words: String...) throws -> Terminal.Ended {
            try alice.run(["download", town] + words)
        }
        let out = folder.path + "/out"
        #expect(try fetch("3", "-o", out).output == "Saved 5000000 bytes as \(out).\n")
        #expect(TextFile.bytes(out) == bytes)
        try TextFile.write([1, 2, 3], to: out)
        let again = try fetch("3", "-o", out, "--json")
        #expect(again.status == 1 && again.output.contains(#""code":"file-exists""#))
        #expect(TextFile.bytes(out) == [1, 2, 3] && folder.files.filter { $0.hasSuffix(".partial") }.isEmpty)
        let named = try fetch("#3", "--json").output
        let fields = /"path":"(media-[A-Za-z0-9_-]{22})".*"media":"([A-Za-z0-9_-]{22})"/
        let found = try #require(named.firstMatch(of: fields))
        defer { unlink(String(found.1)) }
        #expect(found.1 == "media-\(found.2)" && TextFile.bytes(String(found.1)) == bytes)
        for wrong in [["x"], ["3", "x"], ["3", town], ["3", "-o", "-"], ["3", "--range", "0-1"], ["3", "--thumbnail"]] {
            #expect(try alice.run(["download", town] + wrong).status == 2, "\(wrong)")
        }
        for none in ["0", "1", "9"] {
            #expect(try fetch(none, "--json").output.contains(#""code":"file-none""#), "\(none)")
        }
        #expect(try scene.carol.run("download", town, "3").status == 1, "carol is no member")
        #expect(try bob.run("delete", town, "3").status == 0)
        #expect(try fetch("3", "-o", folder.path + "/late", "--json").output.contains(#""code":"file-none""#))
    }

    @Test("of several files in a post each can be named")
    func several() async throws {
        let scene = try await scene()
        let david = try await scene.house.person("david")
        #expect(try scene.alice.run("group", "add", scene.town, "david").status == 0)
        let pieces = [Tus.bytes(1000), Tus.bytes(2000)]
        var media: [MediaID] = []
        for piece in pieces {
            let place = [("conversation", String(scene.town.dropFirst()))]
            media.append(try await Tus.storeOpen(piece, place, by: david, in: scene.house).media)
        }
        let path = "/v1/conversations/\(scene.town.dropFirst())/messages"
        let request = PostRequest(clientID: .random(), text: nil, media: media)
        let posted: Accepted = try await scene.house.api.call("POST", path, request, token: david.token)
        let folder = try TemporaryFolder()
        let out = folder.path + "/out"
        let words = ["download", scene.town, "\(try #require(posted.seq))"]
        #expect(try scene.alice.run(words + ["-o", out]).status == 2 && folder.files.isEmpty)
        #expect(try scene.alice.run(words + ["--", "\(media[1])"]).status == 0)
        defer { unlink("media-\(media[1])") }
        #expect(TextFile.bytes("media-\(media[1])") == pieces[1])
        // Both: the second is there already, and the first is saved.
        #expect(try scene.alice.run(words).status == 1)
        defer { unlink("media-\(media[0])") }
        #expect(TextFile.bytes("media-\(media[0])") == pieces[0])
    }
}
