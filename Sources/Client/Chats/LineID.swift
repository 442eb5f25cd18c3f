public import Wire

/// Names one line for as long as it exists, whatever becomes of it: the same before and after the server has it.
public struct LineID: Hashable, Sendable {
    /// What tells it from the other lines of its chat.
    public enum Name: Hashable, Sendable {
        /// A message: whose it is, and what its author calls it on every device.
        case message(ClientID, by: AccountID)
        /// A line without a name of its own, or one that somebody points to: its number in the chat on this device.
        case number(UInt64)
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
    public init(_ chat: ChatID, number: UInt64) { self.init(chat, .number(number)) }
}
