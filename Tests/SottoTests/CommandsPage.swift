@testable import sotto

/// docs/commands.md, from the table of commands.
enum CommandsPage {
    static var text: String {
        let nouns = Help.nouns.map { (noun, about) in
            (["## \(about)"] + Help.commands(of: noun).map(section)).joined(separator: "\n\n")
        }
        let statuses = ExitStatus.allCases.map { "| \($0.rawValue) | \($0.meaning) |" }
        return """
            # Commands of sotto

            Printed from the program's own table; `sotto help` says the same. [clients.md](clients.md) shows them at \
            work, [records.md](records.md) what they print with `--json`.

            A **chat** is named by one word: `@bob` is somebody; `#` and the id or the name of an open conversation, \
            which the server can read, or the beginning of one; without a sign, the name of a chat that this device \
            has, or the beginning of one. A shell wants quotes around `#`. Where something is said, no name that \
            others chose decides who gets it: a word that may be a handle is that handle, whoever else begins so, \
            and an open conversation wants its `#`. A **person** is `@bob`, with or without the sign, or where this \
            device does not know the handle, `@` and the id of the account. A **number** is that of a line, as \
            `sotto history` shows it.

            Options may stand anywhere. `--` ends them.

            \(nouns.joined(separator: "\n\n"))

            ## Options of every command

            \(table(Option.common))

            A variable is `SOTTO_` and the option's name, or `SOTTO_CLIENT_` and its name where `sottod` has one of \
            that name. The option wins over it; a switch is on where it is set to anything but nothing or `0`. \
            Without `--data` an account is kept in `$XDG_DATA_HOME/sotto`, else in `~/.local/share/sotto`.

            ## Exit status

            | status | |
            |---|---|
            \(statuses.joined(separator: "\n"))

            """
    }

    private static func section(_ command: SottoCommand) -> String {
        let long = command.short == nil ? "" : " The same as `sotto \(command.name)`."
        let details = command.details.isEmpty ? "" : " " + command.details
        let options = command.options.isEmpty ? "" : "\n\n" + table(command.options)
        return """
            ### `sotto \(command.usage)`

            \(command.summary)\(details)\(long)\(options)

            ```
            \(command.examples.joined(separator: "\n"))
            ```
            """
    }

    private static func table(_ options: [Option]) -> String {
        let rows = options.map { (option) in
            let names = [option.letter, option.name].compactMap(\.self).joined(separator: "`, `")
            let value = option.value.map { " \($0)" } ?? ""
            return "| `\(names)\(value)` | \(cell(option.help)) |"
        }
        guard options.contains(where: { $0.variable != nil }) else {
            return (["| option | |", "|---|---|"] + rows).joined(separator: "\n")
        }
        let variables = options.map { (option) in " \(option.variable.map { "`\($0)`" } ?? "") |" }
        return (["| option | | variable |", "|---|---|---|"] + zip(rows, variables).map { $0 + $1 })
            .joined(separator: "\n")
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
