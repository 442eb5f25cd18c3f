public import Wire

// Conversations and who is in them.

/// A conversation's state: a projection of its log.
public struct ConversationRow: Sendable, Equatable {
    /// Which one it is.
    public var conversation: ConversationID
    /// Two people, a group or a channel.
    public var kind: ConversationKind
    /// Sealed or open, for ever.
    public var mode: ConversationMode
    /// The name of an open one.
    public var title: String?
    /// The name of a sealed one, as ciphertext.
    public var sealedName: [UInt8]?
    /// When it was created.
    public var createdAt: Timestamp
    /// How many ``MemberRow``s it has.
    public var memberCount: UInt64
    /// The two accounts of a dm, smaller first by ``DMPair``. Unique among conversations.
    public var pair: DMPair?

    public init(
        conversation: ConversationID, kind: ConversationKind, mode: ConversationMode, title: String?,
        sealedName: [UInt8]?, createdAt: Timestamp, memberCount: UInt64, pair: DMPair?
    ) {
        self.conversation = conversation
        self.kind = kind
        self.mode = mode
        self.title = title
        self.sealedName = sealedName
        self.createdAt = createdAt
        self.memberCount = memberCount
        self.pair = pair
    }
}

/// Two accounts in an order that does not depend on who asks.
public struct DMPair: Sendable, Hashable {
    public let first: AccountID
    public let second: AccountID

    /// The same pair, whichever comes first.
    public init(_ one: AccountID, _ other: AccountID) {
        let isOrdered = (one.bytes.high, one.bytes.low) <= (other.bytes.high, other.bytes.low)
        first = isOrdered ? one : other
        second = isOrdered ? other : one
    }
}

/// An account's place in a conversation.
public struct MemberRow: Sendable, Equatable {
    /// Where.
    public var conversation: ConversationID
    /// Who.
    public var account: AccountID
    /// What it may do.
    public var role: Role
    /// When it was added.
    public var joinedAt: Timestamp
    /// The last entry the account has read; zero before the first.
    public var checkpoint: SequenceNumber

    public init(
        conversation: ConversationID, account: AccountID, role: Role, joinedAt: Timestamp, checkpoint: SequenceNumber
    ) {
        self.conversation = conversation
        self.account = account
        self.role = role
        self.joinedAt = joinedAt
        self.checkpoint = checkpoint
    }
}
