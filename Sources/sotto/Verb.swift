import Client

/// One thing that `sotto` does: what is typed, what is said of it, and the work. It is declared where it is done;
/// ``all`` is printed from the declarations.
struct Verb: Sendable {
    /// Under which heading `sotto --help` lists it.
    enum Topic: String, CaseIterable {
        case account = "Account and devices"
        case messages = "Messages"
        case conversations = "Conversations"
        case pictures = "Pictures"
        case keyLog = "The server's key log"
    }

    /// What it needs. One without an account says with which status the program ends.
    enum Work: Sendable {
        /// Ends early, with everything saved, when its task is cancelled.
        case withAccount(@Sendable (Account, Arguments, Output) async throws -> Void)
        case overNetwork(@Sendable (Arguments, Setup, Output, SottoNetwork) async throws -> Int32)
        case alone(@Sendable (Arguments, Output) async throws -> Int32)
    }

    let name: String
    let topic: Topic
    /// As it is typed, after the program's name.
    let usage: String
    let summary: String
    /// How many words it takes, besides options.
    let words: ClosedRange<Int>
    let options: [Arguments.Option]
    /// Whether an account begins by it, with these words. For all others the folder must be there: a path that was
    /// mistyped leaves nothing behind.
    let begins: @Sendable ([String]) -> Bool
    let work: Work

    init(
        _ name: String, _ topic: Topic, usage: String, _ summary: String, words: ClosedRange<Int>,
        options: [Arguments.Option] = [], begins: @escaping @Sendable ([String]) -> Bool = { (_) in false },
        _ work: Work
    ) {
        self.name = name
        self.topic = topic
        self.usage = usage
        self.summary = summary
        self.words = words
        self.options = options
        self.begins = begins
        self.work = work
    }

    /// For an account that is open.
    init(
        _ name: String, _ topic: Topic, usage: String, _ summary: String, words: ClosedRange<Int>,
        options: [Arguments.Option] = [], begins: @escaping @Sendable ([String]) -> Bool = { (_) in false },
        work: @escaping @Sendable (Account, Arguments, Output) async throws -> Void
    ) {
        self.init(
            name, topic, usage: usage, summary, words: words, options: options, begins: begins, .withAccount(work))
    }

    static func named(_ name: String) -> Verb? { all.first { $0.name == name } }

    /// For words that it does not understand.
    var misused: UsageError { UsageError(message: "Usage: sotto \(usage)") }
}

/// The texts of `--help`.
enum Help {
    static var general: String {
        let topics = Verb.Topic.allCases.map { (topic) in
            let verbs = Verb.all.filter { $0.topic == topic }.sorted { $0.name < $1.name }
            let lines = verbs.map { "  \(padded($0.name, 14)) \($0.summary)" }
            return (["\(topic.rawValue):"] + lines).joined(separator: "\n")
        }
        return """
            sotto: messages that only their recipients can read.

            Usage: sotto VERB [options]

            \(topics.joined(separator: "\n\n"))

            sotto VERB --help says more, sotto --version which one this is.
            Exit status: 0 done, 1 refused or failed, 2 not understood.
            """
    }

    static func of(_ verb: Verb) -> String {
        let rows = (verb.options + Arguments.common).map { (option) in
            "  \(padded(option.name + (option.value.map { " \($0)" } ?? ""), 26)) \(option.help)"
        }
        return """
            \(verb.summary)

            Usage: sotto \(verb.usage)

            \(rows.joined(separator: "\n"))

            Names in brackets are environment variables; an option wins over them.
            """
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
