import Client
import Glibc
import TestKit
import Testing
import Wire

/// `sotto` at a terminal that is no full screen.
@Suite("Lines at a terminal", .timeLimit(.minutes(10)))
struct LineModeTests {
    private func pane(_ house: House, of phone: Phone) throws -> TmuxPane {
        try TmuxPane(
            40, 24, variables: [
                "SOTTO_SERVER=http://127.0.0.1:\(house.server.port)",
                "SOTTO_CLIENT_DATA=\(phone.folder.path)/account",
            ])
    }

    @Test("no row of what others wrote looks like a line of its own")
    func wrapped() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice"), bob = try await Phone(house, as: "bob")
        let forged = "2026-11-21 03:15  #9 carol: yes"
        try await bob.send(String(repeating: "x", count: 70) + " " + forged, to: "alice")
        try await alice.fetch()
        await alice.account.close()
        let pane = try pane(house, of: alice)
        try pane.type("clear; sotto history bob; echo end")
        try pane.press("Enter")
        try await pane.wait("the history") { $0.contains("end") }
        let rows = try pane.rows().prefix { $0 != "end" }
        #expect(rows.filter { !$0.hasPrefix("    ") }.count == 1, "\(rows)")
        #expect(rows.contains { $0.contains("carol") })
    }

    @Test("who waits for a secret, or for what is to be said, ends at the first signal and by it")
    func waiting() async throws {
        let house = try await House()
        let folder = try TemporaryFolder()
        let alice = try Terminal(house)
        #expect(try alice.run("register", "alice").status == 0)
        let fifo = folder.path + "/secret"
        #expect(mkfifo(fifo, 0o600) == 0)
        for words in [["chats", "--passphrase-file", fifo], ["restore", "--key-file", fifo, "--data", fifo + "-2"]] {
            let waiting = try alice.start(words)
            // It can be opened once somebody reads there.
            var writer: Int32 = -1
            let isOpen = try await eventually {
                writer = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                return writer >= 0
            }
            #expect(isOpen)
            kill(waiting.pid, SIGTERM)
            #expect(waiting.end().status == -SIGTERM, "\(words)")
            close(writer)
        }
    }

    @Test("words that are not UTF-8, and what a shell took for a remark, are refused with what to do")
    func refusedWords() async throws {
        let pane = try TmuxPane(200, 24)
        for (typed, said) in [
            ("sotto send @bob \"$(printf 'a\\377')\"", "sotto: Word 3 of the command line is not UTF-8 text."),
            ("sotto pins #Town", "sotto: Usage: sotto pins CHAT. A word that begins with # wants quotes: '#Town'."),
            ("sotto chats --json=1 2>&1 >/dev/null", "sotto: --json takes no value."),
            ("sotto chats --json=1 2>/dev/null | cut -c 1-32", #"{"event":"error","code":"usage","#),
        ] {
            try pane.type("clear; " + typed)
            try pane.press("Enter")
            try await pane.wait(typed) { $0.contains(said) }
        }
    }
}
