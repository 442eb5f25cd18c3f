import Client
import Wire

/// A conversation as the server lists it.
struct ConversationRecord: PrintedRecord, Equatable {
    var chat: ChatID
    var kind: ConversationKind?
    var mode: ConversationMode?
    var name: String?
    var role: Role?
    var account: AccountID?
    var image: MediaID?
    var memberCount: UInt64
    var unread: UInt64
    var newestNumber: SequenceNumber
    var readNumber: SequenceNumber
    var createdAt: Timestamp

    init(_ view: ConversationView) {
        chat = .conversation(view.conversation)
        kind = view.kind.told
        mode = view.mode.told
        name = view.title
        role = view.role.told
        account = view.peer
        image = view.image
        memberCount = view.memberCount
        unread = view.unread
        newestNumber = view.head
        readNumber = view.checkpoint
        createdAt = view.createdAt
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        kind = try fields.valueIfPresent("kind", \.kind)
        mode = try fields.valueIfPresent("mode", \.mode)
        name = try fields.wordsIfPresent("name", \.name)
        role = try fields.valueIfPresent("role", \.role)
        account = try fields.valueIfPresent("account", \.account)
        image = try fields.valueIfPresent("image", \.image)
        memberCount = try fields.number("memberCount", \.memberCount)
        unread = try fields.number("unread", \.unread)
        newestNumber = try fields.value("newestNumber", \.newestNumber)
        readNumber = try fields.value("readNumber", \.readNumber)
        createdAt = try fields.value("createdAt", \.createdAt)
    }

    static var notes: [String: String] {
        [
            "name": "absent where it has none, or one that is sealed",
            "role": "this account's",
            "account": "the other one, of a `dm`",
            "newestNumber": "of the newest entry; 0 while there is none",
            "readNumber": "up to which this account has read",
        ]
    }
}

extension RecordKind where Value == ConversationRecord {
    static var conversation: Self { .init("a conversation of this account, in a list of them") }
    static var created: Self { .init("an open conversation was created") }
}

/// How much of an open conversation is unread.
struct UnreadRecord: PrintedRecord, Equatable {
    var chat: ChatID
    var name: String?
    var unread: UInt64
    var newestNumber: SequenceNumber

    init(_ view: ConversationView) {
        chat = .conversation(view.conversation)
        name = view.title
        unread = view.unread
        newestNumber = view.head
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        name = try fields.wordsIfPresent("name", \.name)
        unread = try fields.number("unread", \.unread)
        newestNumber = try fields.value("newestNumber", \.newestNumber)
    }
}

extension RecordKind where Value == UnreadRecord {
    static var unread: Self {
        .init("while listening, at each connect: an open conversation with something unread, where the count is new")
    }
}
