import Client
import Wire

/// A post that an open conversation keeps in sight, as it reads now.
struct PinRecord: PrintedRecord, Equatable {
    var chat: ChatID
    var number: SequenceNumber
    var author: AccountID
    var text: String?
    var media: [MediaID] = []
    var acceptedAt: Timestamp
    var pinnedBy: AccountID
    var pinnedAt: Timestamp

    init(_ pin: PinView) {
        chat = .conversation(pin.entry.conversation)
        number = pin.entry.seq
        author = pin.entry.sender.account
        if case .message(let message) = pin.entry.event { (text, media) = (message.text, message.media) }
        acceptedAt = pin.entry.time
        (pinnedBy, pinnedAt) = (pin.pinnedBy, pin.pinnedAt)
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        number = try fields.value("number", \.number)
        author = try fields.value("author", \.author)
        text = try fields.wordsIfPresent("text", \.text)
        media = try fields.listIfAny("media", \.media, countMax: Limits.mediaPerMessageMax)
        acceptedAt = try fields.value("acceptedAt", \.acceptedAt)
        pinnedBy = try fields.value("pinnedBy", \.pinnedBy)
        pinnedAt = try fields.value("pinnedAt", \.pinnedAt)
    }

    static var notes: [String: String] {
        [
            "author": "the account",
            "text": "as it reads now; absent, as `media` is, where it was deleted since",
            "pinnedBy": "the account",
        ]
    }
}

extension RecordKind where Value == PinRecord {
    static var pin: Self { .init("a post that an open conversation keeps in sight, in a list of them") }
}
