import Glibc
import TestKit
import Testing
import Wire

@testable import Client
@testable import sotto

@Suite("The layout of the screen")
struct ScreenLayoutTests {
    @Test("list, head, lines, input and status stand where the page draws them")
    func whole() {
        let lines = [
            ScreenSamples.line(1, .text("See you at noon?")),
            ScreenSamples.line(
                2, .text("Noon is fine. I will bring the map and two umbrellas."), isOwn: true, delivery: .accepted),
        ]
        var state = ScreenSamples.state(14, 80, lines: lines)
        _ = state.type("and the")
        let time = LocalTime.time(ScreenSamples.noon)
        let rule = String(repeating: "─", count: 53)
        #expect(
            ScreenSamples.rows(state) == [
                "Chats of alice (2)        │bob, verified",
                "> bob                \(time)│sealed: only members can read this",
                "  sealed  me: Noon is fin…│\(rule)",
                "  #garden       \(LocalTime.day(ScreenSamples.noon.addingTimeInterval(-86_400)))│",
                "  open, over  tomatoes    │",
                "                          │",
                "                          │── \(LocalTime.day(ScreenSamples.noon)) "
                    + String(repeating: "─", count: 39),
                "                          │#1 \(time) bob: See you at noon?",
                "                          │#2 \(time) me: Noon is fine. I will bring the map and",
                "                          │      two umbrellas. (accepted)",
                "                          │\(rule)",
                "                          │sealed> and the",
                "connected · F1 help",
            ].inserting("                          │", at: 5))
        let cursor = ScreenLayout.grid(of: state).cursor
        #expect(cursor?.row == 12 && cursor?.column == 27 + 8 + 7)
    }

    @Test("an open chat says so in its head, in the list and at the input")
    func open() {
        var state = ScreenSamples.state(24, 80)
        #expect(state.take(.tab) == .show(ScreenSamples.garden))
        let rows = ScreenSamples.rows(state)
        #expect(rows[0].hasSuffix("│#garden") && rows[1].hasSuffix("│open: the server can read this; it is over"))
        #expect(rows[22].hasSuffix("│open>"))
        #expect(ScreenLayout.grid(of: state).rows[22][27].style.contains(.reverse))
        state.size = .init(rowCount: 7, columnCount: 40)
        #expect(ScreenSamples.rows(state)[0] == "open #garden")
    }

    @Test("every size draws, and the smallest say so", arguments: [1, 2, 4, 5, 6, 9, 10, 24, 50])
    func sizes(rowCount: Int) {
        for columnCount in [1, 5, 19, 20, 21, 40, 59, 60, 61, 80, 200] {
            var state = ScreenSamples.state(rowCount, columnCount, lines: ScreenSamples.texts(1...30))
            _ = state.type("a long text that takes several rows of the input: " + String(repeating: "日", count: 90))
            state.notice = .error(String(repeating: "What went wrong takes some words. ", count: 9))
            let grid = ScreenLayout.grid(of: state)
            #expect(grid.rows.count == rowCount && grid.rows.allSatisfy { $0.count == columnCount })
            let isTooSmall = rowCount < 5 || columnCount < 20
            if columnCount > 1 { #expect(grid.text(ofRow: 0).hasPrefix("T") == isTooSmall) }
            #expect(isTooSmall == (grid.cursor == nil))
            guard let cursor = grid.cursor else { continue }
            #expect(cursor.row < rowCount && cursor.column < columnCount)
            for row in grid.rows {
                for (column, cell) in row.enumerated() where cell.glyph?.columnCount == 2 {
                    #expect(column + 1 < columnCount && row[column + 1].glyph == nil, "half of a glyph")
                }
            }
            state.helpRow = 0
            #expect(ScreenLayout.grid(of: state).rows.count == rowCount)
        }
    }

    @Test("a narrow screen shows one of both, and a key changes between them")
    func narrow() {
        var state = ScreenSamples.state(10, 50, lines: ScreenSamples.texts(1...2))
        #expect(ScreenSamples.rows(state)[0] == "sealed bob, verified")
        #expect(ScreenSamples.rows(state).last?.contains("F2 list") == true)
        _ = state.take(.function(2))
        #expect(ScreenSamples.rows(state)[0] == "Chats of alice (2)")
        #expect(ScreenLayout.grid(of: state).cursor == nil)
        #expect(state.take(.tab) == .show(ScreenSamples.garden))
        #expect(ScreenSamples.rows(state)[3].hasPrefix("> #garden"))
        #expect(state.take(.enter) == nil)
        #expect(ScreenSamples.rows(state)[0] == "open #garden")
    }

    @Test("what a line says, in words")
    func words() {
        let note = FileNote(name: "map\n.png", type: nil, byteCount: 90_211)
        let bodies: [(LineBody, Delivery, String)] = [
            (.file(note, caption: "here"), .uploading, "here [file map .png, 90211 bytes] (uploading)"),
            (.text("x"), .queued, "x (waiting)"),
            (.text("x"), .refused(.keys), "x (refused: the keys are not to be trusted)"),
            (.text("x"), .refused(.problem(.notFound)), "x (refused: not-found)"),
            (.gone(.deleted), .accepted, "[deleted]"), (.gone(.expired), .received, "[disappeared]"),
            (.unreadable(.malformed), .received, "[cannot be read: it is no message]"),
            (.media([.sample, .sample], caption: nil), .received, "[2 files that the server can see]"),
        ]
        for (body, delivery, words) in bodies {
            let line = ScreenSamples.line(3, body, isOwn: true, delivery: delivery)
            let text = String(line.row(by: "me") { "\($0)" }.pieces.map(\.glyph))
            #expect(text == "#3 \(LocalTime.time(ScreenSamples.noon)) me: \(words)")
        }
    }

    @Test("who came, left or has another role is named, where this device knows them")
    func changes() {
        var state = ScreenSamples.state(24, 80)
        let others = (1...4).map { AccountID(bytes: SixteenBytes(high: 9, low: $0)) }
        state.people[others[0]] = Person(account: others[0], handle: Handle(text: "carol"), verification: .unverified)
        let own = ScreenSamples.alice
        let short = others.map { String($0.description.prefix(8)) }
        let changes: [(LineChange, String)] = [
            (.joined([others[0], others[1]]), "bob added carol, \(short[1])."),
            (.joined(others), "bob added carol, \(short[1]) and 2 others."), (.left(own.account), "bob removed alice."),
            (.left(ScreenSamples.bob), "bob left."), (.role(.admin, of: others[0]), "bob made carol admin."),
        ]
        for (change, words) in changes {
            let line = ScreenSamples.line(3, .change(change), in: ScreenSamples.garden)
            let text = String(line.row(by: "bob") { state.name(of: $0) }.pieces.map(\.glyph))
            #expect(text == "#3 \(LocalTime.time(ScreenSamples.noon)) \(words)")
        }
    }

    @Test("whatever others write stays in its line, its part and its chat", arguments: [(24, 80), (50, 200), (12, 30)])
    func injection(rowCount: Int, columnCount: Int) {
        var numbers = SplitMix(seed: 11)
        for _ in 0..<100 {
            let text = (0..<40).map { (_) in
                Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &numbers)).map { String($0) } ?? "\n"
            }.joined()
            let lines = [ScreenSamples.line(1, .text("before")), ScreenSamples.line(2, .text(text))]
                + [ScreenSamples.line(3, .text("after"))]
            let grid = ScreenLayout.grid(of: ScreenSamples.state(rowCount, columnCount, lines: lines))
            for row in 0..<rowCount - 1 where columnCount >= 60 {
                #expect(grid.rows[row][columnCount == 80 ? 26 : 40].glyph?.base == "│")
            }
            let start = columnCount < 60 ? 0 : columnCount == 80 ? 27 : 41
            let heads = (0..<rowCount).filter { grid.rows[$0][start].glyph?.base == "#" }
            #expect(heads.count == 3, "each line begins once")
        }
    }

    @Test("the help has every key, and the page has what the help has")
    func help() throws {
        let page = try #require(Self.page)
        for entry in ScreenHelp.entries { #expect(page.contains("| \(entry.keys) | \(entry.effect) |\n")) }
        var state = ScreenSamples.state(24, 80)
        _ = state.take(.function(1))
        var seen = ScreenSamples.rows(state)
        _ = state.take(.pageDown)
        seen += ScreenSamples.rows(state)
        for entry in ScreenHelp.entries { #expect(seen.contains { $0.hasPrefix(entry.keys) }, "\(entry.keys)") }
        #expect(state.take(.escape) == nil && state.helpRow == nil)
    }

    private static var page: String? {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        guard let file = fopen("/\(folder)/docs/chat-screen.md", "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

extension [String] {
    fileprivate func inserting(_ text: String, at index: Int) -> [String] {
        var all = self
        all.insert(text, at: index)
        return all
    }
}
