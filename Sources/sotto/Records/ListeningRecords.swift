import Client
import Wire

extension RecordKind where Value == EmptyRecord {
    static var connected: Self { .init("while listening: the server knows this device, and what waited follows") }
    static var idle: Self { .init("while listening: what waited has come, and what follows is live") }
    static var missed: Self { .init("while listening: more came than could be printed; the chats have it") }
}

/// The connection is gone.
struct DisconnectedRecord: PrintedRecord, Equatable {
    var retryAfterMilliseconds: UInt64

    init(retryAfter wait: Duration) { retryAfterMilliseconds = wait.wholeMilliseconds }

    init(fields: inout Fields<Self>) throws(WireError) {
        retryAfterMilliseconds = try fields.number("retryAfterMs", \.retryAfterMilliseconds)
    }
}

extension RecordKind where Value == DisconnectedRecord {
    static var disconnected: Self {
        .init("while listening: the connection is gone; the next try comes after that time")
    }
}

/// A device list.
struct EpochRecord: PrintedRecord, Equatable {
    var epoch: UInt64

    init(epoch: UInt64) { self.epoch = epoch }

    init(fields: inout Fields<Self>) throws(WireError) {
        epoch = try fields.number("epoch", \.epoch)
    }

    static var notes: [String: String] { ["epoch": "counts the lists of this account's devices"] }
}

extension RecordKind where Value == EpochRecord {
    static var devicesChanged: Self { .init("while listening: the list of this account's devices has changed") }
    static var unseenOwnList: Self {
        .init("the key log has a list of this account's devices that this device never saw; told once")
    }
    static var foreignOwnList: Self {
        .init("the key log has another list of this account's devices than this one: others are shown false keys")
    }
}

/// So many of something.
struct CountRecord: PrintedRecord, Equatable {
    var count: UInt64

    init(_ count: Int) { self.count = UInt64(clamping: count) }

    init(fields: inout Fields<Self>) throws(WireError) {
        count = try fields.number("count", \.count)
    }
}

extension RecordKind where Value == CountRecord {
    static var keysUploaded: Self { .init("while listening: so many new one-time prekeys were uploaded") }
    static var cut: Self { .init("a list is longer than a client reads: so many of it were printed") }
}

/// A sender that was to be hidden.
struct SenderShownRecord: PrintedRecord, Equatable {
    var account: AccountID
    var reason: SenderShownReason

    init(to account: AccountID, _ reason: SenderShownReason) { (self.account, self.reason) = (account, reason) }

    init(fields: inout Fields<Self>) throws(WireError) {
        account = try fields.value("account", \.account)
        reason = try fields.value("senderShown", \.reason)
    }

    static var notes: [String: String] { ["account": "whom it went to", "senderShown": "why it was not hidden"] }
}

extension RecordKind where Value == SenderShownRecord {
    static var senderShown: Self {
        .init("while listening: a message went out signed in, so that the server knows who sent it")
    }
}

/// Lines that were not told.
struct PassedOverRecord: PrintedRecord, Equatable {
    var chat: ChatID?
    var number: SequenceNumber?

    init(_ chat: ChatID?, through number: SequenceNumber?) { (self.chat, self.number) = (chat, number) }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.valueIfPresent("chat", \.chat)
        number = try fields.valueIfPresent("number", \.number)
    }

    static var notes: [String: String] {
        ["chat": "absent where it is more of them than the server could name", "number": "up to which"]
    }
}

extension RecordKind where Value == PassedOverRecord {
    static var passedOver: Self { .init("while listening: lines of an open conversation were not told") }
}
