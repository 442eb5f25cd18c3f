// What is said in a conversation, and that it is taken back.

extension ConversationEvent {
    /// Text and media in an open conversation, a sealed body in a sealed one.
    ///
    /// Once it is deleted, or its time is over, the entry stays as a tombstone: ``isDeleted``, and nothing of what it
    /// said.
    public struct Message: WireRecord, Equatable {
        public static let name = "MessageCreated"
        public var clientID: ClientID
        public var text: String?
        public var body: [UInt8]?
        /// Open media, at most ``Limits/mediaPerMessageMax``; they live as long as the message.
        public var media: [MediaID] = []
        /// When it deletes itself.
        public var expiresAt: Timestamp?
        /// Only the client id is left.
        public var isDeleted: Bool = false

        public init(fields: inout Fields<Self>) throws(WireError) {
            clientID = try fields.value("clientId", \.clientID)
            text = try fields.textIfPresent("text", \.text, length: 1...Limits.textLengthMax)
            body = try fields.bytesIfPresent("body", \.body, count: 1...Limits.sealedBodyByteCountMax)
            media = try fields.listIfAny("media", \.media, countMax: Limits.mediaPerMessageMax)
            expiresAt = try fields.valueIfPresent("expiresAt", \.expiresAt)
            isDeleted = try fields.flag("deleted", \.isDeleted)
        }

        /// What stays of it in the log.
        public var tombstone: Message { Message(clientID: clientID, text: nil, body: nil, isDeleted: true) }
    }

    /// From here on a message says nothing any more. The sender is who deleted it; the author, where its time was over.
    public struct MessageDeleted: WireRecord, Equatable {
        public var seq: SequenceNumber
        /// Absent where somebody deleted it.
        public var reason: DeletionReason?

        public init(fields: inout Fields<Self>) throws(WireError) {
            seq = try fields.value("seq", \.seq)
            reason = try fields.valueIfPresent("reason", \.reason)
        }
    }
}

/// Why a message deleted itself.
public enum DeletionReason: String, WireEnumeration {
    case expired
    /// One of a later version.
    case later
}

extension LogEntry {
    /// The entry as it is once its message is deleted; `nil` for what is no message.
    public var tombstone: LogEntry? {
        guard case .message(let message) = event else { return nil }
        var entry = self
        entry.event = .message(message.tombstone)
        return entry
    }

    /// The entry as it reads at a moment: a message whose time is over says nothing, swept or not.
    public func seen(at now: Timestamp) -> LogEntry {
        guard case .message(let message) = event, let end = message.expiresAt, end <= now else { return self }
        return tombstone ?? self
    }
}
