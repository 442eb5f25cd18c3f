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
    /// The newest line, and its number; none where every line has disappeared.
    var last: StoredLine?
    var lastNumber: UInt64?

    init(_ id: ChatID, activity: Timestamp) {
        self.id = id
        self.activity = activity
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        id = try fields.value("id", \.id)
        handle = try fields.valueIfPresent("handle", \.handle)
        nextNumber = try fields.number("next", \.nextNumber)
        activity = try fields.value("activity", \.activity)
        last = try fields.valueIfPresent("last", \.last)
        lastNumber = try fields.numberIfPresent("lastNumber", \.lastNumber)
    }
}
