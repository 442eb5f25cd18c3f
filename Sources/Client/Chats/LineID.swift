public import Wire

/// Names one line for as long as it exists, whatever becomes of it: the same before and after the server has it.
public struct LineID: Hashable, Sendable {
    /// What tells it from the other lines of its chat.
    public enum Name: Hashable, Sendable {
        /// A message: whose it is, and what its author calls it on every device.
        case message(ClientID, by: AccountID)
        /// A line without a name of its own, or one that somebody points to: its number in the chat on this device.
        case number(SequenceNumber)
    }

    /// Where it is.
    public let chat: ChatID
    /// Which of its lines.
    public let name: Name

    /// The line of a chat that has that name.
    public init(_ chat: ChatID, _ name: Name) {
        self.chat = chat
        self.name = name
    }

    /// The line with that number.
    public init(_ chat: ChatID, number: SequenceNumber) { self.init(chat, .number(number)) }
}

extension LineID: CustomStringConvertible {
    /// The chat, `/`, and its name: the number, or author and name of the message with `.` between. For notifications,
    /// links and drafts.
    public var description: String {
        switch name {
        case .number(let number): "\(chat)/\(number)"
        case .message(let message, by: let author): "\(chat)/\(author).\(message)"
        }
    }

    /// `nil` unless `text` is what ``description`` gives.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let chat = ChatID(text: parts[0]) else { return nil }
        let words = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        if words.count == 2 {
            guard let author = AccountID(text: words[0]), let message = ClientID(text: words[1]) else { return nil }
            self.init(chat, .message(message, by: author))
        } else {
            guard let number = UInt64(words[0]), "\(number)" == words[0] else { return nil }
            self.init(chat, number: SequenceNumber(number))
        }
    }
}

extension LineID: Codable {
    /// Reads what ``description`` gives.
    /// - Throws: `DecodingError` for anything else.
    public init(from decoder: any Decoder) throws {
        self = try decoder.name { LineID(text: $0) }
    }

    /// Writes ``description``.
    /// - Throws: what the encoder does.
    public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
