import Client

/// The texts of `--help`, from the table of commands.
enum Help {
    /// - Parameter commands: one, or all of a noun; `nil` for the program.
    static func text(_ commands: [SottoCommand]?) -> String {
        guard let commands else { return general }
        guard let only = commands.first, commands.count == 1 else { return ofNoun(commands) }
        return of(only)
    }

    /// The nouns in the order in which somebody new wants them, and what each is about.
    static let nouns: [(noun: String, about: String)] = [
        ("account", "Your account"),
        ("chat", "Chats and messages"),
        ("outbox", "What waits to be sent"),
        ("people", "People, and whether they are who they seem"),
        ("group", "Conversations of several"),
        ("pin", "Messages kept in sight"),
        ("device", "Your devices"),
        ("backup", "When every device is lost"),
        ("avatar", "Your picture"),
        ("sticker", "Stickers"),
        ("emoji", "The server's custom emoji"),
        ("key-log", "The server's key log"),
        ("media", "What a server makes of files"),
        ("program", "This program"),
    ]

    /// All commands, by their nouns, in the order of ``nouns``, those that are typed daily first.
    static func commands(of noun: String) -> [SottoCommand] {
        let all = SottoCommand.all.filter { $0.noun == noun }
        func rank(_ command: SottoCommand) -> (Int, Int, String) {
            (command.path.count, command.short == nil ? 1 : 0, command.name)
        }
        return all.sorted { rank($0) < rank($1) }
    }

    private static var general: String {
        let topics = nouns.map { (noun, about) in
            let lines = commands(of: noun).map { "  \(padded($0.short ?? $0.name, 24)) \($0.summary)" }
            return (["\(about):"] + lines.map { wrapped($0, hanging: 27) }).joined(separator: "\n")
        }
        return """
            sotto: messages that only their recipients can read.

            Usage: sotto NOUN VERB [words and options]

            \(topics.joined(separator: "\n\n"))

            A chat is named by one word: @bob is somebody, '#Town' an open conversation, which the server
            can read; without a sign, the name of a chat that is here, or the beginning of one.

            sotto help NOUN or sotto COMMAND --help says more, sotto --version which one this is.
            \(statuses)
            """
    }

    private static var statuses: String {
        let each = ExitStatus.allCases.map { "\($0.rawValue) \($0.meaning)" }
        return wrapped("Exit status: \(each.joined(separator: ", ")).", hanging: 0)
    }

    private static func ofNoun(_ commands: [SottoCommand]) -> String {
        let sorted = self.commands(of: commands[0].noun)
        let lines = sorted.map { (command) in
            "  sotto \(command.usage)\n" + wrapped("      " + command.summary, hanging: 6)
        }
        let shorts = sorted.compactMap { (command) in command.short.map { "\($0) is \(command.name)" } }
        let note = shorts.isEmpty ? "" : "\n\n" + wrapped("Short forms: \(shorts.joined(separator: ", ")).", hanging: 0)
        return """
            \(nouns.first { $0.noun == commands[0].noun }?.about ?? commands[0].noun):

            \(lines.joined(separator: "\n"))\(note)

            sotto help NOUN VERB says more of one.
            """
    }

    private static func of(_ command: SottoCommand) -> String {
        func rows(_ options: [Option]) -> String {
            options.map { (option) in
                let name = [option.letter, option.name].compactMap(\.self).joined(separator: ", ")
                let head = padded(name + (option.value.map { " \($0)" } ?? ""), 24)
                return wrapped("  \(head) \(help(of: option))", hanging: 27)
            }.joined(separator: "\n")
        }
        let own = command.options.isEmpty ? "" : "\n\nOptions:\n\(rows(command.options))"
        let details = command.details.isEmpty ? "" : "\n\n\(wrapped(command.details, hanging: 0))"
        let long = command.short == nil ? "" : "\n  sotto \(command.name) is the same."
        return """
            \(wrapped(command.summary, hanging: 0))

            Usage: sotto \(command.usage)\(long)\(details)\(own)

            Options of every command:
            \(rows(Option.common))

            For example:
            \(command.examples.map { "  " + $0 }.joined(separator: "\n"))
            """
    }

    /// What an option is for, and which variable stands in for it.
    static func help(of option: Option) -> String { option.help + (option.variable.map { " [\($0)]" } ?? "") }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// In lines of up to 100 characters, those behind the first moved in.
    private static func wrapped(_ text: String, hanging: Int) -> String {
        var lines = [String(text.prefix { $0 == " " })]
        var isFirst = true
        for word in text.split(separator: " ", omittingEmptySubsequences: false).drop(while: \.isEmpty) {
            if !isFirst, lines[lines.count - 1].count + 1 + word.count > 100 {
                lines.append(String(repeating: " ", count: hanging))
            } else if !isFirst {
                lines[lines.count - 1] += " "
            }
            lines[lines.count - 1] += word
            isFirst = false
        }
        return lines.joined(separator: "\n")
    }
}
