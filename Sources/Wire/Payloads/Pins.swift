// Messages that a conversation keeps in sight. docs/protocol/conversations.md, Pins

extension Limits {
    /// Messages that one conversation keeps in sight.
    public static let pinsMax = 100
}

/// A message that is pinned.
public struct PinView: WireRecord, Equatable {
    /// As it reads now.
    public var entry: LogEntry
    public var pinnedBy: AccountID
    public var pinnedAt: Timestamp

    public init(fields: inout Fields<Self>) throws(WireError) {
        entry = try fields.value("entry", \.entry)
        pinnedBy = try fields.value("pinnedBy", \.pinnedBy)
        pinnedAt = try fields.value("pinnedAt", \.pinnedAt)
    }
}

extension ConversationEvent {
    /// A message was pinned, or is not pinned any more. The deletion of a message takes its pin away without this.
    public struct MessagePin: WireRecord, Equatable {
        public var seq: SequenceNumber
        /// Absent where it was taken away.
        public var isPinned: Bool = false

        public init(fields: inout Fields<Self>) throws(WireError) {
            seq = try fields.value("seq", \.seq)
            isPinned = try fields.flag("pinned", \.isPinned)
        }
    }
}
