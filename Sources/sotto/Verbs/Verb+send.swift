import Client
import Wire

/// Saying something: sealed to an account, or open in a conversation.
extension Verb {
    static let send = Verb(
        "send", .messages,
        usage: "send HANDLE TEXT | send HANDLE [TEXT] --file FILE [--type TYPE] | send --resume"
            + " | send HANDLE --cancel NUMBER | send --conversation ID [TEXT] [--file FILE]",
        "Send a sealed message and wait until the server has it; TEXT `-` reads standard input.", words: 0...2,
        options: [
            .init(name: "--file", value: "FILE", help: "Seal it, upload it, and point to it."),
            .init(name: "--type", value: "TYPE", help: "Its media type, as you say."),
            .init(name: "--resume", help: "Go on with everything that waits to be sent."),
            .init(name: "--cancel", value: "NUMBER", help: "Give up the file that waits at that line."),
            .init(name: "--no-preview", help: "Send an image without the small picture that shows it."),
            .init(name: "--expires", value: "TIME", help: "Disappear after 30s, 5m, 1h, 7d; 5s to 28d."),
            .init(name: "--conversation", value: "ID", help: "Post it there, where the server can see it."),
        ]
    ) { (client, arguments, output) in
        if let conversation = try conversation(arguments) {
            return try await post(to: conversation, client, arguments, output)
        }
        if arguments.words.isEmpty { return try await sendWaiting(client, arguments, output) }
        if let number = try arguments.number("--cancel") {
            return try await cancelFile(client, arguments, number, output)
        }
        let handle = try handle(arguments.words[0])
        if let path = arguments.values["--file"] {
            return try await sendFile(path, to: handle, client, arguments, output)
        }
        guard arguments.words.count == 2 else { throw arguments.misused }
        let said = try text(arguments.words[1])
        let expiresIn = try arguments.duration("--expires")
        let line = try await saying(to: handle, client, output) {
            try await client.chats.send(said, to: handle, expiresIn: expiresIn)
        }
        output.accepted(line, with: handle)
    }

    /// What a word says; `-` is standard input.
    private static func text(_ word: String) throws -> String {
        word == "-" ? try Input.everything(byteCountMax: 4 * Limits.textLengthMax) : word
    }

    /// `send` to an open conversation, whose server can read it.
    private static func post(
        to conversation: ConversationID, _ client: Account, _ arguments: Arguments, _ output: Output
    ) async throws {
        guard arguments.words.count <= 1 else { throw arguments.misused }
        let said = try arguments.words.first.map { try text($0) } ?? ""
        let expiresIn = try arguments.duration("--expires")
        let chat = ChatID.conversation(conversation)
        let line = try await saying(to: "--conversation \(conversation)", client, output, in: { chat }) {
            guard let path = arguments.values["--file"] else {
                return try await client.chats.send(said, to: chat, expiresIn: expiresIn)
            }
            let file = OutgoingFile(path: path, caption: said, expiresIn: expiresIn)
            return try await client.chats.send(file, to: chat) { output.progress("Uploaded", $0) }
        }
        output.object("accepted") { Output.write(line, with: nil, to: &$0) }
        output.say("Posted as #\(line.number).")
    }
}
