import Client

/// What keys do.
extension ScreenState {
    /// - Returns: what is to be done.
    mutating func take(_ key: TerminalKey) -> ScreenAction? {
        switch key {
        case .control("l"): return .redraw
        case .control("z"): return .suspend
        default: break
        }
        guard helpRow == nil else { return takeInHelp(key) }
        return takeWhole(key) ?? takeInEditor(key)
    }

    /// Keys that are about more than what is written.
    private mutating func takeWhole(_ key: TerminalKey) -> ScreenAction? {
        switch key {
        case .enter: return enter()
        case .tab: return isCompleting ? complete() : showNext(1)
        case .backTab, .altUp, .control("p"): return showNext(-1)
        case .altDown, .control("n"): return showNext(1)
        case .pageUp: return scroll(up: pageRowCount)
        case .pageDown: return scroll(up: -pageRowCount)
        case .control("g"): return showNewest()
        case .function(1):
            helpRow = 0
            return nil
        case .function(2), .control("o"):
            isListInFront.toggle()
            return nil
        case .escape:
            notice = nil
            return nil
        case .control("c") where editor.isEmpty, .control("d") where editor.isEmpty: return .quit
        default: return nil
        }
    }

    private mutating func takeInEditor(_ key: TerminalKey) -> ScreenAction? {
        switch key {
        case .text(let text), .paste(let text):
            isListInFront = false
            if !editor.insert(text) { notice = .error("The text is too long; what did not fit was left out.") }
        case .newLine: editor.insert("\n")
        case .backspace, .control("h"): editor.deleteBackward()
        case .delete, .control("d"): editor.deleteForward()
        case .left, .control("b"): editor.moveLeft()
        case .right, .control("f"): editor.moveRight()
        case .home, .control("a"): editor.moveToStartOfLine()
        case .end, .control("e"): editor.moveToEndOfLine()
        case .wordLeft: editor.moveWordLeft()
        case .wordRight: editor.moveWordRight()
        case .control("u"): editor.cutToStartOfLine()
        case .control("k"): editor.cutToEndOfLine()
        case .control("w"): editor.cutWordLeft()
        case .alt("d"): editor.cutWordRight()
        case .control("y"): editor.insertCut()
        case .control("c"): editor.replace(with: "")
        case .up: moveUp()
        case .down: moveDown()
        default: break
        }
        return nil
    }

    private mutating func moveUp() {
        guard editor.isInFirstLine else { return editor.moveUp() }
        if let entry = history.older(than: editor.text) { editor.replace(with: entry) }
    }

    private mutating func moveDown() {
        guard editor.isInLastLine else { return editor.moveDown() }
        if let entry = history.newer() { editor.replace(with: entry) }
    }

    private mutating func takeInHelp(_ key: TerminalKey) -> ScreenAction? {
        let row = helpRow ?? 0
        let last = max(0, ScreenHelp.rows(columnCount: size.columnCount).count - (size.rowCount - 1))
        switch key {
        case .pageDown, .text(" "): helpRow = min(row + max(1, size.rowCount - 2), last)
        case .pageUp: helpRow = max(0, row - max(1, size.rowCount - 2))
        case .down: helpRow = min(row + 1, last)
        case .up: helpRow = max(0, row - 1)
        case .escape, .function(1), .enter, .text("q"), .control("c"): helpRow = nil
        case .control("d"): return .quit
        default: break
        }
        return nil
    }

    // MARK: Going about

    private mutating func showNext(_ step: Int) -> ScreenAction? {
        guard !chats.ids.isEmpty else { return nil }
        let isListInFront = isListInFront
        defer { self.isListInFront = isListInFront }
        guard let index = chats.index(of: chat) else { return show(chats.ids[0]) }
        return show(chats.ids[(index + step + chats.ids.count) % chats.ids.count])
    }

    /// One row of what was in sight stays so.
    private var pageRowCount: Int { max(1, (ScreenFrame(self)?.lines.count ?? 2) - 1) }

    private mutating func scroll(up count: Int) -> ScreenAction? {
        guard let chat, let frame = ScreenFrame(self), let columns = frame.chat, let timeline else { return nil }
        let rows = timelineRows(columnCount: columns.count)
        place = rows.moved(place, up: count, rowCount: frame.lines.count)
        if count > 0, timeline.snapshot.hasOlder, !isLoading, rows.isAtTop(place, rowCount: frame.lines.count) {
            isLoading = true
            hold()
            return .loadOlder(chat)
        }
        if count < 0, timeline.snapshot.hasNewer, !isLoading, place == .newest {
            isLoading = true
            hold()
            return .loadNewer(chat)
        }
        return nil
    }

    /// What is in sight stays there when lines come below it that were not the newest.
    private mutating func hold() {
        if place == .newest, let last = lines.last, timeline?.snapshot.hasNewer == true {
            place = .line(last.number, hiddenRowCount: 0)
        }
    }

    private mutating func showNewest() -> ScreenAction? {
        place = .newest
        guard let chat, timeline?.snapshot.hasNewer == true else { return nil }
        return .show(chat)
    }

    // MARK: Entering

    private mutating func enter() -> ScreenAction? {
        if isListInFront {
            isListInFront = false
            return nil
        }
        let entered = editor.text
        guard !entered.allSatisfy({ $0 == " " || $0 == "\n" || $0 == "\t" }) else { return nil }
        let command = ChatCommand(entered, home: surroundings.home)
        if case .mistake(let words) = command {
            notice = .error(words)
            return nil
        }
        if notice?.kind != .warning { notice = nil }
        if command == .help {
            helpRow = 0
            editor.replace(with: "")
            return nil
        }
        if let action = alone(command) { return accept(action) }
        guard let chat else {
            notice = .error("No chat is open: /to HANDLE begins one.")
            return nil
        }
        return perform(command, in: chat)
    }

    /// What needs no chat.
    private mutating func alone(_ command: ChatCommand) -> ScreenAction? {
        switch command {
        case .open(let handle): .find(handle)
        case .resume: .resume
        case .quit: .quit
        case .say, .file, .download, .delete, .cancel, .help, .mistake: nil
        }
    }

    private mutating func perform(_ command: ChatCommand, in chat: ChatID) -> ScreenAction? {
        switch command {
        case .say(let text):
            place = .newest
            return accept(.say(text, chat))
        case .file(let path, let caption):
            place = .newest
            return accept(.sendFile(path: path, caption: caption, chat))
        case .download(let number, let path): return accept(.download(number, path: path, chat))
        case .delete(let number): return accept(.delete(number, chat))
        case .cancel(let number): return accept(.cancel(number, chat))
        case .help, .open, .resume, .quit, .mistake: return nil
        }
    }

    /// The entry is done with.
    private mutating func accept(_ action: ScreenAction) -> ScreenAction {
        history.add(editor.text)
        editor.replace(with: "")
        return action
    }

    // MARK: Completing

    /// The path that is being written: all behind the command.
    private var pathStart: String.Index? {
        let text = editor.text
        guard editor.cursor == editor.characters.count else { return nil }
        if text.hasPrefix("/file ") { return text.index(text.startIndex, offsetBy: 6) }
        guard text.hasPrefix("/download ") else { return nil }
        let number = text.dropFirst(10)
        return number.firstIndex(of: " ").map { text.index(after: $0) }
    }

    private var isCompleting: Bool { pathStart != nil }

    private mutating func complete() -> ScreenAction? {
        let text = editor.text
        guard let start = pathStart else { return nil }
        let completion = PathWord.completion(
            of: String(text[start...]), home: surroundings.home, list: surroundings.list)
        guard let completion else {
            notice = .error("No path begins so.")
            return nil
        }
        editor.replace(with: text[..<start] + completion.text)
        let names = completion.choices.prefix(20).joined(separator: "  ")
        notice = completion.choices.isEmpty ? nil : .said(names + (completion.choices.count > 20 ? "  …" : ""))
        return nil
    }
}
