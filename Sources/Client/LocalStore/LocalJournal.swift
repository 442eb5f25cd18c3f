import Crypto

/// The write position of one journal file, and the codec that its head gives.
struct LocalJournal: ~Copyable {
    private let head: JournalHead
    private let mainKey: SecretBytes
    private let codec: JournalCodec
    private(set) var byteCount = JournalHead.byteCount
    private var nextNumber: UInt64 = 0

    init(head: JournalHead, mainKey: borrowing SecretBytes) throws(LocalStoreError) {
        self.head = head
        self.mainKey = mainKey.duplicate()
        codec = try JournalCodec(head: head, mainKey: mainKey)
    }

    /// A journal for a new file under the same main key.
    borrowing func successor() throws(LocalStoreError) -> LocalJournal {
        let fresh = JournalHead(keySource: head.keySource, cost: head.cost, salt: head.salt, mainKey: mainKey)
        return try LocalJournal(head: fresh, mainKey: mainKey)
    }

    /// Reads every record of a file; afterwards the position is behind the last whole one.
    mutating func replay(_ bytes: [UInt8]) throws(LocalStoreError) -> [String: [UInt8]] {
        var values: [String: [UInt8]] = [:]
        while case .record(let changes, let end) = try codec.open(bytes, at: byteCount, number: nextNumber) {
            for change in changes { values[change.key] = change.value }
            byteCount = end
            nextNumber += 1
        }
        return values
    }

    /// The next record. The position moves with ``appended(_:)`` only.
    borrowing func seal(_ changes: [StoreTransaction.Change]) throws(LocalStoreError) -> [UInt8] {
        try codec.seal(changes, number: nextNumber)
    }

    mutating func appended(_ record: [UInt8]) {
        byteCount += record.count
        nextNumber += 1
    }

    /// A whole new file that holds `values`; afterwards the position is at its end.
    mutating func snapshot(_ values: [String: [UInt8]]) throws(LocalStoreError) -> [UInt8] {
        var file = head.bytes
        var changes: [StoreTransaction.Change] = []
        var changesByteCount = 0
        for (key, value) in values {
            changes.append(.init(key: key, value: value))
            changesByteCount += key.utf8.count + value.count
            if changesByteCount >= StoreLimits.snapshotRecordByteCount
                || changes.count >= StoreLimits.snapshotChangesPerRecord {
                try append(changes, to: &file)
                changes = []
                changesByteCount = 0
            }
        }
        if !changes.isEmpty { try append(changes, to: &file) }
        return file
    }

    private mutating func append(_ changes: [StoreTransaction.Change], to file: inout [UInt8]) throws(LocalStoreError) {
        let record = try seal(changes)
        file += record
        appended(record)
    }
}
