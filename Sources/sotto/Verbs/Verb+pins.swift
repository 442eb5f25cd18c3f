import Client
import Wire

extension Verb {
    static let pins = Verb(
        "pins", .conversations, usage: "pins [list | add NUMBER | remove NUMBER] --conversation ID",
        "Messages that an open conversation keeps in sight; NUMBER as `chat` shows it.", words: 0...2,
        options: [.init(name: "--conversation", value: "ID", help: "Whose messages.")]
    ) { (client, arguments, output) in
        guard let town = try conversation(arguments) else { throw arguments.misused }
        let words = arguments.words
        switch (words.first ?? "list", words.count) {
        case ("list", 0...1):
            for pin in try await client.chats.pins(of: town) {
                output.object("pin") { pin.write(fields: &$0) }
                output.say(text(of: pin.entry))
            }
        case ("add", 2):
            let seq = try seq(words[1])
            try await client.chats.pin(seq, of: town)
            tell("pinned", seq, of: town, output)
            output.say("Pinned.")
        case ("remove", 2):
            let seq = try seq(words[1])
            try await client.chats.unpin(seq, of: town)
            tell("unpinned", seq, of: town, output)
            output.say("Not pinned any more.")
        default: throw arguments.misused
        }
    }

    /// A message as it reads now.
    private static func text(of entry: LogEntry) -> String {
        let time = Output.time(entry.time)
        let author = String(entry.sender.account.description.prefix(8))
        guard case .message(let message) = entry.event, !message.isDeleted else {
            return "\(time)  #\(entry.seq) \(author): [deleted]"
        }
        return "\(time)  #\(entry.seq) \(author): \(Output.post(message.text, message.media))"
    }
}
