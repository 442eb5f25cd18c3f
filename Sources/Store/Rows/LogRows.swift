public import Wire

// What goes into the log, and what the log gives for it.

/// A pairwise send on its way into the log: one row, however many devices it is for.
public struct EnvelopeDraft: Sendable {
    /// One recipient's ciphertext.
    public struct Copy: Sendable {
        /// Whose queue it goes to.
        public var recipient: DeviceAddress
        /// The ciphertext.
        public var body: [UInt8]

        public init(recipient: DeviceAddress, body: [UInt8]) {
            self.recipient = recipient
            self.body = body
        }
    }

    /// When it was accepted.
    public var time: Timestamp
    /// Absent when the sender is sealed; then nothing is remembered by client id either.
    public var sender: DeviceAddress?
    public var clientID: ClientID
    public var kind: EnvelopeKind
    public var isUrgent: Bool
    /// The dm it counts in, where there is one: takes the next seq, but leaves no entry to page through.
    public var conversation: ConversationID?
    /// What the sender commits to, 32 bytes.
    public var commitment: [UInt8]?
    /// At most ``Limits/devicesPerSendMax``; may be empty (an account writing to its own only device).
    public var copies: [Copy]

    public init(
        time: Timestamp, sender: DeviceAddress?, clientID: ClientID, kind: EnvelopeKind, isUrgent: Bool,
        conversation: ConversationID?, commitment: [UInt8]? = nil, copies: [Copy]
    ) {
        self.time = time
        self.sender = sender
        self.clientID = clientID
        self.kind = kind
        self.isUrgent = isUrgent
        self.conversation = conversation
        self.commitment = commitment
        self.copies = copies
    }
}

/// What the log gave a send.
public struct AppendedEnvelopes: Sendable, Equatable {
    public var id: MessageID
    public var seq: SequenceNumber?
    /// One for each copy, in the draft's order.
    public var numbers: [QueueNumber]

    public init(id: MessageID, seq: SequenceNumber?, numbers: [QueueNumber]) {
        self.id = id
        self.seq = seq
        self.numbers = numbers
    }
}

/// A change of a conversation on its way into the log.
public struct EntryDraft: Sendable {
    public var time: Timestamp
    public var conversation: ConversationID
    public var sender: DeviceAddress
    /// Present for posts, which are stored once however often they are sent.
    public var clientID: ClientID?
    public var event: ConversationEvent

    public init(
        time: Timestamp, conversation: ConversationID, sender: DeviceAddress, clientID: ClientID?,
        event: ConversationEvent
    ) {
        self.time = time
        self.conversation = conversation
        self.sender = sender
        self.clientID = clientID
        self.event = event
    }
}

/// What the log gave an entry.
public struct AppendedEntry: Sendable, Equatable {
    public var id: MessageID
    public var seq: SequenceNumber

    public init(id: MessageID, seq: SequenceNumber) {
        self.id = id
        self.seq = seq
    }
}

/// Where a message stands.
public struct MessagePlace: Sendable, Hashable {
    public var conversation: ConversationID
    public var seq: SequenceNumber

    public init(conversation: ConversationID, seq: SequenceNumber) {
        self.conversation = conversation
        self.seq = seq
    }
}

/// What an earlier send with the same client id was given.
public struct AcceptedRow: Sendable, Equatable {
    public var id: MessageID
    public var time: Timestamp
    public var conversation: ConversationID?
    public var seq: SequenceNumber?

    public init(id: MessageID, time: Timestamp, conversation: ConversationID?, seq: SequenceNumber?) {
        self.id = id
        self.time = time
        self.conversation = conversation
        self.seq = seq
    }
}

/// Which part of a conversation's log is asked for.
public enum LogRange: Sendable, Equatable {
    case before(SequenceNumber)
    case after(SequenceNumber)
    /// As many on either side as fit.
    case around(SequenceNumber)
    case newest
}
