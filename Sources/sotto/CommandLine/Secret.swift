import Glibc

/// What nobody else should see: it is read from a file or standard input, or asked where somebody sits at a terminal.
/// Never a word of the command line, which every process of the machine can read.
enum Secret {
    /// - Parameters:
    ///   - path: a file whose first line it is; `-` for standard input; `nil` to ask.
    ///   - question: what is asked, without its colon.
    /// - Throws: ``UsageError`` where there is nothing to read, and nobody to ask.
    static func read(from path: String?, asking question: String, else advice: String) throws(UsageError) -> String {
        if let path, path != "-" {
            guard let text = String(validating: try Input.firstLine(of: path), as: UTF8.self) else {
                throw UsageError(message: "The first line of \(Output.oneLine(path)) is not UTF-8 text.")
            }
            return text
        }
        if path == nil, isatty(STDIN_FILENO) == 1 { return try ask(question) }
        // What comes through a pipe is meant for whoever asks.
        let text = try Input.everything(byteCountMax: 4096)
        guard !text.isEmpty else { throw UsageError(message: advice) }
        return text
    }

    /// Asks on the terminal, and shows nothing of what is typed.
    private static func ask(_ question: String) throws(UsageError) -> String {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { throw UsageError(message: "Nobody can be asked here.") }
        var quiet = before
        // Whoever ends the program meanwhile finds the terminal as it was.
        TerminalRescue.arm(STDIN_FILENO, modes: before)
        let handlers = Self.ending.map { (number) in (number, Self.handle(number)) }
        // Ctrl-C is read like any other key: the terminal has to show again what is typed before the program ends.
        quiet.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        Output.write("\(question): ", to: STDERR_FILENO)
        Silence.interrupt()
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            TerminalRescue.disarm()
            for (number, handler) in handlers {
                var handler = handler
                sigaction(number, &handler, nil)
            }
            Output.write("\n", to: STDERR_FILENO)
            Silence.begin()
        }
        guard let text = typedLine(), !text.isEmpty else { throw UsageError(message: "Nothing was typed.") }
        return text
    }

    /// What ends a program from outside.
    private static let ending = [SIGTERM, SIGINT, SIGHUP, SIGQUIT]

    /// Lets a signal put the terminal back, and end the program: nobody else watches while somebody types.
    /// - Returns: what was done about it before.
    private static func handle(_ number: Int32) -> sigaction {
        var (before, action) = (Glibc.sigaction(), Glibc.sigaction())
        action.__sigaction_handler.sa_handler = { (number) in
            TerminalRescue.restore()
            _exit(128 + number)
        }
        sigaction(number, &action, &before)
        return before
    }

    /// What is typed until the end of the line; `nil` where whoever types thinks better of it.
    private static func typedLine() -> String? {
        var bytes: [UInt8] = []
        while bytes.count < 4096, let byte = Input.byte() {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return String(validating: bytes, as: UTF8.self)
            // Ctrl-C and Ctrl-D.
            case 0x03, 0x04: return nil
            // Ctrl-U.
            case 0x15: bytes.removeAll()
            // Backspace takes a whole character.
            case 0x08, 0x7F:
                while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
            default: bytes.append(byte)
            }
        }
        return nil
    }
}
