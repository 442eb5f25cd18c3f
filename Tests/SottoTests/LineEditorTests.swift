import Testing

@testable import sotto

@Suite("The line editor")
struct LineEditorTests {
    private func editor(_ text: String, cursor: Int? = nil, scalarCountMax: Int = 1_000) -> LineEditor {
        var editor = LineEditor(scalarCountMax: scalarCountMax)
        editor.insert(text)
        while let cursor, editor.cursor > cursor { editor.moveLeft() }
        return editor
    }

    @Test("text goes in at the cursor")
    func insertion() {
        var editor = editor("ac", cursor: 1)
        editor.insert("b")
        #expect(editor.text == "abc" && editor.cursor == 2)
    }

    @Test("what could not be sent is left out, and every end of a line is a new line")
    func controls() {
        #expect(editor("a\u{0}\u{1B}[2Jb\u{7F}\u{9B}\tc\r\nd\re\n").text == "a[2Jb\tc\nd\ne\n")
    }

    @Test("it holds so many scalars and says what did not fit")
    func bound() {
        var editor = editor("", scalarCountMax: 3)
        let fitted = ["ab", "cd"].map { editor.insert($0) }
        #expect(fitted == [true, false] && editor.text == "abc")
        editor.deleteBackward()
        editor.insert("x")
        #expect(editor.text == "abx")
    }

    @Test("a mark joins what stands before it, and goes with it")
    func marks() {
        var editor = editor("e")
        editor.insert("\u{301}")
        #expect(editor.characters.count == 1 && editor.cursor == 1)
        editor.deleteBackward()
        #expect(editor.isEmpty)
    }

    @Test("words, lines and ends are gone to")
    func moves() {
        var editor = editor("one two\nthree, four")
        editor.moveWordLeft()
        #expect(editor.cursor == 15)
        editor.moveWordLeft()
        #expect(editor.cursor == 8)
        editor.moveWordLeft()
        #expect(editor.cursor == 4)
        editor.moveWordRight()
        #expect(editor.cursor == 7)
        editor.moveToStartOfLine()
        #expect(editor.cursor == 0)
        editor.moveToEndOfLine()
        #expect(editor.cursor == 7)
        editor.moveDown()
        #expect(editor.cursor == 15)
        editor.moveToEndOfLine()
        #expect(editor.cursor == 19)
        editor.moveUp()
        #expect(editor.cursor == 7, "the line above is shorter")
        editor.moveUp()
        #expect(editor.cursor == 7, "there is none above")
    }

    @Test("what is cut comes back where the cursor is")
    func cuts() {
        var editor = editor("one two three")
        editor.cutWordLeft()
        #expect(editor.text == "one two ")
        editor.moveToStartOfLine()
        editor.insertCut()
        #expect(editor.text == "threeone two " && editor.cursor == 5)
        editor.cutToEndOfLine()
        #expect(editor.text == "three")
        editor.cutToStartOfLine()
        #expect(editor.isEmpty)
        editor.insertCut()
        #expect(editor.text == "three")
    }

    @Test("cutting at the end of a line joins the one below")
    func joined() {
        var editor = editor("a\nb", cursor: 1)
        editor.cutToEndOfLine()
        #expect(editor.text == "ab")
    }

    @Test("nothing happens beyond both ends")
    func ends() {
        var editor = editor("a")
        editor.moveRight()
        editor.deleteForward()
        editor.cutToEndOfLine()
        editor.moveWordRight()
        #expect(editor.text == "a" && editor.cursor == 1)
        editor.moveLeft()
        editor.moveLeft()
        editor.deleteBackward()
        editor.cutWordLeft()
        editor.cutToStartOfLine()
        #expect(editor.text == "a" && editor.cursor == 0)
    }

    @Test("entries come back, and behind the last what was being written")
    func history() {
        var history = InputHistory()
        #expect(history.older(than: "x") == nil && history.newer() == nil)
        for entry in ["one", "two", "two"] { history.add(entry) }
        #expect(history.older(than: "draft") == "two")
        #expect(history.older(than: "two") == "one")
        #expect(history.older(than: "one") == nil)
        #expect(history.newer() == "two")
        #expect(history.newer() == "draft")
        #expect(history.newer() == nil)
    }

    @Test("the history forgets the oldest, by number and by bytes")
    func historyBound() {
        var history = InputHistory()
        for index in 0..<150 { history.add("\(index)") }
        var oldest = ""
        while let entry = history.older(than: "") { oldest = entry }
        #expect(oldest == "50")
        history.add(String(repeating: "x", count: 1 << 20))
        #expect(history.older(than: "")?.count == 1 << 20)
        #expect(history.older(than: "") == nil)
    }
}
