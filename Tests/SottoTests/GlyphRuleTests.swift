import TestKit
import Testing

@testable import sotto

@Suite("The rule of glyphs")
struct GlyphRuleTests {
    private static let shown: [(text: String, shown: String)] = [
        ("plain, ä 日本 😀", "plain, ä 日本 😀"),
        ("a\u{1B}[2Jb\u{7}\u{9B}1m\u{7F}", "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}1m\u{FFFD}"),
        ("a\tb", "a    b"), ("a\rb", "a\u{FFFD}b"), ("a\u{2028}b\u{2029}c\u{85}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}"),
        ("\u{202E}abc\u{2066}\u{200F}\u{61C}", "\u{FFFD}abc\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("a\u{200B}b\u{200D}c\u{FEFF}d\u{2060}e\u{AD}f\u{E0041}g", "abcdefg"),
        ("👩\u{200D}👩\u{200D}👧", "👩👩👧"), ("👍\u{1F3FD}❤\u{FE0F}", "👍❤"), ("🇩🇪", "DE"), ("1\u{FE0F}\u{20E3}", "1"),
        ("\u{E000}\u{378}\u{F0000}\u{FFFF}", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("\u{301}a\u{301}\u{302}\u{303}\u{304}", "a\u{301}\u{302}\u{303}"),
        ("\u{1112}\u{1161}\u{11AB}\u{1112}\u{11AB}", "한\u{1112}\u{FFFD}"), ("\u{A0}x\u{3000}", " x\u{3000}"),
        ("שלום", "שלום"), ("\u{FDFA}", "\u{FDFA}"),
    ]

    @Test("each text is shown as the page says", arguments: shown.indices)
    func texts(index: Int) {
        let (text, shown) = Self.shown[index]
        #expect(Array(String(GlyphRule.glyphs(of: text)).unicodeScalars) == Array(shown.unicodeScalars))
    }

    @Test("ends of lines are new rows, both kinds alike, and blanks where there is but one row")
    func lines() {
        #expect(GlyphRule.glyphs(of: "a\nb\r\nc").filter { $0 == .lineBreak }.count == 2)
        #expect(String(GlyphRule.line("a\nb\r\nc")) == "a b c")
    }

    @Test("every scalar there is takes one column, two or none, and nothing that moves a cursor is kept")
    func everyScalar() {
        var odd: [String] = []
        // All that is assigned, and some of the rest.
        let values = Array(UInt32(0)...0x33000) + Array(0xE0000...0xE1000)
            + Array(stride(from: 0x33001, to: 0x110000, by: 101))
        for value in values {
            guard let scalar = Unicode.Scalar(value), scalar != "\n" else { continue }
            let glyphs = GlyphRule.glyphs(of: "a\(Character(scalar))b")
            let scalars = glyphs.flatMap { [$0.base] + $0.marks }
            let isTame = scalars.allSatisfy { (shown) in
                switch shown.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: false
                default: true
                }
            }
            let areWidthsRight = glyphs.allSatisfy { 1...2 ~= $0.columnCount && $0.marks.count <= 3 }
            if !isTame || !areWidthsRight || glyphs.first?.base != "a" || glyphs.last?.base != "b" {
                odd.append(String(value, radix: 16))
            }
        }
        #expect(odd.isEmpty, "\(odd.prefix(20))")
    }

    @Test("no row is wider than it may be, at any width, whatever is wrapped", arguments: [2, 3, 7, 20, 53])
    func wrapped(columnCount: Int) {
        var numbers = SplitMix(seed: 7)
        for _ in 0..<300 {
            var text = ScreenRow()
            for _ in 0..<Int.random(in: 0...80, using: &numbers) {
                text.add(["a", " ", "日", "\n", "e\u{301}", "longer"].randomElement(using: &numbers) ?? "")
            }
            let rows = RowWrap.rows(of: text, columnCount: columnCount, indent: 6)
            #expect(rows.allSatisfy { $0.columnCount <= columnCount })
            // Nothing is lost but blanks and ends of lines.
            let kept = rows.flatMap(\.pieces).map(\.glyph).filter { $0 != .blank }
            #expect(kept == text.pieces.map(\.glyph).filter { $0 != .blank && $0 != .lineBreak })
        }
    }

    @Test("words stay whole where they fit, and what follows is indented")
    func words() {
        let rows = RowWrap.rows(of: ScreenRow("one two three four"), columnCount: 9, indent: 2)
        #expect(rows.map { String($0.pieces.map(\.glyph)) } == ["one two ", "  three ", "  four"])
    }

    @Test("a grid is written within its columns alone")
    func grid() {
        var grid = ScreenGrid(.init(rowCount: 2, columnCount: 10))
        grid.write(ScreenRow("..........", .dim), row: 0, columns: 0..<10)
        grid.write(ScreenRow("日本語日本語"), row: 0, columns: 2..<7)
        #expect(grid.text(ofRow: 0) == "..日本 ...")
        grid.write(ScreenRow("x"), row: 5, columns: 0..<10)
        grid.write(ScreenRow("0123456789abc"), row: 1, columns: 8..<40)
        #expect(grid.text(ofRow: 1) == "        01")
    }

    @Test("what is cut ends in an ellipsis")
    func clipped() {
        #expect(String(ScreenRow("abcdef").clipped(to: 4).pieces.map(\.glyph)) == "abc…")
        #expect(String(ScreenRow("日本語").clipped(to: 4).pieces.map(\.glyph)) == "日…")
        #expect(ScreenRow("abc").clipped(to: 3) == ScreenRow("abc") && ScreenRow("a").clipped(to: 0) == ScreenRow())
    }
}
