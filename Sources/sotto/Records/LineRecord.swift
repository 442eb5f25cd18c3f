import Client
import Wire

/// A line of a chat.
struct LineRecord: PrintedRecord, Equatable {    var chat: ChatID
    var number: SequenceNumber
    var origin: LineOrigin
    var handle: Handle?
    var author: AccountID
    var device: DeviceID
    var clientID: ClientID?
    var text: String?
    var file: FileNote?
    var sticker: StickerNote?
    var media: [MediaID] = []
    var change: ChangeRecord?
    var expiresInSeconds: UInt64?
    var expiresAt: Timestamp?
    var removed: Removal?
    var unreadable: UnreadableReason?
    var sentAt: Timestamp?
    var acceptedAt: Timestamp?
    var progress: SendingProgress?
    var code: String?
    var isSenderHidden: Bool
    var senderShown: SenderShownReason?

    /// - Parameter handle: of the other side, where it is known; in an open conversation of the author.
    init(_ line: Line, with handle: Handle?) {
        chat = line.id.chat
        number = line.number
        origin = line.author.isOwn ? line.delivery == .received ? .synced : .sent : .received
        self.handle = handle
        author = line.author.account
        device = line.author.device
        clientID = line.message
        text = line.text
        file = line.file
        switch line.body {
        case .sticker(let sticker, _): self.sticker = sticker
        case .media(let media, _): self.media = media
        case .change(let change): self.change = ChangeRecord(change)
        case .unreadable(let reason): unreadable = reason
        case .gone(let removal): removed = removal
        case .text, .file: break
        }
        expiresInSeconds = line.expiry.map { UInt64(clamping: $0.after.components.seconds) }
        expiresAt = line.expiry?.at.map { Timestamp($0) }
        sentAt = line.sentAt.map { Timestamp($0) }
        acceptedAt = line.time.map { Timestamp($0) }
        progress = SendingProgress(line.delivery)
        if case .refused(let refusal) = line.delivery { code = refusal.code.rawValue }
        isSenderHidden = line.trust.isSenderHidden
        senderShown = line.trust.senderShown
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        number = try fields.value("number", \.number)
        origin = try fields.value("origin", \.origin)
        handle = try fields.valueIfPresent("handle", \.handle)
        author = try fields.value("author", \.author)
        device = try fields.value("device", \.device)
        clientID = try fields.valueIfPresent("clientId", \.clientID)
        text = try fields.wordsIfPresent("text", \.text)
        file = try fields.valueIfPresent("file", \.file)
        sticker = try fields.valueIfPresent("sticker", \.sticker)
        media = try fields.listIfAny("media", \.media, countMax: Limits.mediaPerMessageMax)
        change = try fields.valueIfPresent("change", \.change)
        expiresInSeconds = try fields.numberIfPresent("expiresIn", \.expiresInSeconds)
        expiresAt = try fields.valueIfPresent("expiresAt", \.expiresAt)
        removed = try fields.valueIfPresent("removed", \.removed)
        unreadable = try fields.valueIfPresent("unreadable", \.unreadable)
        sentAt = try fields.valueIfPresent("sentAt", \.sentAt)
        acceptedAt = try fields.valueIfPresent("acceptedAt", \.acceptedAt)
        progress = try fields.valueIfPresent("progress", \.progress)
        code = try fields.wordsIfPresent("code", \.code)
        isSenderHidden = try fields.flag("senderHidden", \.isSenderHidden)
        senderShown = try fields.valueIfPresent("senderShown", \.senderShown)
    }

    static var notes: [String: String] {
        [
            "origin": "from somebody else, from another device of this account, or from this one",
            "handle": "of the other side; in an open conversation of the author. Where this device knows it",
            "author": "the account",
            "device": "of the author",
            "clientId": "what its author calls it, the same on every device; absent for what has no name",
            "file": "beside the text, or the picture of a sticker, as its sender describes it",
            "file.thumbHash": "a blur of an image",
            "sticker.index": "its place in its pack, from 0",
            "media": "what a post shows; the server can see it",
            "change": "what became another one in an open conversation",
            "change.what": "which of the other fields is there: `created` has `kind` and `name`, `joined` `accounts`, "
                + "`left` `account`, `role` `account` and `role`, `pinned` and `unpinned` `pinnedNumber`, `image` "
                + "`image` unless it was taken away",
            "change.pinnedNumber": "of the line that is kept in sight, or no longer is",
            "expiresIn": "disappears so many seconds after it was accepted, or came",
            "expiresAt": "from this device",
            "removed": "why it says nothing any more",
            "unreadable": "why it cannot be read",
            "sentAt": "when it was written, by its author's word",
            "acceptedAt": "when the server accepted it",
            "progress": "how far it has come; of what this device sent",
            "code": "why it was given up: a code as an `error` has it",
            "senderHidden": "it travelled without telling the server who sent it",
            "senderShown": "why the server was shown who sent it, though that was to be hidden",
        ]
    }
}

/// Where a line came from: from somebody else, from another device of the own account, or from this one.
enum LineOrigin: String, WireEnumeration { case received, synced, sent }

/// How far a line has come that was sent from here.
enum SendingProgress: String, WireEnumeration {
    case uploading, queued, accepted, refused

    init?(_ delivery: Delivery) {
        switch delivery {
        case .received, .withdrawn: return nil
        case .uploading: self = .uploading
        case .queued: self = .queued
        case .accepted: self = .accepted
        case .refused: self = .refused
        }
    }
}

extension Delivery.Refusal {
    /// As an error would have said it.
    fileprivate var code: SottoError.Code {
        switch self {
        case .problem(let code): SottoError.Code(code)
        case .file(let failure): .file(failure)
        case .keys: .cannotSeal
        case .answer: .unexpectedAnswer
        }
    }
}

extension RecordKind where Value == LineRecord {
    static var message: Self { .init("a message came, or stands in a history") }
    static var unreadable: Self { .init("something came that cannot be read, or stands in a history") }
    static var change: Self { .init("something about an open conversation became another") }
    static var accepted: Self { .init("what was said is durable on the server") }
    static var notAccepted: Self { .init("what was said waits, or was refused: before the `error` that says why") }
    static var removed: Self { .init("a message was taken back, or has disappeared: what is left of it") }

    /// What a line is told as when it comes, and where it is listed.
    static func telling(_ line: Line) -> Self {
        switch line.body {
        case .unreadable: .unreadable
        case .change: .change
        case .text, .file, .media, .sticker, .gone: .message
        }
    }
}
