public import Wire

// What the tables hold. Keys and payloads are Wire's; nothing here is encoded for an engine.

public struct AccountRow: Sendable, Equatable {
    public var account: AccountID
    public var handle: Handle
    public var identity: IdentityPayload
    public var createdAt: Timestamp
    /// The signed list's epoch and signature; its entries are the ``DeviceRow``s.
    public var listEpoch: UInt64
    public var listSignature: [UInt8]
    /// The number the next device gets. Numbers are never given twice.
    public var nextDevice: DeviceID

    public init(
        account: AccountID, handle: Handle, identity: IdentityPayload, createdAt: Timestamp, listEpoch: UInt64,
        listSignature: [UInt8], nextDevice: DeviceID
    ) {
        self.account = account
        self.handle = handle
        self.identity = identity
        self.createdAt = createdAt
        self.listEpoch = listEpoch
        self.listSignature = listSignature
        self.nextDevice = nextDevice
    }
}

public struct DeviceRow: Sendable, Equatable {
    public var address: DeviceAddress
    public var registrationID: RegistrationID
    public var identity: IdentityPayload
    public var linkedAt: Timestamp
    public var lastSeenDay: Timestamp?

    public init(
        address: DeviceAddress, registrationID: RegistrationID, identity: IdentityPayload, linkedAt: Timestamp,
        lastSeenDay: Timestamp?
    ) {
        self.address = address
        self.registrationID = registrationID
        self.identity = identity
        self.linkedAt = linkedAt
        self.lastSeenDay = lastSeenDay
    }
}

/// A token as the server keeps it: by its hash.
public struct TokenRow: Sendable, Equatable {
    public enum Kind: String, Sendable { case access, refresh }

    /// SHA-256 of the token, 32 bytes.
    public var hash: [UInt8]
    public var kind: Kind
    public var address: DeviceAddress
    public var expiresAt: Timestamp
    /// Shared by all tokens that descend from one login, so that a stolen refresh token ends them together.
    public var family: SixteenBytes
    /// A refresh token that was used. It stays until it expires, to notice that somebody uses it again.
    public var isSpent: Bool

    public init(
        hash: [UInt8], kind: Kind, address: DeviceAddress, expiresAt: Timestamp, family: SixteenBytes, isSpent: Bool
    ) {
        self.hash = hash
        self.kind = kind
        self.address = address
        self.expiresAt = expiresAt
        self.family = family
        self.isSpent = isSpent
    }
}

/// The prekeys of a device that are replaced rather than used up.
public struct StandingPreKeys: Sendable, Equatable {
    public var signedPreKey: SignedPreKeyPayload
    public var lastResortPreKey: SignedPreKeyPayload?
    public var kemLastResortPreKey: KEMPreKeyPayload?

    public init(
        signedPreKey: SignedPreKeyPayload, lastResortPreKey: SignedPreKeyPayload?,
        kemLastResortPreKey: KEMPreKeyPayload?
    ) {
        self.signedPreKey = signedPreKey
        self.lastResortPreKey = lastResortPreKey
        self.kemLastResortPreKey = kemLastResortPreKey
    }
}

/// An invitation to register, kept by its hash.
public struct InviteRow: Sendable, Equatable {
    /// SHA-256 of the code, 32 bytes.
    public var hash: [UInt8]
    public var usesLeft: UInt64
    public var expiresAt: Timestamp

    public init(hash: [UInt8], usesLeft: UInt64, expiresAt: Timestamp) {
        self.hash = hash
        self.usesLeft = usesLeft
        self.expiresAt = expiresAt
    }
}

public struct ConversationRow: Sendable, Equatable {
    public var conversation: ConversationID
    public var kind: ConversationKind
    public var mode: ConversationMode
    public var title: String?
    public var sealedName: [UInt8]?
    public var createdAt: Timestamp
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

    public init(_ one: AccountID, _ other: AccountID) {
        let isOrdered = (one.bytes.high, one.bytes.low) <= (other.bytes.high, other.bytes.low)
        first = isOrdered ? one : other
        second = isOrdered ? other : one
    }
}

public struct MemberRow: Sendable, Equatable {
    public var conversation: ConversationID
    public var account: AccountID
    public var role: Role
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

/// A pairwise send on its way into the log: one row, however many devices it is for.
public struct EnvelopeDraft: Sendable {
    public struct Copy: Sendable {
        public var recipient: DeviceAddress
        public var body: [UInt8]

        public init(recipient: DeviceAddress, body: [UInt8]) {
            self.recipient = recipient
            self.body = body
        }
    }

    public var time: Timestamp
    /// Absent when the sender is sealed; then there is no idempotency either.
    public var sender: DeviceAddress?
    public var clientID: ClientID
    public var kind: EnvelopeKind
    public var isUrgent: Bool
    /// The dm it counts in, where there is one: takes the next seq, but leaves no entry to page through.
    public var conversation: ConversationID?
    /// At most ``Limits/devicesPerSendMax``; may be empty (an account writing to its own only device).
    public var copies: [Copy]

    public init(
        time: Timestamp, sender: DeviceAddress?, clientID: ClientID, kind: EnvelopeKind, isUrgent: Bool,
        conversation: ConversationID?, copies: [Copy]
    ) {
        self.time = time
        self.sender = sender
        self.clientID = clientID
        self.kind = kind
        self.isUrgent = isUrgent
        self.conversation = conversation
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

/// An HTTP reply kept for its idempotency key.
public struct SavedReply: Sendable, Equatable {
    /// SHA-256 of method, path and body of the request it answered, 32 bytes.
    public var requestDigest: [UInt8]
    public var status: UInt64
    /// The reply's record, in CBOR.
    public var body: [UInt8]
    public var expiresAt: Timestamp

    public init(requestDigest: [UInt8], status: UInt64, body: [UInt8], expiresAt: Timestamp) {
        self.requestDigest = requestDigest
        self.status = status
        self.body = body
        self.expiresAt = expiresAt
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
