import Wire

/// What is entered in a chat: a text, or something to do that begins with a slash.
enum ChatCommand: Equatable {
    case say(String)
    case file(path: String, caption: String)
    /// The file beside that line; `nil` for a new file of its own name in this folder.
    case download(number: SequenceNumber, path: String?)
    case delete(number: SequenceNumber)
    case cancel(number: SequenceNumber)
    case resume
    /// The chat with that handle.
    case open(String)
    case help
    case quit
    /// What is wrong, and what to write. Nothing is done.
    case mistake(String)

    /// - Parameter home: the user's own folder.
    init(_ entered: String, home: String?) {
        if !entered.hasPrefix("/") {
            self = .say(entered)
        } else if entered.hasPrefix("//") {
            // Two of them are how a text begins with one.
            self = .say(String(entered.dropFirst()))
        } else {
            let name = entered.prefix { $0 != " " && $0 != "\n" }
            let rest = String(entered.dropFirst(name.count).drop { $0 == " " || $0 == "\n" })
            self = Self.named(String(name), rest, home)
        }
    }

    private static func named(_ name: String, _ rest: String, _ home: String?) -> ChatCommand {
        switch name {
        case "/file":
            guard let word = PathWord(rest, home: home) else { return misused("/file PATH [CAPTION]") }
            return .file(path: word.path, caption: word.rest)
        case "/download":
            let words = rest.split(separator: " ", maxSplits: 1)
            guard let number = number(words.first) else { return misused("/download NUMBER [OUT]") }
            guard words.count == 2 else { return .download(number: number, path: nil) }
            guard let word = PathWord(String(words[1]), home: home), word.rest.isEmpty else {
                return misused("/download NUMBER [OUT]")
            }
            return .download(number: number, path: word.path)
        case "/delete": return number(Substring(rest)).map { .delete(number: $0) } ?? misused("/delete NUMBER")
        case "/cancel": return number(Substring(rest)).map { .cancel(number: $0) } ?? misused("/cancel NUMBER")
        case "/to": return rest.isEmpty || rest.contains(" ") ? misused("/to HANDLE") : .open(rest)
        case "/resume": return rest.isEmpty ? .resume : misused("/resume")
        case "/help": return rest.isEmpty ? .help : misused("/help")
        case "/quit": return rest.isEmpty ? .quit : misused("/quit")
        default: return .mistake("There is no command \(name). /help shows all; // begins a text with a slash.")
        }
    }

    private static func misused(_ usage: String) -> ChatCommand { .mistake("Write it so: \(usage)") }

    /// As it is shown: with or without the sign before it.
    private static func number(_ word: Substring?) -> SequenceNumber? {
        word.flatMap { UInt64($0.hasPrefix("#") ? $0.dropFirst() : $0) }.map { SequenceNumber($0) }
    }
}
