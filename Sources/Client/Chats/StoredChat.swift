import Wire

/// One chat as the store has it: what the list shows of it, and what counts up in it.
struct StoredChat: WireRecord, Equatable {
    var id: ChatID
    /// Of a person, the handle as it was first verified. Outlives the account.
    var handle: Handle?
    /// What the next line gets. Changed in the same transaction as the line.
    var nextNumber: UInt64 = 1
    /// When something last came or went: the order of the list.
    var activity: Timestamp
    /// The newest line as it is written, and its number; none where every line has disappeared.
    private(set) var lastBytes: [UInt8]?
    var lastNumber: UInt64?
    /// Of an open conversation.
    var conversation: StoredConversation?

    /// The newest line. Read each time that it is asked for: a list has thousands, and shows a few.
    var last: StoredLine? {
        get { lastBytes.flatMap { StoredLine(lastBytes: $0) } }
        set { lastBytes = newValue?.encoded(as: .cbor) }
    }

    init(_ id: ChatID, activity: Timestamp) {
        self.id = id
        self.activity = activity
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        id = try fields.value("id", \.id)
        handle = try fields.valueIfPresent("handle", \.handle)
        nextNumber = try fields.number("next", \.nextNumber)
        activity = try fields.value("activity", \.activity)
        lastBytes = try fields.bytesIfPresent("last", \.lastBytes, count: 0...StoreLimits.valueByteCountMax)
        lastNumber = try fields.numberIfPresent("lastNumber", \.lastNumber)
        conversation = try fields.valueIfPresent("conversation", \.conversation)
    }
}

extension StoredLine {
    /// ``StoredChat/lastBytes``; `nil` also for what a later version has written.
    init?(lastBytes bytes: [UInt8]) {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard let line = try? StoredLine.decode(bytes, in: context) else { return nil }
        self = line
    }
}
