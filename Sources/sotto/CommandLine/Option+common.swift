/// The options that every command has.
extension Option {
    static let common: [Option] = [
        Option(name: "--server", value: "URL", help: "The server; needed to register and to link, then remembered."),
        Option(name: "--data", value: "FOLDER", help: "Where this account is kept."),
        Option(name: "--passphrase-file", value: "FILE", help: "Its first line opens, or seals, the folder."),
        Option(name: "--ca", value: "FILE", help: "Trust the certificates in this PEM file, and no others."),
        Option(name: "--server-name", value: "NAME", help: "How the server must call itself; else its host."),
        Option(name: "--insecure-http", help: "Let http go beyond this machine, where something else protects it."),
        Option(name: "--show-sender", help: "Tell the server who sends, also where the recipient lets it be hidden."),
        Option(name: "--json", help: "One JSON object a line: docs/records.md."),
        help,
        Option(name: "--version", help: "Print which version this is."),
    ]

    /// Of `chat`.
    static let plain = Option(
        name: "--plain", help: "Line by line, as for a screen reader, a pipe, or a terminal that is none.")

    static let help = Option(name: "--help", letter: "-h", help: "Print this.")

    /// Whether a variable turns a switch on.
    static func isOn(_ text: String?) -> Bool { text.map { !$0.isEmpty && $0 != "0" } ?? false }

    /// Those that a server's program has too, with variables of its own: there the variable says which is meant.
    private static let shared: Set<String> = ["--data", "--server-name"]
    /// Those that ask for something else in place of the command.
    private static let instead: Set<String> = ["--help", "--version"]

    /// The environment variable that stands in for an option that every command has, or that is said once for all:
    /// `SOTTO_` and its name, or `SOTTO_CLIENT_` and its name where `sottod` has one of that name. A switch is on where
    /// it is set to anything but nothing or `0`.
    var variable: String? {
        let all = Self.common + [.plain]
        guard all.contains(where: { $0.name == name }), !Self.instead.contains(name) else { return nil }
        let word = name.dropFirst(2).uppercased().replacing("-", with: "_")
        return Self.shared.contains(name) ? "SOTTO_CLIENT_\(word)" : "SOTTO_\(word)"
    }
}
