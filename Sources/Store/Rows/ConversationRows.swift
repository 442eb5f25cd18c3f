package import SQLite
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
    /// The store's own number for it, never given twice. Whatever a new row or a changed one says counts for nothing.
    package var number: Int64 = 0

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
    /// Who made it a member, and has the row on its account; the one who made the conversation its own.
    public var addedBy: AccountID

    public init(
        conversation: ConversationID, account: AccountID, role: Role, joinedAt: Timestamp, checkpoint: SequenceNumber,
        addedBy: AccountID
    ) {
        self.conversation = conversation
        self.account = account
        self.role = role
        self.joinedAt = joinedAt
        self.checkpoint = checkpoint
        self.addedBy = addedBy
    }
}

extension ConversationRow: StoredRow {
    package static let table = Table(
        "conversation", "Conversations as they are now: what their logs say comes to.", key: 1,
        Column("conversation", \.conversation, .id),
        Column("number", \.number, .id, "the store's own, never reused"),
        Column("kind", \.kind, .counter, "dm, group or channel"),
        Column("mode", \.mode, .counter, "sealed or open"),
        Column("title", \.title, .openText, "of open conversations only"),
        Column("sealed_name", \.sealedName, .sealed),
        Column("created_at", \.createdAt, .time),
        Column("member_count", \.memberCount, .counter),
        Column("first", \.pair?.first, .id, "of a dm's account"),
        Column("second", \.pair?.second, .id, "of a dm's other account")
    ) { (conversation, number, kind, mode, title, sealedName, createdAt, count, first, second) -> ConversationRow? in
        guard (first == nil) == (second == nil) else { return nil }
        var row = ConversationRow(
            conversation: conversation, kind: kind, mode: mode, title: title, sealedName: sealedName,
            createdAt: createdAt, memberCount: count, pair: first.flatMap { (one) in second.map { DMPair(one, $0) } })
        row.number = number
        return row
    }

    package static let byID = Lookup(\ConversationRow.conversation)
    package static let byNumber = Lookup(\ConversationRow.number)
    package static let byPair = Lookup(\ConversationRow.pair?.first, \.pair?.second)
    package static let indexes: [any RowIndex] = [byID, byNumber, byPair]
    package static let erasure = Erasure.stays("the other account of a dm keeps it")
}

extension MemberRow: TableRow {
    package static let table = Table(
        "member", "Who is in which conversation.", key: 2,
        Column("conversation", \.conversation, .id),
        Column("account", \.account, .id),
        Column("role", \.role, .counter, "owner, admin or member"),
        Column("joined_at", \.joinedAt, .time),
        Column("checkpoint", \.checkpoint, .counter, "the last seq read"),
        Column("added_by", \.addedBy, .id, "the account that made it a member; its own where that is gone")
    ) { MemberRow(conversation: $0, account: $1, role: $2, joinedAt: $3, checkpoint: $4, addedBy: $5) }

    package static let byID = Lookup(\MemberRow.conversation, \.account)
    package static let ofConversation = Index(within: \MemberRow.conversation, by: \.account)
    package static let ofRole = Index(within: \MemberRow.conversation, \.role, by: \.account)
    package static let ofAccount = Index(within: \MemberRow.account, by: \.conversation)
    package static let ofAdder = Index(within: \MemberRow.addedBy, by: \.conversation)
    package static let indexes: [any RowIndex] = [byID, ofConversation, ofRole, ofAccount, ofAdder]
    package static let erasure = Erasure.along(with: "the leaving of each conversation, which its log tells")
    package static let owners = [Owner(\MemberRow.conversation, ConversationRow.byID)]

    package var cacheNames: [CachedRow] { [.member(account, conversation)] }
    package static let isCached = true
}
