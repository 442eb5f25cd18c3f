import Testing

@testable import sotto

@Suite("What is said for people")
struct OutputTests {
    @Test("a row of a text never begins where a line does", arguments: [8, 20, 80])
    func wrapped(columnCount: Int) {
        let texts = [
            String(repeating: "x", count: 200), "日本語 " + String(repeating: "日", count: 90),
            "first\nsecond\n\n" + String(repeating: "word ", count: 60),
            String(repeating: " ", count: 80) + "2026-11-21 03:15  #9 bob: yes",
        ]
        for text in texts {
            let shown = Output.wrapped("03:15  #1 bob: " + Output.harmless(text), columnCount: columnCount)
            let rows = shown.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(rows.count > 1 || columnCount == 80)
            for row in rows { #expect(ScreenRow(row).columnCount <= columnCount, "\(row)") }
            let isMovedIn = rows.dropFirst().allSatisfy { $0.hasPrefix("    ") }
            #expect(isMovedIn, "\(shown)")
            let letters = { (text: String) in text.filter { $0 != " " && $0 != "\n" } }
            #expect(letters(shown) == letters("03:15  #1 bob: " + text), "nothing is lost")
        }
        #expect(Output.wrapped("short", columnCount: columnCount) == "short")
    }

    @Test("what is no terminal gets a text as it is")
    func unwrapped() throws {
        let text = String(repeating: "x", count: 200)
        #expect(Output.wrapped(text, for: -1) == text)
    }
}
