import Client
import Wire

/// The transcript that this device keeps.
extension Verb {
    static let history = Verb(
        "history", .messages, usage: "history [--with HANDLE] [--after INDEX] [--limit N]",
        "Print the transcript that this device keeps.", words: 0...0,
        options: [
            .init(name: "--with", value: "HANDLE", help: "Only what was said with that account."),
            .init(name: "--after", value: "INDEX", help: "Only entries after that one."),
            .init(name: "--limit", value: "N", help: "At most so many; 1000."),
        ]
    ) { (client, arguments, output) in
        let peer = try arguments.values["--with"].map { (text) throws(UsageError) in try handle(text) }
        var index = try arguments.number("--after") ?? 0
        var left = try arguments.number("--limit") ?? 1000
        while left > 0 {
            let page = try await client.history(after: index, limit: 200)
            guard let last = page.last else { return }
            index = last.index
            for entry in page where left > 0 && (peer == nil || entry.peerHandle == peer) {
                output.entry(entry)
                left -= 1
            }
        }
    }

    static let report = Verb(
        "report", .messages, usage: "report INDEX",
        "Show one message that came to whoever runs the server; INDEX as in `history --json`.", words: 1...1
    ) { (client, arguments, output) in
        let receipt = try await client.report(message: try index(arguments))
        output.object("reported") { receipt.write(fields: &$0) }
        output.say("Reported. Whoever runs the server can read this message now, and no other.")
    }

    static func index(_ arguments: Arguments) throws(UsageError) -> UInt64 {
        guard let index = arguments.words.first.flatMap({ UInt64($0) }) else {
            throw UsageError(message: "A message is named by its index, as sotto history --json shows it.")
        }
        return index
    }
}
