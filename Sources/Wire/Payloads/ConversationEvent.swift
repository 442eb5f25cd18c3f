/// What changed in a conversation. The log of these is the only source of change: state is a projection of it.
public enum ConversationEvent: WireType, Equatable {
    case created(Created)
    case message(Message)
    case messageDeleted(MessageDeleted)
    case messagePin(MessagePin)
    case membersAdded(MembersAdded)
    case memberRemoved(MemberRemoved)
    case roleChanged(RoleChanged)
    case image(ConversationImage)
    /// A change that a later server knows; a client that meets it goes on.
    case unknown(tag: String)

    /// The first entry of every log: what kind of conversation it is.
    public struct Created: WireRecord, Equatable {
        public static let name = "ConversationCreated"
        public var kind: ConversationKind
        public var mode: ConversationMode
        public var title: String?
        public var sealedName: [UInt8]?

        public init(fields: inout Fields<Self>) throws(WireError) {
            kind = try fields.value("kind", \.kind)
            mode = try fields.value("mode", \.mode)
            title = try fields.textIfPresent("name", \.title, length: 1...Limits.nameLengthMax)
            sealedName = try fields.bytesIfPresent("sealedName", \.sealedName, count: 1...Limits.sealedNameByteCountMax)
        }
    }

    /// Who joined, in one entry for all that joined at once.
    public struct MembersAdded: WireRecord, Equatable {
        public var accounts: [AccountID]

        public init(fields: inout Fields<Self>) throws(WireError) {
            accounts = try fields.list("accounts", \.accounts, count: 1...Limits.membersMax)
        }
    }

    /// Removed by somebody else, or left where the sender is the account itself.
    public struct MemberRemoved: WireRecord, Equatable {
        public var account: AccountID

        public init(fields: inout Fields<Self>) throws(WireError) { account = try fields.value("account", \.account) }
    }

    /// What a member may do from here on.
    public struct RoleChanged: WireRecord, Equatable {
        public var account: AccountID
        public var role: Role

        public init(fields: inout Fields<Self>) throws(WireError) {
            account = try fields.value("account", \.account)
            role = try fields.value("role", \.role)
        }
    }
}

extension ConversationEvent: WireUnion {
    public static let unionName = "ConversationEvent"
    public static let tagKey = "type"

    public static var cases: [Schema.Case] {
        [
            .init(tag: "conversation.created", schema: Created.schema),
            .init(tag: "message.created", schema: Message.schema),
            .init(tag: "message.deleted", schema: MessageDeleted.schema),
            .init(tag: "message.pin", schema: MessagePin.schema),
            .init(tag: "members.added", schema: MembersAdded.schema),
            .init(tag: "member.removed", schema: MemberRemoved.schema),
            .init(tag: "member.role", schema: RoleChanged.schema),
            .init(tag: "conversation.image", schema: ConversationImage.schema),
        ]
    }

    public static var sample: ConversationEvent { .message(.sample) }

    /// A change of a later version.
    public static func later(tag: String) -> ConversationEvent? { .unknown(tag: tag) }

    public init?(tag: String, map: inout FieldMap) throws(WireError) {
        switch tag {
        case "conversation.created": self = .created(try map.record())
        case "message.created": self = .message(try map.record())
        case "message.deleted": self = .messageDeleted(try map.record())
        case "message.pin": self = .messagePin(try map.record())
        case "members.added": self = .membersAdded(try map.record())
        case "member.removed": self = .memberRemoved(try map.record())
        case "member.role": self = .roleChanged(try map.record())
        case "conversation.image": self = .image(try map.record())
        default: return nil
        }
    }

    public var tagged: (tag: String, record: any WireRecord) {
        switch self {
        case .created(let record): ("conversation.created", record)
        case .message(let record): ("message.created", record)
        case .messageDeleted(let record): ("message.deleted", record)
        case .messagePin(let record): ("message.pin", record)
        case .membersAdded(let record): ("members.added", record)
        case .memberRemoved(let record): ("member.removed", record)
        case .roleChanged(let record): ("member.role", record)
        case .image(let record): ("conversation.image", record)
        case .unknown(let tag): (tag, UnknownRecord())
        }
    }
}

/// One row of a conversation's log, the same live, paged and synced.
public struct LogEntry: WireRecord, Equatable {
    public var conversation: ConversationID
    public var seq: SequenceNumber
    public var id: MessageID
    public var time: Timestamp
    public var sender: DeviceAddressPayload
    public var event: ConversationEvent

    public init(fields: inout Fields<Self>) throws(WireError) {
        conversation = try fields.value("conversation", \.conversation)
        seq = try fields.value("seq", \.seq)
        id = try fields.value("id", \.id)
        time = try fields.value("time", \.time)
        sender = try fields.value("sender", \.sender)
        event = try fields.value("event", \.event)
    }
}

/// A page of a conversation's log, always oldest first; page on with `before` or `after` and a seq of this page.
public struct LogPage: WireRecord, Equatable {
    public var items: [LogEntry]
    public var head: SequenceNumber
    /// What the same query goes on with, as `before` or `after`; absent at the end, and around a number.
    public var next: SequenceNumber?

    public init(fields: inout Fields<Self>) throws(WireError) {
        items = try fields.items(\.items)
        head = try fields.value("head", \.head)
        next = try fields.valueIfPresent("next", \.next)
    }
}
