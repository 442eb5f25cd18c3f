/// A dm has exactly two members, a group a bounded number; a channel has many readers.
public enum ConversationKind: String, WireEnumeration {
    case dm, group, channel
    /// One of a later version.
    case later
}

/// Fixed when the conversation is created. There is no conversion.
public enum ConversationMode: String, WireEnumeration {
    /// The server sees sealed bodies only.
    case sealed
    /// Opt-in: the server may read, index and preview.
    case open
    /// One of a later version: who does not know who can read what is said there says nothing.
    case later
}

/// What a member may do, from most to least.
public enum Role: String, WireEnumeration, Comparable {
    case owner, admin, member
    /// One of a later version; what it may do the server knows.
    case later

    private var rank: Int {
        switch self {
        case .owner: 2
        case .admin: 1
        case .member, .later: 0
        }
    }

    public static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
}

/// Creates a conversation with its members in one step. The caller is the owner and is not listed.
public struct NewConversation: WireRecord, Equatable {
    public var kind: ConversationKind
    public var mode: ConversationMode = .sealed
    /// Open conversations only.
    public var name: String?
    /// Sealed conversations only: a ciphertext that the members can open.
    public var sealedName: [UInt8]?
    public var members: [AccountID]

    public init(fields: inout Fields<Self>) throws(WireError) {
        kind = try fields.value("kind", \.kind)
        mode = try fields.value("mode", \.mode, or: .sealed)
        name = try fields.textIfPresent("name", \.name, length: 1...Limits.nameLengthMax)
        sealedName = try fields.bytesIfPresent("sealedName", \.sealedName, count: 1...Limits.sealedNameByteCountMax)
        members = try fields.list("members", \.members, count: 0...Limits.membersMax)
    }
}

/// A conversation as one of its members sees it.
public struct ConversationView: WireRecord, Equatable {
    public static let name = "Conversation"
    public var conversation: ConversationID
    public var kind: ConversationKind
    public var mode: ConversationMode
    public var title: String?
    public var sealedName: [UInt8]?
    public var createdAt: Timestamp
    public var memberCount: UInt64
    public var role: Role
    /// For a dm: the other account.
    public var peer: AccountID?
    /// The newest entry's number; zero while there is none.
    public var head: SequenceNumber
    /// The last entry this account has read.
    public var checkpoint: SequenceNumber
    public var unread: UInt64
    /// The image of an open one, and of a sealed one as ciphertext.
    public var image: MediaID?
    public var sealedImage: [UInt8]?

    public init(fields: inout Fields<Self>) throws(WireError) {
        conversation = try fields.value("conversation", \.conversation)
        kind = try fields.value("kind", \.kind)
        mode = try fields.value("mode", \.mode)
        title = try fields.textIfPresent("name", \.title, length: 1...Limits.nameLengthMax)
        sealedName = try fields.bytesIfPresent("sealedName", \.sealedName, count: 1...Limits.sealedNameByteCountMax)
        createdAt = try fields.value("createdAt", \.createdAt)
        memberCount = try fields.number("memberCount", \.memberCount, in: 0...UInt64(1) << 53)
        role = try fields.value("role", \.role)
        peer = try fields.valueIfPresent("peer", \.peer)
        head = try fields.value("head", \.head)
        checkpoint = try fields.value("checkpoint", \.checkpoint)
        unread = try fields.number("unread", \.unread)
        image = try fields.valueIfPresent("image", \.image)
        sealedImage = try fields.bytesIfPresent("sealedImage", \.sealedImage, count: 1...Limits.sealedImageByteCountMax)
    }
}

/// One member as the others see it.
public struct MemberView: WireRecord, Equatable {
    public static let name = "Member"
    public var account: AccountID
    public var handle: Handle?
    public var role: Role
    public var joinedAt: Timestamp

    public init(fields: inout Fields<Self>) throws(WireError) {
        account = try fields.value("account", \.account)
        handle = try fields.valueIfPresent("handle", \.handle)
        role = try fields.value("role", \.role)
        joinedAt = try fields.value("joinedAt", \.joinedAt)
    }
}

/// Whom to add; those who are members already are refused.
public struct NewMembers: WireRecord, Equatable {
    public var accounts: [AccountID]

    public init(fields: inout Fields<Self>) throws(WireError) {
        accounts = try fields.list("accounts", \.accounts, count: 1...Limits.membersPerRequestMax)
    }
}

/// The role to give to a member.
public struct RoleChange: WireRecord, Equatable {
    public var role: Role

    public init(fields: inout Fields<Self>) throws(WireError) { role = try fields.value("role", \.role) }
}

/// How far this account has read. Never moves back.
public struct Checkpoint: WireRecord, Equatable {
    public var seq: SequenceNumber

    public init(fields: inout Fields<Self>) throws(WireError) { seq = try fields.value("seq", \.seq) }
}

/// Posts to a conversation: text, media or both where it is open, a sealed body where it is sealed.
public struct PostRequest: WireRecord, Equatable {
    public var clientID: ClientID
    public var text: String?
    public var body: [UInt8]?
    /// Open media of this conversation, of the account itself, complete, and of no other message.
    public var media: [MediaID]
    /// After so many seconds the message deletes itself.
    public var expiresIn: UInt64?

    public init(clientID: ClientID, text: String?, media: [MediaID] = [], expiresIn: UInt64? = nil) {
        self.clientID = clientID
        self.text = text
        self.media = media
        self.expiresIn = expiresIn
    }

    public init(clientID: ClientID, body: [UInt8], expiresIn: UInt64? = nil) {
        self.clientID = clientID
        self.body = body
        media = []
        self.expiresIn = expiresIn
    }

    public init(fields: inout Fields<Self>) throws(WireError) {
        clientID = try fields.value("clientId", \.clientID)
        // A text that is too long is told apart from a malformed one, so the parser lets it through to the verb.
        text = try fields.textIfPresent(
            "text", \.text, length: 1...Limits.textLengthMax, readLengthMax: Limits.messageByteCountMax)
        body = try fields.bytesIfPresent("body", \.body, count: 1...Limits.sealedBodyByteCountMax)
        media = try fields.listIfAny("media", \.media, countMax: Limits.mediaPerMessageMax)
        expiresIn = try fields.numberIfPresent("expiresIn", \.expiresIn, in: Limits.messageSeconds)
    }
}
