import Client

/// One thing that `sotto` does: what is typed, what is said of it, and the work. It is declared where it is done;
/// ``all`` is printed from the declarations, and the parser, the help, the completions, the manual and
/// docs/commands.md from ``all``.
struct SottoCommand: Sendable {
    /// A noun and a verb, such as `chat send`; a noun alone for what it does by itself.
    let path: [String]
    /// For what is typed daily: one word in place of the path.
    let short: String?
    /// What it takes besides options, in order.
    let words: [Word]
    let options: [Option]
    /// One sentence.
    let summary: String
    /// What else there is to know, in sentences; empty for nothing.
    let details: String
    /// As it is typed. Every one is run by a test.
    let examples: [String]
    /// What must hold of the words before anything is opened or made.
    let check: @Sendable (Invocation) throws(UsageError) -> Void
    let work: Work

    /// What it needs. One without an account says with which status the program ends.
    enum Work: Sendable {
        /// Ends early, with everything saved, when its task is cancelled.
        case withAccount(@Sendable (CommandSession) async throws -> Void)
        /// The same; an account begins by it. For all others the folder must be there: a path that was mistyped leaves
        /// nothing behind.
        case beginning(@Sendable (CommandSession) async throws -> Void)
        case overNetwork(@Sendable (Invocation, Setup, Output, SottoNetwork) async throws -> ExitStatus)
        case alone(@Sendable (Invocation, Output) async throws -> ExitStatus)
    }

    init(
        _ path: String, short: String? = nil, words: [Word] = [], options: [Option] = [], _ summary: String,
        details: String = "", examples: [String],
        check: @escaping @Sendable (Invocation) throws(UsageError) -> Void = { (_) in }, _ work: Work
    ) {
        self.path = path.split(separator: " ").map(String.init)
        self.short = short
        self.words = words
        self.options = options
        self.summary = summary
        self.details = details
        self.examples = examples
        self.check = check
        self.work = work
    }

    /// For an account that is open.
    init(
        _ path: String, short: String? = nil, words: [Word] = [], options: [Option] = [], _ summary: String,
        details: String = "", examples: [String], work: @escaping @Sendable (CommandSession) async throws -> Void
    ) {
        self.init(
            path, short: short, words: words, options: options, summary, details: details, examples: examples,
            .withAccount(work))
    }

    /// As it is typed, without the program's name.
    var name: String { path.joined(separator: " ") }

    var noun: String { path[0] }

    var beginsAccount: Bool {
        if case .beginning = work { true } else { false }
    }

    /// How many words it takes.
    var wordCounts: ClosedRange<Int> {
        let least = words.count { !$0.isOptional }
        return least...(words.last?.isRepeated == true ? Int.max : words.count)
    }

    /// How it is used, without the program's name: its name, its words, and the options that are its own.
    var usage: String {
        let typed = options.map { "[\($0.usage)]" }
        return ([short ?? name] + words.map(\.usage) + typed).joined(separator: " ")
    }
}

/// What a command takes in one place, besides options.
struct Word: Sendable {
    /// What is meant by it, for those who complete what is typed.
    enum Kind: Sendable {
        case chat, person, file, text
        /// One of these.
        case choice([String])
    }

    /// In capitals, as help shows it.
    let name: String
    let kind: Kind
    var isOptional = false
    /// The last word only: it may be given several times.
    var isRepeated = false

    init(_ name: String, _ kind: Kind = .text) {
        self.name = name
        self.kind = kind
    }

    /// Somebody or an open conversation.
    static let chat = Word("CHAT", .chat)
    /// Somebody.
    static let person = Word("PERSON", .person)
    /// A line of a chat, by the number that `history` shows.
    static let number = Word("NUMBER")
    static let file = Word("FILE", .file)

    var optional: Word {
        var word = self
        word.isOptional = true
        return word
    }

    var repeated: Word {
        var word = self
        word.isRepeated = true
        return word
    }

    var usage: String {
        let text = if case .choice(let words) = kind { words.joined(separator: "|") } else { name }
        let typed = isRepeated ? "\(text)…" : text
        return isOptional ? "[\(typed)]" : typed
    }
}

/// An option of a command, or of all.
struct Option: Sendable {
    /// With its dashes.
    let name: String
    /// One letter with its dash, for what is typed often.
    var letter: String?
    /// What its value is called; `nil` for a switch. An option takes a value wherever it is one, or nowhere.
    var value: String?
    let help: String
    /// Options that it does not go together with.
    var excludes: [String] = []
    /// What it says something about: it makes no sense without that option.
    var needs: String?

    /// Whether its value is the name of a file.
    var isFile: Bool { value == "FILE" || value == "OUT" || value == "FOLDER" }

    /// As it is typed.
    var usage: String { ([letter ?? name] + [value].compactMap(\.self)).joined(separator: " ") }
}

/// What a command works with.
struct CommandSession: Sendable {
    let account: Account
    let typed: Invocation
    let output: Output
}
