import Wire

/// Changes that are made together or not at all.
public struct StoreTransaction {
    /// A key and its new value, or no value when it goes.
    struct Change: WireRecord, Equatable {
        static let name = "StoreChange"
        var key: String
        var value: [UInt8]?

        init(key: String, value: [UInt8]?) {
            self.key = key
            self.value = value
        }

        init(fields: inout Fields<Self>) throws(WireError) {
            key = try fields.text("k", \.key, length: 1...StoreLimits.keyLengthMax)
            value = try fields.bytesIfPresent("v", \.value, count: 0...StoreLimits.valueByteCountMax)
        }
    }

    private(set) var changes: [Change] = []

    public init() {}

    var isEmpty: Bool { changes.isEmpty }

    mutating func put(_ value: [UInt8], at key: String) {
        changes.append(Change(key: key, value: value))
    }

    mutating func remove(_ key: String) {
        changes.append(Change(key: key, value: nil))
    }

    /// What this takes out shall not stay in the journal: it is to be written anew. Remembered across a crash.
    mutating func owesRewrite() { put([1], at: LocalStore.rewriteKey) }

    /// Adds the changes of `other`, to be made after these.
    mutating func append(_ other: StoreTransaction) { changes += other.changes }
}

/// What one journal record says, before it is sealed.
struct StoreChanges: WireRecord, Equatable {
    var changes: [StoreTransaction.Change]

    init(_ changes: [StoreTransaction.Change]) { self.changes = changes }

    init(fields: inout Fields<Self>) throws(WireError) {
        changes = try fields.list("c", \.changes, count: 0...StoreLimits.changesPerRecordMax)
    }
}
