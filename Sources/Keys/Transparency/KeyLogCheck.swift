/// Reads a key log from its first entry on and holds each entry to the rules.
struct KeyLogCheck {
    /// The tree so far.
    private(set) var range = CompactRange()
    /// The last epoch of each account.
    private var epochs: [KeyLogAccountName: UInt64] = [:]
    private var hasChanges = false

    var accountCount: Int { epochs.count }

    /// Takes in the next entry.
    /// - Throws: ``KeyLogFraud``; then this check has come to its end.
    mutating func take(_ bytes: [UInt8]) throws(KeyLogFraud) {
        let index = range.size
        guard index < MerkleTree.sizeMax, let entry = try? KeyLogEntry(bytes) else { throw .noEntry(index: index) }
        switch (entry.kind, epochs[entry.account]) {
        case (.adopted, nil):
            guard !hasChanges else { throw .adoptedLate(index: index) }
        case (.adopted, _?):
            throw .repeatedEpoch(index: index, epoch: entry.epoch)
        case (.changed, let last):
            hasChanges = true
            let expected = (last ?? 0) + 1
            guard entry.epoch >= expected else { throw .repeatedEpoch(index: index, epoch: entry.epoch) }
            guard entry.epoch == expected else {
                throw .missingEntry(index: index, expectedEpoch: expected, epoch: entry.epoch)
            }
        }
        epochs[entry.account] = entry.epoch
        range.append(leafHash: MerkleHash.leaf(bytes))
    }
}
