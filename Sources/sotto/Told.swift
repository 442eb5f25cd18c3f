import Wire

/// What happened in a conversation, as a sentence. Each event says it for itself, where the rest of it is shown.
protocol Told {
    /// - Parameters:
    ///   - seq: the number of its entry.
    ///   - sender: who did it, as people see it.
    func told(_ seq: SequenceNumber, by sender: String) -> String
}

extension ConversationEvent.Message: Told {
    func told(_ seq: SequenceNumber, by sender: String) -> String { "#\(seq) \(sender): \(shown)" }

    private var shown: String {
        guard !isDeleted else { return "[deleted]" }
        let files = media.map { "[media \($0)]" }
        let said = text.map { Output.harmless($0) } ?? (body == nil ? nil : "[sealed]")
        return ((said.map { [$0] } ?? []) + files).joined(separator: " ")
    }
}

extension ConversationEvent.MessageDeleted: Told {
    func told(_: SequenceNumber, by sender: String) -> String {
        "\(reason == nil ? "\(sender) deleted" : "Time is over for") #\(seq)."
    }
}

extension ConversationEvent.Created: Told {
    func told(_: SequenceNumber, by sender: String) -> String { "\(sender) created the conversation." }
}

extension ConversationEvent.MembersAdded: Told {
    func told(_: SequenceNumber, by sender: String) -> String { "\(sender) added \(accounts.count)." }
}

extension ConversationEvent.MemberRemoved: Told {
    func told(_: SequenceNumber, by sender: String) -> String { "A member is gone." }
}

extension ConversationEvent.RoleChanged: Told {
    func told(_: SequenceNumber, by sender: String) -> String { "A member is now \(role.rawValue)." }
}

extension ConversationImage: Told {
    func told(_: SequenceNumber, by sender: String) -> String {
        "\(sender) \(media == nil && sealedImage == nil ? "took the image away" : "changed the image")."
    }
}
