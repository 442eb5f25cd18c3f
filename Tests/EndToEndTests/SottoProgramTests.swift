import Glibc
import TestKit
import Testing

@Suite("The program sotto")
struct SottoProgramTests {
    @Test("two people talk by one command each, and scripts can read what it prints")
    func conversation() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        #expect(try alice.run("register", "alice").status == 0)
        let registered = try bob.run("register", "bob", "--json")
        #expect(registered.output.hasPrefix(#"{"event":"registered","handle":"bob","account":""#))
        #expect(try alice.run("send", "bob", "-", input: "line one\nline two\n").status == 0)
        let heard = try bob.run("listen", "--until-idle", "--json")
        #expect(heard.status == 0)
        #expect(heard.output.contains(#""text":"line one\u000aline two""#))
        let shown = try bob.run("history", "alice")
        #expect(shown.output.hasSuffix("#1 alice: line one\n    line two\n"))
        let numbers = try (alice.run("safety-number", "bob"), bob.run("safety-number", "alice"))
        #expect(numbers.0.output == numbers.1.output)
        #expect(numbers.0.output.filter(\.isNumber).count == 60)
    }

    @Test("it says what is wrong, in words and by its exit status")
    func refusals() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        _ = try bob.run("register", "bob")
        let unclear = [
            ["frob"], ["send", "bob"], ["listen", "--frob"], ["register", "No Handle"], ["listen", "--count"],
            ["--version", "--frob"], ["--help", "--frob"],
        ]
        for arguments in unclear {
            let ended = try bob.run(arguments)
            #expect(ended.status == 2, "\(arguments)")
            #expect(ended.errors.hasPrefix("sotto: "), "\(arguments)")
            #expect(ended.output == "")
        }
        let meant = try bob.run("listen", "--json=yes")
        #expect(meant.status == 2 && meant.output.hasPrefix(#"{"event":"error","code":"usage","#))
        let early = try alice.run("listen", "--json")
        #expect(early.status == 4)
        #expect(early.output.hasPrefix(#"{"event":"error","code":"not-registered","#))
        _ = try alice.run("register", "alice")
        #expect(try alice.run("send", "nobody", "x", "--json").output.contains(#""code":"not-found""#))
        #expect(try alice.run("register", "alice").status == 1)
        for arguments in [["--help"], ["send", "--help"]] {
            let help = try alice.run(arguments)
            #expect(help.status == 0)
            #expect(help.output.contains("Usage: sotto"))
        }
    }

    @Test("a folder that was mistyped is left as it is, and the refusal says in words what is wrong")
    func mistyped() async throws {
        let house = try await House()
        let folder = house.folder.path
        for arguments in [
            ["chats"], ["history", "bob"], ["listen", "--until-idle"], ["send", "bob", "hi"], ["devices"], ["login"],
            ["chat", "bob"],
        ] {
            for name in ["none", "none/deeper"] {
                let (status, text) = try House.run(
                    program: "sotto", arguments + ["--data", "\(folder)/\(name)", "--server", "http://127.0.0.1:1"])
                #expect(status == 4 && text.contains("There is no account in this folder"), "\(arguments): \(text)")
            }
        }
        // Not one that is there for something else either.
        #expect(mkdir(folder + "/other", 0o700) == 0)
        #expect(try House.run(program: "sotto", ["chats", "--data", folder + "/other"]).status == 4)
        #expect(access(folder + "/none", F_OK) != 0 && rmdir(folder + "/other") == 0)
        // What begins an account makes the folders on the way as well.
        let request = ["device", "request", "--server", "http://127.0.0.1:\(house.server.port)", "--data"]
        #expect(try House.run(program: "sotto", request + [folder + "/some/deeper"]).status == 0)
        let barred = try House.run(program: "sotto", request + ["/dev/null/deeper"])
        #expect(barred.status == 1 && barred.text.contains("Not a directory"), "\(barred.text)")
    }

    @Test("another port, or TLS where there is none, is said to be that")
    func wrongPort() async throws {
        let house = try await House()
        let alice = try Terminal(house)
        let admin = try alice.run(
            "register", "alice", "--json", "--server", "http://127.0.0.1:\(house.server.adminPort)")
        #expect(admin.status == 1 && admin.output.contains(#""code":"unexpected-answer""#), "\(admin.output)")
        #expect(admin.errors.contains("its port for clients"), "\(admin.errors)")
        let plain = try alice.run("register", "alice", "--server", "https://127.0.0.1:\(house.server.port)")
        #expect(plain.status == 1 && plain.errors.contains("no TLS is spoken there"), "\(plain.errors)")
    }

    @Test("a folder in which no account begins is left as it was; keys that a server may have stay")
    func unusedFolder() async throws {
        let scene = try await ShellScene()
        #expect(try scene.run("sotto register alice && mkdir ./other && echo x > ./other/mine").status == 0)
        for (line, status) in [
            ("sotto register alice --data ./second", 1), ("sotto register alice --data ./other", 1),
            ("sotto register carol --data ./third --server http://127.0.0.1:1", 1),
            ("sotto register carol --data ./fourth --server http://chat.example", 2),
            ("echo x | sotto restore --data ./fifth", 2),
        ] as [(String, Int32)] {
            let ended = try scene.run(line)
            #expect(ended.status == status, "\(line): \(ended.output)")
        }
        #expect(try scene.run("ls -A . ./other").output == ".:\nalice\nother\n\n./other:\nmine\n")

        // Held in the middle of the registration's keys.
        let proxy = try HoldingProxy(to: scene.house.server.port, holdingAfter: 4_000)
        defer { proxy.stop() }
        let terminal = try Terminal(scene.house)
        let data = scene.folder.path + "/sixth"
        let asking = try terminal.start(
            ["register", "carol", "--data", data, "--server", "http://127.0.0.1:\(proxy.port)"])
        proxy.waitUntilHeld()
        kill(asking.pid, SIGINT)
        #expect(asking.end().status == 1)
        #expect(access(data + "/store.db", F_OK) == 0)
        #expect(try terminal.run("register", "dave", "--data", data).output == "", "it goes on as carol alone")
        #expect(try terminal.run("register", "carol", "--data", data).status == 0)
    }

    @Test("an interrupt ends it in order; meanwhile nobody else may use its folder")
    func interrupted() async throws {
        let house = try await House()
        let alice = try Terminal(house)
        _ = try alice.run("register", "alice")
        let listening = try alice.start(["listen", "--json"])
        #expect(listening.readLine() == #"{"event":"connected","v":1}"#)
        #expect(try alice.run("chats", "--json").output.contains(#""code":"folder-in-use""#))
        kill(listening.pid, SIGINT)
        kill(listening.pid, SIGINT)
        #expect(listening.end().status == 0)
        #expect(try alice.run("chats").status == 0)
    }

    @Test("who watches a terminal is told once that the server is waited for")
    func silence() async throws {
        let house = try await House()
        let alice = try Terminal(house)
        _ = try alice.run("register", "alice")
        let proxy = try HoldingProxy(to: house.server.port, holdingAfter: 0)
        defer { proxy.stop() }
        let asking = try alice.start(["emoji", "--server", "http://127.0.0.1:\(proxy.port)"], isWatched: true)
        #expect(asking.readErrorLine() == "Still waiting for the server; Ctrl-C ends it.")
        kill(asking.pid, SIGINT)
        let ended = asking.end()
        #expect(ended.status == 1 && ended.errors == "sotto: Interrupted.\r\n", "\(ended.errors)")
    }

    @Test("what asks a server without an account ends by an interrupt as well")
    func interruptedAudit() async throws {
        let house = try await House()
        let proxy = try HoldingProxy(to: house.server.port, holdingAfter: 0)
        defer { proxy.stop() }
        let terminal = try Terminal(house)
        let auditing = try terminal.start(["key-log", "audit", "--server", "http://127.0.0.1:\(proxy.port)"])
        proxy.waitUntilHeld()
        kill(auditing.pid, SIGINT)
        let ended = auditing.end()
        #expect(ended.status == 1 && ended.errors.contains("Interrupted"), "\(ended.errors)")
    }

    @Test("without a standard input it reads none, and takes no other file for it")
    func noInput() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        _ = try alice.run("register", "alice")
        _ = try bob.run("register", "bob")
        #expect(try alice.start(["chat", "bob"], input: nil).end().status == 0)
        let empty = try alice.start(["send", "bob", "-"], input: nil).end()
        #expect(empty.status == 2 && empty.errors == "sotto: There is no text to send.\n", "\(empty.errors)")
        #expect(try alice.run("send", "bob", "x").status == 0, "the store is whole")
    }

    @Test("what the server does not take now is told with the number that gives it up")
    func notAccepted() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        _ = try alice.run("register", "alice")
        _ = try bob.run("register", "bob")
        _ = try alice.run("send", "bob", "now")
        let waiting = try alice.run("send", "bob", "later", "--json", "--server", "http://127.0.0.1:1")
        #expect(waiting.status == 75)
        #expect(waiting.output.contains(#""event":"notAccepted","chat":"@"#))
        #expect(waiting.output.contains(#""number":2,"#))
        #expect(waiting.errors.hasPrefix("sotto: Kept as number 2: sotto delete @bob 2 gives it up.\n"))
        #expect(try alice.run("delete", "bob", "2").status == 0)
        #expect(try bob.run("listen", "--until-idle").output.hasSuffix("alice: now\n"))
    }

    @Test("what was refused is said to be, and what there is not to delete too")
    func refusedAndDeleted() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        _ = try alice.run("register", "alice")
        _ = try bob.run("register", "bob")
        #expect(try alice.run("group", "create", "Town", "@bob", "--open").status == 0)
        _ = try bob.run("listen", "--until-idle")
        #expect(try bob.run("send", "#Town", "hello").status == 0)
        #expect(try bob.run("chat", "leave", "#Town").status == 0)
        let refused = try bob.run("send", "#Town", "once more", "--json")
        #expect(refused.status == 1 && refused.output.contains(#""progress":"refused""#), "\(refused.output)")
        #expect(refused.errors.hasPrefix("sotto: Not sent, and not kept to be sent: sotto delete "))
        #expect(try bob.run("outbox").output == "")
        let told = refused.errors.split(separator: " ")
        let delete = try #require(told.firstIndex(of: "delete"))
        let words = told[delete...].prefix(3).map { $0.filter { $0 != "'" } }
        #expect(try bob.run(words).output == "Taken out here; nobody has got it.\n")

        #expect(try alice.run("send", "@bob", "x").status == 0)
        #expect(try alice.run("delete", "@bob", "1").output == "Deleted for everybody.\n")
        let again = try alice.run("delete", "@bob", "1")
        #expect(again.status == 0 && again.output == "There was nothing to delete: that message is gone already.\n")
        #expect(try alice.run("send", "@bob", "y", "--server", "http://127.0.0.1:1").status == 75)
        #expect(try alice.run("delete", "@bob", "2").output == "Given up, and taken out here.\n")

        #expect(try alice.run("backup", "create").status == 0)
        #expect(try alice.run("backup", "delete").output.hasPrefix("The backup is deleted."))
        let none = try alice.run("backup", "delete", "--json")
        #expect(none.status == 0 && none.output.contains(#""event":"noBackup""#))
        #expect(none.errors == "")
        #expect(try alice.run("backup", "delete").errors == "There is no backup: there was nothing to delete.\n")
    }

    @Test("what was not printed is not done, and what cannot be understood makes nothing")
    func notTaken() async throws {
        let scene = try await ShellScene()
        #expect(try scene.run("sotto register alice && sotto register bob --data ./bob").status == 0)
        #expect(try scene.run("sotto send @bob hi").status == 0)
        for (line, status, text) in [
            ("sotto whoami > /dev/full", 1, "was not taken"), ("sotto help > /dev/full", 1, "was not taken"),
            ("sotto backup create > /dev/full", 1, "was not taken"), ("sotto whoami --json >&-", 1, "was not taken"),
            ("sotto history @bob | head -n 0", 0, ""), ("SOTTO_JSON=1 sotto whoami x", 2, #""code":"usage""#),
            ("sotto register 'Al ice' --data ./none", 2, "is not a handle"),
            ("env -u SOTTO_SERVER sotto register carol --data ./carol", 2, "--server URL"),
            ("sotto people verify @bob 12345", 2, "sixty digits"),
            ("sotto safety-number @alice", 2, "this account itself"), ("sotto send @bob ''", 2, "no text"),
            ("sotto send @bob hi --expires 4s", 2, "5 seconds"), ("sotto device join nonsense", 2, "not a whole code"),
        ] {
            let ended = try scene.run(line)
            #expect(ended.status == status && (text.isEmpty || ended.output.contains(text)), "\(line): \(ended.output)")
        }
        #expect(access(scene.folder.path + "/none", F_OK) != 0)
    }

    @Test("no name that others chose decides who gets what is said")
    func othersNames() async throws {
        let house = try await House()
        let alice = try Terminal(house), mallory = try Terminal(house)
        _ = try alice.run("register", "alice")
        _ = try mallory.run("register", "dave-x")
        #expect(try mallory.run("send", "@alice", "hi").status == 0)
        for name in ["dave", "bo", "Carol", "x\r\n@bob", "@bob", "bob, verified"] {
            #expect(try mallory.run("group", "create", name, "@alice", "--open").status == 0)
        }
        let heard = try alice.run("listen", "--until-idle").output
        #expect(!heard.contains("\n    @bob") && heard.contains("@bob"), "\(heard)")
        // Nor looks like somebody's, wherever it is shown.
        #expect(heard.contains("[#@bob] ") && !heard.contains("[@bob]"), "\(heard)")
        for verb in ["chats", "groups"] {
            let listed = try alice.run(verb).output
            #expect(listed.contains("\n#@bob  #") || listed.hasPrefix("#@bob  #"), "\(listed)")
            #expect(listed.split(separator: "\n").allSatisfy { $0.hasPrefix("#") || $0.hasPrefix("@dave-x  ") })
        }
        // Nobody is called dave.
        #expect(try alice.run("send", "dave", "secret", "--json").output.contains(#""code":"not-found""#))
        #expect(try alice.run(["chat", "dave"], input: "secret\n").status == 1)
        for name in ["bo", "Carol", "x"] {
            let refused = try alice.run("send", name, "secret")
            #expect(refused.status == 2 && refused.errors.contains("the server can read it"), "\(refused.errors)")
        }
        #expect(try alice.run("send", "#Carol", "hello").output.hasPrefix("Posted in #Carol as #"))
        #expect(try alice.run("history", "dave-x").output.contains("hi"))
    }

    @Test("what others write cannot move the cursor")
    func controlCharacters() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        _ = try alice.run("register", "alice")
        _ = try bob.run("register", "bob")
        _ = try alice.run("send", "bob", "a\u{1B}[2Jb\u{202E}c")
        let heard = try bob.run("listen", "--until-idle")
        #expect(heard.output.hasSuffix("alice: a\u{FFFD}[2Jb\u{FFFD}c\n"))
    }
}
