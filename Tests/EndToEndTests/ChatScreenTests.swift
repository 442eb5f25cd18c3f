import Client
import Glibc
import TestKit
import Testing
import Wire

/// `sotto chat` in a terminal: what it shows is held against what the store says, by a rule of the tests' own.
@Suite("The screen of sotto chat", .timeLimit(.minutes(10)))
struct ChatScreenTests {
    /// Alice, at whose terminal the tests sit, and bob, who writes to her.
    private struct Scene {
        let house: House
        let alice: Phone, bob: Phone
        var talk: ChatID

        /// What a shell of alice's needs.
        var variables: [String] {
            ["SOTTO_SERVER=http://127.0.0.1:\(house.server.port)", "SOTTO_CLIENT_DATA=\(alice.folder.path)/account"]
        }
    }

    /// - Parameter texts: of bob and alice, in turns.
    private func scene(_ texts: [String] = []) async throws -> Scene {
        let house = try await House()
        let alice = try await Phone(house, as: "alice"), bob = try await Phone(house, as: "bob")
        for (index, text) in texts.enumerated() {
            try await (index.isMultiple(of: 2) ? bob : alice).send(text, to: index.isMultiple(of: 2) ? "alice" : "bob")
            try await (index.isMultiple(of: 2) ? alice : bob).fetch()
        }
        let account = try await alice.people.account(of: try #require(Handle(text: "bob")))
        return Scene(house: house, alice: alice, bob: bob, talk: .person(account))
    }

    /// What alice's store says now, as a screen of that size. Her folder must be free.
    private func expected(
        _ scene: Scene, _ size: (columnCount: Int, rowCount: Int), of chat: ChatID? = nil
    ) async throws -> ExpectedScreen {
        try await scene.alice.restart()
        let shown = chat ?? scene.talk
        let screen = ExpectedScreen(
            columnCount: size.columnCount, rowCount: size.rowCount, own: "alice",
            chats: try await scene.alice.chats.all(), shown: shown,
            lines: try await scene.alice.chats.lines(of: shown, limit: 1_000))
        await scene.alice.account.close()
        return screen
    }

    /// The screen of a chat with bob, once it is up and connected.
    private func open(
        _ scene: Scene, _ columnCount: Int, _ rowCount: Int, _ more: String = ""
    ) async throws -> TmuxPane {
        let pane = try TmuxPane(columnCount, rowCount, variables: scene.variables)
        try await pane.wait("a shell") { $0.first == "$" }
        try pane.type("echo before; stty -a > before; sotto chat bob \(more)")
        try pane.press("Enter")
        try await pane.wait("the screen") { $0.last?.hasPrefix("connected") == true }
        return pane
    }

    /// The shell is back, with what stood there and the terminal as it was.
    /// - Returns: the status of what ran before, as the shell has it.
    @discardableResult
    private func expectRestored(_ pane: TmuxPane, _ what: String) async throws -> String? {
        let isDown = try await eventually { try !pane.isFullScreen }
        #expect(isDown, "\(what): no full screen any more")
        try await pane.wait(what) { (rows) in
            rows.contains { $0.hasSuffix("before") } && rows.last { !$0.isEmpty } == "$"
        }
        try pane.press("C-u")
        let word = "done-\(UInt32.random(in: 0...(.max)))"
        try pane.type("echo status $?; stty -a > after; echo \(word)")
        try pane.press("Enter")
        try await pane.wait("\(what): the shell works") { $0.contains(word) }
        let modes = ["before", "after"].map { TextFile.read("\(pane.path)/\($0)") }
        #expect(!modes[0].isEmpty && modes[0] == modes[1], "\(what): the terminal's modes")
        return try pane.rows().last { $0.hasPrefix("status ") }
    }

    private static let sizes: [(columnCount: Int, rowCount: Int)] = [(80, 24), (200, 50)]

    private static let talk = (1...70).map { (index) in
        switch index % 5 {
        case 0: "number \(index) goes on for a while, so that it takes two rows at least where the screen is narrow"
        case 1: "short \(index)"
        case 2: "two rows \(index)\nof its own"
        case 3: "wide \(index) 日本語の文字 and 한국어 beside ordinary letters, wrapped where they have to be wrapped"
        default: "umlauts \(index): äöü ß é ñ"
        }
    }

    // MARK: What is shown

    @Test("list, head and lines are those of the store, page by page", arguments: sizes)
    func pages(columnCount: Int, rowCount: Int) async throws {
        var scene = try await scene(Self.talk)
        let view = try await scene.alice.chats.createOpenConversation(
            .group, name: "Garden", members: [try #require(Handle(text: "bob"))])
        let garden = ChatID.conversation(view.conversation)
        for index in 1...5 { try await scene.alice.chats.send("tomatoes \(index)", to: garden) }
        try await scene.bob.send("the last one", to: "alice")
        try await scene.alice.fetch()
        scene.talk = try #require(try await scene.alice.chats.all().first?.id)
        var expected = try await expected(scene, (columnCount, rowCount))
        let open = try await self.expected(scene, (columnCount, rowCount), of: garden)
        let pane = try await self.open(scene, columnCount, rowCount)
        try await pane.wait("the newest lines", for: expected.rows)
        for page in 1...3 {
            try pane.press("PPage")
            expected.hiddenRowCount = page * (expected.lineRowCount - 1)
            expected.status = "connected · newer lines below: PageDown · F1 help"
            guard expected.isPossible else { break }
            try await pane.wait("page \(page)", for: expected.rows)
        }
        try pane.press("C-g", "Tab")
        try await pane.wait("the open conversation", for: open.rows)
        try pane.press("C-c")
        try await expectRestored(pane, "the end")
    }

    @Test("what is typed goes out, what comes is shown, and both are what the store says", arguments: sizes)
    func live(columnCount: Int, rowCount: Int) async throws {
        let scene = try await scene(["hello", "hi"])
        await scene.alice.account.close()
        let pane = try await open(scene, columnCount, rowCount)
        try await scene.bob.send("are you there?", to: "alice")
        try await pane.wait("what came") { (rows) in rows.contains { $0.hasSuffix(" bob: are you there?") } }
        try pane.type("yes, I amm")
        try pane.press("BSpace", "Enter")
        try await pane.wait("what went") { (rows) in rows.contains { $0.hasSuffix(" me: yes, I am (accepted)") } }
        #expect(try await scene.bob.fetch().contains { (event) in
            guard case .message(let line) = event else { return false }
            return line.text == "yes, I am"
        })
        // Taken back by bob, and by alice.
        let last = try #require(try await scene.bob.history().last { $0.text == "are you there?" })
        try await scene.bob.chats.delete(last.id)
        try pane.type("/delete 4")
        try pane.press("Enter")
        try await pane.wait("what was taken back") { (rows) in rows.filter { $0.hasSuffix("[deleted]") }.count >= 2 }
        try pane.press("Escape")
        try await pane.wait("no notice") { (rows) in !rows.contains { $0.hasPrefix("Deleted") } }
        let seen = try pane.rows()
        try pane.type("/quit")
        try pane.press("Enter")
        try await expectRestored(pane, "the end")
        #expect(seen == (try await expected(scene, (columnCount, rowCount))).rows)
    }

    @Test("without a handle the newest chat is shown, with the list")
    func newest() async throws {
        let scene = try await scene(["hello"])
        await scene.alice.account.close()
        let pane = try TmuxPane(80, 24, variables: scene.variables)
        try pane.type("sotto chat")
        try pane.press("Enter")
        try await pane.wait("the screen", for: try await expected(scene, (80, 24)).rows)
    }

    @Test("a terminal that cannot, or somebody who wants lines, gets lines")
    func plain() async throws {
        let scene = try await scene(["hello"])
        await scene.alice.account.close()
        let ways = [("TERM=dumb", ""), ("TERM=none", ""), ("SOTTO_PLAIN=1", ""), ("", "--plain"), ("", "--json")]
        for (before, behind) in ways {
            let pane = try TmuxPane(80, 24, variables: scene.variables)
            try pane.type("\(before) sotto chat bob \(behind)")
            try pane.press("Enter")
            try await pane.wait("\(before)\(behind)") { (rows) in
                rows.contains { $0.hasPrefix("Connected.") || $0.hasPrefix(#"{"event":"connected"}"#) }
            }
            #expect(try !pane.isFullScreen)
            try pane.press("C-c")
            try await pane.wait("the shell") { (rows) in rows.last { !$0.isEmpty }?.hasSuffix("$") == true }
        }
    }

    // MARK: The window

    @Test("another size is drawn anew, and the smallest say so")
    func resized() async throws {
        let scene = try await scene(Array(Self.talk.prefix(20)))
        let small = try await expected(scene, (80, 24)), large = try await expected(scene, (200, 50))
        let pane = try await open(scene, 80, 24)
        try await pane.wait("small", for: small.rows)
        try pane.resize(200, 50)
        try await pane.wait("large", for: large.rows)
        try pane.resize(40, 12)
        try await pane.wait("narrow") { $0.count == 12 && $0[0] == "bob, not verified" && $0[11].contains("F2 list") }
        try pane.press("F2")
        try await pane.wait("the list") { $0[0] == "Chats of alice (1)" && $0[1].hasPrefix("> bob") }
        try pane.resize(18, 4)
        try await pane.wait("too small") { $0.count == 4 && $0[0].hasPrefix("Too small") && $0[3].isEmpty }
        try pane.resize(80, 24)
        try await pane.wait("small again", for: small.rows)
    }

    @Test("suspended it leaves the terminal, and comes back as it was")
    func suspended() async throws {
        let scene = try await scene(["hello", "hi"])
        let expected = try await expected(scene, (80, 24))
        let pane = try await open(scene, 80, 24)
        try await pane.wait("the screen", for: expected.rows)
        let child = try pane.child
        for round in 1...2 {
            // By its key, and as somebody else does it.
            if round == 1 { try pane.press("C-z") } else { kill(child, SIGTSTP) }
            try await expectRestored(pane, "suspended")
            try pane.type("fg")
            try pane.press("Enter")
            try await pane.wait("back", for: expected.rows)
        }
        try pane.type("/quit")
        try pane.press("Enter")
        try await expectRestored(pane, "the end")
    }

    @Test("killed it leaves the terminal as it was", arguments: [SIGTERM, SIGHUP, SIGINT, SIGABRT])
    func killed(by signal: Int32) async throws {
        let scene = try await scene(["hello"])
        await scene.alice.account.close()
        let pane = try await open(scene, 80, 24)
        try pane.type("half a thou")
        try await pane.wait("what is written") { $0[22].hasSuffix("half a thou") }
        kill(try pane.child, signal)
        #expect(try await expectRestored(pane, "signal \(signal)") == "status \(128 + signal)")
    }

    @Test("when listening cannot go on, the reason is printed on the restored terminal")
    func unlinked() async throws {
        let scene = try await scene(["hello"])
        let laptop = try await Phone(scene.house, joining: scene.alice)
        let device = try #require(try await laptop.account.whoami()).address.device
        await laptop.account.close()
        let pane = try TmuxPane(
            80, 24,
            variables: [scene.variables[0], "SOTTO_CLIENT_DATA=\(laptop.folder.path)/account"])
        try pane.type("sotto chat bob")
        try pane.press("Enter")
        try await pane.wait("the screen") { $0.last?.hasPrefix("connected") == true }
        try await scene.alice.devices.unlink(device)
        try await pane.wait("why") { (rows) in rows.contains { $0.hasPrefix("sotto: ") } }
        #expect(try !pane.isFullScreen)
        await scene.alice.account.close()
    }

    // MARK: Writing

    @Test("what is pasted stays in the input until Enter, with its ends of lines")
    func pasted() async throws {
        let scene = try await scene(["hello"])
        await scene.alice.account.close()
        let pane = try await open(scene, 80, 24)
        try pane.paste("one\n/quit\n\u{1B}[2Jthree\n")
        try await pane.wait("what was pasted") { (rows) in
            rows[19].hasSuffix("│sealed> one") && rows[20].hasSuffix("│        /quit")
                && rows[21].hasSuffix("│        [2Jthree") && rows[22].hasSuffix("│")
        }
        #expect(try await scene.bob.fetch().allSatisfy { if case .message = $0 { false } else { true } })
        try pane.press("Enter")
        try await pane.wait("what went") { (rows) in rows.contains { $0.hasSuffix(" me: one") } }
        #expect(try await eventually {
            try await scene.bob.fetch()
            return try await scene.bob.received().last == "one\n/quit\n[2Jthree\n"
        })
        // What is no command is not sent.
        try pane.type("/frob")
        try pane.press("Enter")
        try await pane.wait("the mistake") { (rows) in
            rows.contains { $0.hasPrefix("error: There is no command /frob.") }
        }
        #expect(try await scene.bob.fetch().allSatisfy { if case .message = $0 { false } else { true } })
    }

    @Test("a file goes by its path with its progress, waits where the server is gone, and comes down by its number")
    func file() async throws {
        let scene = try await scene(["hello"])
        await scene.alice.account.close()
        let proxy = try HoldingProxy(to: scene.house.server.port, holdingAfter: 3 << 20)
        defer { proxy.stop() }
        let pane = try await open(scene, 80, 24, "--server http://127.0.0.1:\(proxy.port)")
        let bytes = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try TextFile.write(bytes, to: pane.path + "/a map.bin")
        try pane.type("/file a")
        try pane.press("Tab")
        try await pane.wait("the path") { $0[22].hasSuffix(#"│sealed> /file a\ map.bin"#) }
        try pane.type("of the town")
        try pane.press("Enter")
        let words = "of the town [file a map.bin, \(bytes.count) bytes] (uploading)"
        try await pane.wait("progress") { (rows) in
            let status = rows.last ?? ""
            return status.contains("1 waiting to be sent") && status.contains(/a map\.bin \d+ %/)
                && rows.joined().filter { $0 != " " && $0 != "│" }.contains(words.filter { $0 != " " })
        }
        try pane.press("C-d")
        try await expectRestored(pane, "while a file is under way")
        // It goes on the next time, by itself, once the server has seen the end of the connection that stood still.
        proxy.stop()
        let again = try await open(scene, 80, 24)
        try await again.wait("sent") { (rows) in
            rows.last == "connected · F1 help" && rows.contains { $0.hasSuffix("(accepted)") }
        }
        try await scene.bob.fetch()
        let line = try #require(try await scene.bob.history().last)
        #expect(line.file?.byteCount == UInt64(bytes.count) && line.text == "of the town")
        try again.type("/download 2 ~/copy.bin")
        try again.press("Enter")
        try await again.wait("saved") { $0.joined(separator: " ").contains("copy.bin, \(bytes.count) bytes.") }
        #expect(TextFile.bytes(again.path + "/copy.bin") == bytes)
    }

    // MARK: What others write

    @Test("200 strings that would leave their line do not, nor touch list or border", arguments: sizes)
    func injection(columnCount: Int, rowCount: Int) async throws {
        let seed = UInt64.random(in: 0...(.max))
        let strings = HostileTexts.make(seed: seed)
        #expect(strings.count == 200)
        let scene = try await scene()
        for (index, text) in strings.enumerated() {
            try await scene.bob.send("s\(index) \(text) e\(index)", to: "alice")
        }
        try await scene.bob.send("end", to: "alice")
        try await scene.alice.fetch()
        let list = try await expected(scene, (columnCount, rowCount))
        let pane = try await open(scene, columnCount, rowCount)
        try await pane.wait("the end") { (rows) in rows.contains { $0.hasSuffix(" bob: end") } }
        let border = list.listColumnCount
        var all: [String] = []
        var rows = try pane.rows()
        for page in 0..<400 {
            let parts = try rows.dropLast().enumerated().map { (index, row) in
                let (left, right) = try #require(
                    ScreenColumns.split(row, at: border),
                    "seed \(seed), page \(page): no border in row \(index): \(row)")
                #expect(left == list.leftPart(index), "seed \(seed), page \(page), row \(index): \(row)")
                return right
            }
            #expect(Self.prepend(parts[3..<(parts.count - 2)], to: &all), "seed \(seed), page \(page): \(rows)")
            if all.lazy.compactMap(Self.number).first == 1 { break }
            // Keys are taken in their order: what is written tells that the page has been turned.
            try pane.press("PPage", page.isMultiple(of: 2) ? "x" : "BSpace")
            let written = page.isMultiple(of: 2) ? "│sealed> x" : "│sealed>"
            try await pane.wait("page \(page + 1)") { (now) in
                rows = now
                return now[rowCount - 2].hasSuffix(written) && !now[rowCount - 1].contains("loading")
            }
        }
        let shown = Self.lines(all)
        #expect(shown.keys.sorted() == Array(1...201), "seed \(seed)")
        for index in strings.indices {
            // What is marked stands within its line, from its first row to its last.
            let line = shown[index + 1] ?? ""
            #expect(line.contains("s\(index)"), "seed \(seed), string \(index): \(line)")
            #expect(line.hasSuffix("e\(index)"), "seed \(seed), string \(index): \(line)")
        }
    }

    /// The number of the line that a row begins.
    private static func number(_ row: String) -> Int? {
        row.prefixMatch(of: /#(\d+) \d\d:\d\d bob:(?: |$)/).flatMap { Int($0.1) }
    }

    /// Puts a page before those below it, without the rows that both have.
    /// - Returns: whether they fit.
    private static func prepend(_ page: ArraySlice<String>, to all: inout [String]) -> Bool {
        let page = page.filter { !$0.hasPrefix("── ") }
        guard let first = all.lazy.compactMap(number).first else {
            all = page
            return true
        }
        // None where the day stood in the row that both have, until older lines came before it.
        for count in Array(1...page.count) + [0] where page.suffix(count) == all.prefix(count) {
            let more = page.dropLast(count)
            let last = more.compactMap(number).last
            guard last == nil || last == first - 1 else { continue }
            all = more + all
            return true
        }
        return false
    }

    /// Lines by their numbers, each with all of its rows: what is not six columns in begins one.
    private static func lines(_ rows: [String]) -> [Int: String] {
        var lines: [Int: String] = [:]
        var last = 0
        for row in rows {
            if let number = number(row) {
                #expect(number == last + 1, "\(row)")
                last = number
                lines[number] = row
            } else {
                // By scalars: some of a script's signs join the blank before them.
                #expect(row.isEmpty || row.unicodeScalars.starts(with: "      ".unicodeScalars), "\(row)")
                lines[last, default: ""] += row
            }
        }
        return lines
    }
}
