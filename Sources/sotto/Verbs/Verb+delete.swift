import Client
import Wire

/// Taking back what was said.
extension Verb {
    static let delete = Verb(
        "delete", .messages, usage: "delete HANDLE NUMBER [--for-me] | delete --conversation ID NUMBER",
        "Take back a message for everybody; a received one, here alone. NUMBER as `history` or `chat` shows it.",
        words: 1...2,
        options: [
            .init(name: "--for-me", help: "Leave the others' copies of an own message as they are."),
            .init(name: "--conversation", value: "ID", help: "Delete what was posted there, with its media."),
        ]
    ) { (client, arguments, output) in
        if let conversation = try conversation(arguments) {
            return try await deletePost(from: conversation, client, arguments, output)
        }
        let isForMe = arguments.switches.contains("--for-me")
        let line = try await client.chats.delete(try await line(arguments.words[...], client), forMeOnly: isForMe)
        let other = await other(line, client)
        output.object("removed") { Output.write(line, with: other, to: &$0) }
        let isForAll = line.author.isOwn && !isForMe
        output.say(isForAll ? "Deleted." : "Deleted on this device; the others' copies are as they were.")
    }

    private static func deletePost(
        from conversation: ConversationID, _ client: Account, _ arguments: Arguments, _ output: Output
    ) async throws {
        guard !arguments.switches.contains("--for-me") else {
            throw UsageError(message: "What was posted to a conversation is deleted for everybody, not --for-me.")
        }
        guard arguments.words.count == 1 else { throw arguments.misused }
        let seq = try seq(arguments.words[0])
        try await client.chats.delete(LineID(.conversation(conversation), number: seq.rawValue))
        tell("deleted", seq, of: conversation, output)
        output.say("Deleted for everybody.")
    }

    /// What was done to a message of a conversation.
    static func tell(_ event: String, _ seq: SequenceNumber, of conversation: ConversationID, _ output: Output) {
        output.object(event) { (writer) in
            writer.put("conversation", conversation)
            writer.put("seq", seq)
        }
    }

    /// The number of a message in its conversation, as `chat` prints it, and as `chat --json` does.
    static func seq(_ word: String) throws(UsageError) -> SequenceNumber {
        guard let seq = UInt64(word.hasPrefix("#") ? String(word.dropFirst()) : word) else {
            throw UsageError(message: "A message of a conversation is named by its number, as sotto chat shows it.")
        }
        return SequenceNumber(seq)
    }

    /// What `--conversation` names.
    static func conversation(_ arguments: Arguments) throws(UsageError) -> ConversationID? {
        guard let text = arguments.values["--conversation"] else { return nil }
        guard let id = ConversationID(text: text) else {
            throw UsageError(message: "--conversation takes an id of 22 characters.")
        }
        return id
    }
}
