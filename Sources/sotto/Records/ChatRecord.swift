import Client
import Wire

/// A chat that this device keeps.
struct ChatRecord: PrintedRecord, Equatable {
    var chat: ChatID
    var handle: Handle?
    var mode: ConversationMode?
    var kind: ConversationKind?
    var name: String?
    var role: Role?
    var image: MediaID?
    var isOver: Bool
    var isFollowed: Bool
    var activeAt: Timestamp
    var last: LineRecord?

    init(_ chat: Chat) {
        self.chat = chat.id
        handle = chat.handle
        mode = chat.mode.told
        kind = chat.kind.told
        name = chat.name
        role = chat.role?.told
        image = chat.image
        isOver = chat.isOver
        isFollowed = chat.isFollowed
        activeAt = Timestamp(chat.activity)
        last = chat.last.map { LineRecord($0, with: chat.handle) }
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        handle = try fields.valueIfPresent("handle", \.handle)
        mode = try fields.valueIfPresent("mode", \.mode)
        kind = try fields.valueIfPresent("kind", \.kind)
        name = try fields.wordsIfPresent("name", \.name)
        role = try fields.valueIfPresent("role", \.role)
        image = try fields.valueIfPresent("image", \.image)
        isOver = try fields.flag("over", \.isOver)
        isFollowed = try fields.flag("followed", \.isFollowed)
        activeAt = try fields.value("activeAt", \.activeAt)
        last = try fields.valueIfPresent("last", \.last)
    }

    static var notes: [String: String] {
        [
            "handle": "of the person, where it is a chat with one",
            "mode": "`open` where the server can read it",
            "name": "as its members call it: the server's word, as `role` and `image` are",
            "over": "the server has it no more for this account",
            "followed": "what is said there is fetched at each connect; always so of what is sealed",
            "activeAt": "when something last came or went",
            "last": "its newest line, as a `message` has it, with 256 characters of its text at most",
        ]
    }
}

extension RecordKind where Value == ChatRecord {
    static var chat: Self { .init("a chat that this device keeps, in a list of them") }
}
