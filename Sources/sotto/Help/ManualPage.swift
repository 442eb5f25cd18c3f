import Client
import Wire

/// The manual, in the language of `man`, from the table of commands.
enum ManualPage {
    static var text: String {
        let nouns = Help.nouns.flatMap { (noun, about) in
            [".SS \(escaped(about))"] + Help.commands(of: noun).flatMap(entry)
        }
        return ([
            ".TH SOTTO 1 \"\" \"sotto \(Release.version)\" \"User Commands\"",
            ".SH NAME", "sotto \\- messages that only their recipients can read",
            ".SH SYNOPSIS", ".B sotto", ".I NOUN VERB", "[words and options]",
            ".SH DESCRIPTION",
            escaped(
                "Sends and receives end-to-end encrypted messages through a Sotto server. A chat is named by one word: "
                    + "@bob is somebody, #Town an open conversation, which the server can read; without a sign, the "
                    + "name of a chat that is here, or the beginning of one."),
            ".SH COMMANDS",
        ] + nouns + [".SH OPTIONS OF EVERY COMMAND"] + Option.common.flatMap(entry) + [
            ".SH EXIT STATUS",
        ] + ExitStatus.allCases.flatMap { [".TP", ".B \($0.rawValue)", escaped($0.meaning)] } + [
            ".SH FILES", ".TP", ".I ~/.local/share/sotto",
            escaped("Where the account is kept unless --data says otherwise; under $XDG_DATA_HOME where that is set."),
            ".SH SEE ALSO",
            escaped("docs/clients.md; docs/records.md for --json; docs/chat-screen.md for the keys of chat."),
        ]).joined(separator: "\n")
    }

    private static func entry(_ command: SottoCommand) -> [String] {
        let long = command.short.map { (_) in [".br", "The same as", ".BR \"sotto \(escaped(command.name))\" ."] } ?? []
        let details = command.details.isEmpty ? [] : [".IP", escaped(command.details)]
        let options = command.options.flatMap { (option) in
            [".RS", ".TP", ".B \(escaped(typed(option)))", escaped(option.help), ".RE"]
        }
        let examples = command.examples.isEmpty
            ? [] : [".IP", ".nf"] + command.examples.map { ".B \(escaped($0))" } + [".fi"]
        return [".TP", ".B sotto \(escaped(command.usage))", escaped(command.summary)] + long + details + options
            + examples
    }

    private static func entry(_ option: Option) -> [String] {
        [".TP", ".B \(escaped(typed(option)))", escaped(Help.help(of: option))]
    }

    private static func typed(_ option: Option) -> String {
        [option.letter, option.name].compactMap(\.self).joined(separator: ", ") + (option.value.map { " \($0)" } ?? "")
    }

    /// Text in which no letter means anything to `man`.
    private static func escaped(_ text: String) -> String {
        let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
    }
}
