import Wire

/// One chat as the store has it: what the list shows of it, and what counts up in it. Written as its ``ChatRow``.
struct StoredChat: Equatable {
    var id: ChatID
    /// Of a person, the handle as it was first verified. Outlives the account.
    var handle: Handle?
    /// When something last came or went: the order of the list.
    var activity: Timestamp
    var rest = Rest()

    /// What is read of a chat where that is shown, or changed.
    struct Rest: WireRecord, Equatable {
        /// What the next line gets. Changed in the same transaction as the line.
        var nextNumber: UInt64 = 1
        /// The newest line as it is written, and its number; none where every line has disappeared.
        private(set) var lastBytes: [UInt8]?
        var lastNumber: UInt64?
        /// Of an open conversation.
        var conversation: StoredConversation?

        init() {}

        init(fields: inout Fields<Self>) throws(WireError) {
            nextNumber = try fields.number("n", \.nextNumber)
            lastBytes = try fields.bytesIfPresent("l", \.lastBytes, count: 0...StoreLimits.valueByteCountMax)
            lastNumber = try fields.numberIfPresent("ln", \.lastNumber)
            conversation = try fields.valueIfPresent("conversation", \.conversation)
        }

        /// The newest line. Read each time that it is asked for.
        var last: StoredLine? {
            get { lastBytes.flatMap { StoredLine(lastBytes: $0) } }
            set { lastBytes = newValue?.encoded(as: .cbor) }
        }
    }

    init(_ id: ChatID, activity: Timestamp) {
        self.id = id
        self.activity = activity
    }
}

extension StoredChat {
    var nextNumber: UInt64 {
        get { rest.nextNumber }
        set { rest.nextNumber = newValue }
    }

    var last: StoredLine? {
        get { rest.last }
        set { rest.last = newValue }
    }

    var lastNumber: UInt64? {
        get { rest.lastNumber }
        set { rest.lastNumber = newValue }
    }

    var conversation: StoredConversation? {
        get { rest.conversation }
        set { rest.conversation = newValue }
    }
}

extension StoredChat: WireType {
    init(wire value: WireValue, in context: WireContext) throws(WireError) {
        let row = try ChatRow(wire: value, in: context)
        self.init(row.id, activity: row.activity)
        handle = row.handle
        rest = try Rest.decode(Array(row.rest), in: context)
    }

    func write(to writer: inout WireWriter) { ChatRow(self).write(to: &writer) }

    static var schema: Schema { .any }
    static var sample: StoredChat { StoredChat(.sample, activity: .sample) }
}

extension StoredLine {
    /// ``StoredChat/lastBytes``; `nil` also for what a later version has written.
    init?(lastBytes bytes: [UInt8]) {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard let line = try? StoredLine.decode(bytes, in: context) else { return nil }
        self = line
    }
}
