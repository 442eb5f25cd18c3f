import Testing
import Wire

@testable import Client
@testable import sotto

@Suite("The state of the screen")
struct ScreenStateTests {
    private let chat = ScreenSamples.chat

    @Test("Enter sends what is written, and nothing where there is nothing")
    func sending() {
        var state = ScreenSamples.state(24, 80)
        #expect(state.take(.enter) == nil)
        #expect(state.type(" \t", .newLine, .enter) == nil)
        _ = state.take(.control("c"))
        #expect(state.type("hello", .enter) == .say("hello", chat))
        #expect(state.editor.isEmpty && state.take(.up) == nil && state.editor.text == "hello")
    }

    @Test("a paste is text, with its ends of lines, and does not send")
    func paste() {
        var state = ScreenSamples.state(24, 80)
        #expect(state.take(.paste("one\r\n/quit\r\n")) == nil)
        #expect(state.editor.text == "one\n/quit\n")
        #expect(state.take(.enter) == .say("one\n/quit\n", chat))
    }

    @Test("a command that is none is not sent, says so, and stays")
    func mistakes() {
        var state = ScreenSamples.state(24, 80)
        #expect(state.type("/frob it", .enter) == nil)
        #expect(state.notice?.kind == .error && state.editor.text == "/frob it")
        #expect(ScreenSamples.rows(state).contains { $0.hasPrefix("error: There is no command /frob.") })
        _ = state.take(.escape)
        #expect(state.notice == nil)
        _ = state.take(.control("c"))
        #expect(state.type("//frob", .enter) == .say("/frob", chat))
    }

    @Test("commands become what is to be done")
    func commands() {
        var state = ScreenSamples.state(24, 80)
        #expect(state.type("/file ~/a b", .enter) == .sendFile(path: "/h/a", caption: "b", chat))
        #expect(state.type("/download 2", .enter) == .download(2, path: nil, chat))
        #expect(state.type("/delete 2", .enter) == .delete(2, chat))
        #expect(state.type("/cancel 2", .enter) == .cancel(2, chat))
        #expect(state.type("/to carol", .enter) == .find("carol"))
        #expect(state.type("/resume", .enter) == .resume)
        #expect(state.type("/help", .enter) == nil && state.helpRow == 0)
        #expect(state.take(.enter) == nil && state.helpRow == nil)
        #expect(state.type("/quit", .enter) == .quit)
    }

    @Test("Ctrl-C and Ctrl-D end with nothing written, and only then")
    func leaving() {
        var state = ScreenSamples.state(24, 80)
        #expect(state.type("x", .control("c")) == nil && state.editor.isEmpty)
        #expect(state.type("x", .control("d")) == nil && state.editor.text == "x")
        _ = state.take(.backspace)
        #expect(state.take(.control("d")) == .quit && state.take(.control("c")) == .quit)
        #expect(state.take(.control("z")) == .suspend && state.take(.control("l")) == .redraw)
    }

    @Test("what is written stays in its chat")
    func drafts() {
        var state = ScreenSamples.state(24, 80)
        #expect(state.type("for bob", .control("n")) == .show(ScreenSamples.garden))
        #expect(state.editor.isEmpty)
        #expect(state.type("for all", .backTab) == .show(chat) && state.editor.text == "for bob")
        #expect(state.take(.altDown) == .show(ScreenSamples.garden) && state.editor.text == "for all")
        #expect(state.take(.enter) == .say("for all", ScreenSamples.garden))
    }

    @Test("Tab completes a path behind a command, and else goes to the next chat")
    func completing() {
        var state = ScreenSamples.state(24, 80) { (folder) in folder == "/h/" ? ["notes/", "night.txt"] : [] }
        #expect(state.type("/file ~/no", .tab) == nil && state.editor.text == "/file ~/notes/")
        _ = state.take(.control("u"))
        #expect(state.type("/download 3 ~/n", .tab) == nil && state.editor.text == "/download 3 ~/n")
        #expect(state.notice == .said("night.txt  notes/"))
        #expect(state.type("", .tab) == nil && state.chat == chat)
    }

    // MARK: Scrolling

    @Test("pages go up and down by what is in sight, and stop at both ends")
    func scrolling() {
        var state = ScreenSamples.state(24, 80, lines: ScreenSamples.texts(1...60))
        func shown() -> [UInt64] {
            ScreenSamples.rows(state).compactMap { (row) in
                guard let right = row.split(separator: "│").last, right.hasPrefix("#") else { return nil }
                return UInt64(right.dropFirst().prefix { $0 != " " })
            }
        }
        let count = UInt64(shown().count)
        #expect(shown() == Array(61 - count...60))
        #expect(state.take(.pageUp) == nil && shown() == Array(62 - 2 * count...61 - count))
        #expect(state.isBehind && ScreenSamples.rows(state).last?.contains("newer lines below") == true)
        for _ in 0..<9 { _ = state.take(.pageUp) }
        // The day stands above the first.
        #expect(shown() == Array(1...count - 1))
        #expect(state.take(.pageDown) == nil && shown().first == count - 1)
        for _ in 0..<9 { _ = state.take(.pageDown) }
        #expect(shown() == Array(61 - count...60) && !state.isBehind)
    }

    @Test("what comes and goes elsewhere moves nothing that is looked at")
    func anchored() {
        var state = ScreenSamples.state(24, 80, lines: ScreenSamples.texts(100...160))
        _ = state.take(.pageUp)
        let before = ScreenSamples.rows(state)[3..<20]
        ScreenSamples.tell(&state, ScreenSamples.texts(50...170))
        #expect(ScreenSamples.rows(state)[3..<20] == before)
        var lines = ScreenSamples.texts(50...170)
        lines.removeAll { $0.number == 165 || $0.number == 60 }
        ScreenSamples.tell(&state, lines)
        #expect(ScreenSamples.rows(state)[3..<20] == before)
        #expect(state.take(.control("g")) == nil && !state.isBehind)
    }

    @Test("at the top older lines are asked for, once, and at the end newer ones")
    func loading() {
        var state = ScreenSamples.state(24, 80, lines: ScreenSamples.texts(80...130), hasOlder: true, hasNewer: true)
        #expect(state.take(.pageUp) == nil)
        #expect(state.take(.pageUp) == .loadOlder(chat) && state.isLoading)
        #expect(state.take(.pageUp) == nil, "they are under way")
        ScreenSamples.tell(&state, ScreenSamples.texts(50...130), hasOlder: false, hasNewer: true)
        #expect(!state.isLoading)
        for _ in 0..<9 { #expect(state.take(.pageUp) == nil) }
        var action: ScreenAction?
        for _ in 0..<9 where action == nil { action = state.take(.pageDown) }
        #expect(action == .loadNewer(chat))
        ScreenSamples.tell(&state, ScreenSamples.texts(60...150))
        #expect(state.place == .line(130, hiddenRowCount: 0))
        #expect(state.take(.control("g")) == nil && state.place == .newest)
    }

    @Test("a long text is scrolled through row by row, none left out")
    func longText() {
        let words = (0..<400).map { "w\($0)" }.joined(separator: " ")
        var state = ScreenSamples.state(12, 60, lines: [ScreenSamples.line(1, .text(words))])
        var seen = ""
        for _ in 0..<60 {
            seen = ScreenSamples.rows(state)[3..<9].joined(separator: " ") + " " + seen
            _ = state.take(.pageUp)
        }
        for index in 0..<400 { #expect(seen.contains("w\(index) "), "w\(index)") }
    }

    // MARK: News

    @Test("a warning is not pushed away, and goes by Escape alone")
    func warnings() {
        var state = ScreenSamples.state(24, 80)
        var news = ScreenNews()
        news.notice = .warning("somebody may stand between")
        _ = state.hear(news)
        news.notice = .said("Saved.")
        _ = state.hear(news)
        #expect(state.notice?.kind == .warning)
        _ = state.type("hello", .enter)
        #expect(state.notice?.kind == .warning)
        _ = state.take(.escape)
        #expect(state.notice == nil)
    }

    @Test("lines of another chat than the shown one are passed over")
    func otherChat() {
        var state = ScreenSamples.state(24, 80)
        var news = ScreenNews()
        news.timeline = ShownTimeline(
            chat: ScreenSamples.garden,
            snapshot: .init(lines: ScreenSamples.texts(1...3), hasOlder: false, hasNewer: false))
        #expect(state.hear(news) == nil && state.lines.isEmpty)
        news = ScreenNews()
        news.found = ScreenSamples.garden
        #expect(state.hear(news) == .show(ScreenSamples.garden))
        news = ScreenNews()
        news.isOver = true
        #expect(state.hear(news) == .quit)
    }
}
