/// All keys and commands, as F1 shows them.
enum ScreenHelp {
    /// What is typed, and what it does; docs/chat-screen.md has the same.
    static let entries: [(keys: String, effect: String)] = [
        ("Enter", "send, or do what the command says"),
        ("Alt-Enter, Ctrl-J", "a new line in what is written"),
        ("Tab, Ctrl-N, Alt-Down", "next chat; Tab completes a path behind /file and /download"),
        ("Shift-Tab, Ctrl-P, Alt-Up", "chat before"),
        ("PageUp, PageDown", "older and newer lines"),
        ("Ctrl-G", "newest lines"),
        ("F2, Ctrl-O", "list or chat, where the screen shows one of both"),
        ("Up, Down", "line above or below; entries from before"),
        ("Ctrl-A, Ctrl-E, Home, End", "start and end of the line"),
        ("Alt-B, Alt-F, Ctrl-Left, Ctrl-Right", "a word back or on"),
        ("Ctrl-U, Ctrl-K, Ctrl-W, Alt-D", "cut to the start, to the end, a word back or on"),
        ("Ctrl-Y", "insert what was cut"),
        ("Esc", "take away what is said at the bottom"),
        ("Ctrl-L", "draw the screen anew"),
        ("Ctrl-Z", "suspend; fg comes back"),
        ("Ctrl-C", "empty the input; end where it is empty"),
        ("Ctrl-D", "end, where the input is empty"),
        ("/to HANDLE", "open the chat with somebody"),
        ("/file PATH [CAPTION]", "send a file; drop one on the window for its path"),
        ("/download NUMBER [OUT]", "save the file of a line"),
        ("/delete NUMBER", "take a message back; a received one, here alone"),
        ("/cancel NUMBER", "give up a file that waits"),
        ("/resume", "go on with all that waits"),
        ("/help, F1", "this page; PageUp and PageDown turn it, Esc leaves"),
        ("/quit", "end"),
        ("//TEXT", "a text that begins with one slash"),
    ]

    static func rows(columnCount: Int) -> [ScreenRow] {
        let keysColumnCount = min(37, columnCount / 2)
        return [ScreenRow("Keys and commands", .bold)] + entries.flatMap { (entry) in
            var row = ScreenRow(entry.keys, .bold).clipped(to: keysColumnCount)
            row.fill(to: keysColumnCount + 1)
            row.add(entry.effect)
            return RowWrap.rows(of: row, columnCount: columnCount, indent: keysColumnCount + 1)
        }
    }
}
