import Client
import Wire

/// Taking back what was said.
extension Verb {
    static func delete(_ client: Client, _ arguments: Arguments, _ output: Output) async throws {
        if let conversation = try conversation(arguments) {
            return try await delete(from: conversation, client, arguments, output)
        }
        let isForMe = arguments.switches.contains("--for-me")
        let line = try await client.delete(try index(arguments), forMeOnly: isForMe)
        output.object("removed") { line.write(fields: &$0) }
        let isForAll = (line.kind == .sent || line.kind == .synced) && !isForMe
        output.say(isForAll ? "Deleted." : "Deleted on this device; the others' copies are as they were.")
    }

    private static func delete(
        from conversation: ConversationID, _ client: Client, _ arguments: Arguments, _ output: Output
    ) async throws {
        guard !arguments.switches.contains("--for-me") else {
            throw UsageError(message: "What was posted to a conversation is deleted for everybody, not --for-me.")
        }
        // As `chat` prints it, and as `chat --json` does.
        let word = arguments.words.first.map { $0.hasPrefix("#") ? String($0.dropFirst()) : $0 }
        guard let seq = word.flatMap({ UInt64($0) }) else {
            throw UsageError(message: "A message of a conversation is named by its number, as sotto chat shows it.")
        }
        try await client.deletePost(SequenceNumber(seq), of: conversation)
        output.object("deleted") { (writer) in
            writer.put("conversation", conversation)
            writer.put("seq", SequenceNumber(seq))
        }
        output.say("Deleted for everybody.")
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
