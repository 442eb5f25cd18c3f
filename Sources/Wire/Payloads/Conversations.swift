/// A dm has exactly two members, a group a bounded number; a channel has many readers.
public enum ConversationKind: String, WireEnumeration { case dm, group, channel }

/// Fixed when the conversation is created. There is no conversion.
public enum ConversationMode: String, WireEnumeration {
    /// The server sees sealed bodies only.
    case sealed
    /// Opt-in: the server may read, index and preview.
    case open
}

/// What a member may do, from most to least.
public enum Role: String, WireEnumeration, Comparable {
    case owner, admin, member

    private var rank: Int {
        switch self {
        case .owner: 2
        case .admin: 1
        case .member: 0
        }
    }

    public static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
}

/// Creates a conversation with its members in one step. The caller is the owner and is not listed.
public struct NewConversation: WireRecord, Equatable {
    public var kind: ConversationKind
    public var mode: ConversationMode
    /// Open conversations only.
    public var name: String?
    /// Sealed conversations only: a ciphertext that the members can open.
    public var sealedName: [UInt8]?
    public var members: [AccountID]

    public init(
        kind: ConversationKind, mode: ConversationMode = .sealed, name: String? = nil, sealedName: [UInt8]? = nil,
        members: [AccountID]
    ) {
        self.kind = kind
        self.mode = mode
        self.name = name
        self.sealedName = sealedName
        self.members = members
    }

    public init(fields: inout Fields) throws(WireError) {
        kind = try fields.value("kind")
        mode = try fields.valueIfPresent("mode") ?? .sealed
        name = try fields.textIfPresent("name", length: 1...Limits.nameLengthMax)
        sealedName = try fields.bytesIfPresent("sealedName", count: 1...Limits.sealedNameByteCountMax)
        members = try fields.list("members", count: 0...Limits.membersMax)
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("kind", kind)
        writer.put("mode", mode)
        writer.put("name", text: name)
        writer.put("sealedName", bytes: sealedName)
        writer.put("members", list: members)
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

    public init(
        conversation: ConversationID, kind: ConversationKind, mode: ConversationMode, title: String?,
        sealedName: [UInt8]?, createdAt: Timestamp, memberCount: UInt64, role: Role, peer: AccountID?,
        head: SequenceNumber, checkpoint: SequenceNumber, unread: UInt64, image: MediaID? = nil,
        sealedImage: [UInt8]? = nil
    ) {
        self.conversation = conversation
        self.kind = kind
        self.mode = mode
        self.title = title
        self.sealedName = sealedName
        self.createdAt = createdAt
        self.memberCount = memberCount
        self.role = role
        self.peer = peer
        self.head = head
        self.checkpoint = checkpoint
        self.unread = unread
        self.image = image
        self.sealedImage = sealedImage
    }

    public init(fields: inout Fields) throws(WireError) {
        conversation = try fields.value("conversation")
        kind = try fields.value("kind")
        mode = try fields.value("mode")
        title = try fields.textIfPresent("name", length: 1...Limits.nameLengthMax)
        sealedName = try fields.bytesIfPresent("sealedName", count: 1...Limits.sealedNameByteCountMax)
        createdAt = try fields.value("createdAt")
        memberCount = try fields.number("memberCount", in: 0...1_000_000)
        role = try fields.value("role")
        peer = try fields.valueIfPresent("peer")
        head = try fields.value("head")
        checkpoint = try fields.value("checkpoint")
        unread = try fields.number("unread")
        image = try fields.valueIfPresent("image")
        sealedImage = try fields.bytesIfPresent("sealedImage", count: 1...Limits.sealedImageByteCountMax)
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("conversation", conversation)
        writer.put("kind", kind)
        writer.put("mode", mode)
        writer.put("name", text: title)
        writer.put("sealedName", bytes: sealedName)
        writer.put("createdAt", createdAt)
        writer.put("memberCount", number: memberCount)
        writer.put("role", role)
        writer.put("peer", peer)
        writer.put("head", head)
        writer.put("checkpoint", checkpoint)
        writer.put("unread", number: unread)
        writer.put("image", image)
        writer.put("sealedImage", bytes: sealedImage)
    }
}

/// A page of a list; `next` is an opaque cursor, absent on the last page.
public struct ConversationPage: WireRecord, Equatable {
    public var items: [ConversationView]
    public var next: String?

    public init(items: [ConversationView], next: String?) {
        self.items = items
        self.next = next
    }

    public init(fields: inout Fields) throws(WireError) {
        items = try fields.list("items", count: 0...Limits.pageItemsMax)
        next = try fields.textIfPresent("next", length: 1...200)
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("items", list: items)
        writer.put("next", text: next)
    }
}

/// One member as the others see it.
public struct MemberView: WireRecord, Equatable {
    public static let name = "Member"
    public var account: AccountID
    public var handle: Handle?
    public var role: Role
    public var joinedAt: Timestamp

    public init(account: AccountID, handle: Handle?, role: Role, joinedAt: Timestamp) {
        self.account = account
        self.handle = handle
        self.role = role
        self.joinedAt = joinedAt
    }

    public init(fields: inout Fields) throws(WireError) {
        account = try fields.value("account")
        handle = try fields.valueIfPresent("handle")
        role = try fields.value("role")
        joinedAt = try fields.value("joinedAt")
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("account", account)
        writer.put("handle", handle)
        writer.put("role", role)
        writer.put("joinedAt", joinedAt)
    }
}

/// A page of members; `next` is an opaque cursor, absent on the last page.
public struct MemberPage: WireRecord, Equatable {
    public var items: [MemberView]
    public var next: String?

    public init(items: [MemberView], next: String?) {
        self.items = items
        self.next = next
    }

    public init(fields: inout Fields) throws(WireError) {
        items = try fields.list("items", count: 0...Limits.pageItemsMax)
        next = try fields.textIfPresent("next", length: 1...200)
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("items", list: items)
        writer.put("next", text: next)
    }
}

/// Whom to add; those who are members already are refused.
public struct NewMembers: WireRecord, Equatable {
    public var accounts: [AccountID]

    public init(accounts: [AccountID]) { self.accounts = accounts }

    public init(fields: inout Fields) throws(WireError) {
        accounts = try fields.list("accounts", count: 1...Limits.membersPerRequestMax)
    }

    public func write(fields writer: inout WireWriter) { writer.put("accounts", list: accounts) }
}

/// The role to give to a member.
public struct RoleChange: WireRecord, Equatable {
    public var role: Role

    public init(role: Role) { self.role = role }

    public init(fields: inout Fields) throws(WireError) { role = try fields.value("role") }

    public func write(fields writer: inout WireWriter) { writer.put("role", role) }
}

/// How far this account has read. Never moves back.
public struct Checkpoint: WireRecord, Equatable {
    public var seq: SequenceNumber

    public init(seq: SequenceNumber) { self.seq = seq }

    public init(fields: inout Fields) throws(WireError) { seq = try fields.value("seq") }

    public func write(fields writer: inout WireWriter) { writer.put("seq", seq) }
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

    public init(fields: inout Fields) throws(WireError) {
        clientID = try fields.value("clientId")
        // A text that is too long is told apart from a malformed one, so the parser lets it through to the verb.
        text = try fields.textIfPresent("text", length: 1...Limits.frameByteCountMax)
        body = try fields.bytesIfPresent("body", count: 1...Limits.sealedBodyByteCountMax)
        media = try fields.listIfPresent("media", countMax: Limits.mediaPerMessageMax)
        expiresIn = try fields.numberIfPresent("expiresIn", in: Limits.messageSeconds)
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("clientId", clientID)
        writer.put("text", text: text)
        writer.put("body", bytes: body)
        if !media.isEmpty { writer.put("media", list: media) }
        writer.put("expiresIn", number: expiresIn)
    }
}
