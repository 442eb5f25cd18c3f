package import SQLite

/// One entry of the key log. What is in it is not the store's to know; it finds it by index, and by account and epoch.
public struct KeyLogRow: Sendable, Equatable {
    /// Its place in the log: from 0 up, without gaps.
    public var index: UInt64
    /// What the log calls the account, 32 bytes.
    public var account: [UInt8]
    /// The epoch of the list; an account has one entry for each at most.
    public var epoch: UInt64
    /// The entry itself.
    public var entry: [UInt8]

    public init(index: UInt64, account: [UInt8], epoch: UInt64, entry: [UInt8]) {
        self.index = index
        self.account = account
        self.epoch = epoch
        self.entry = entry
    }
}

extension KeyLogRow: StoredRow {
    package static let table = Table(
        "key_log", "The key log: one row for each device list that was accepted, in the order of acceptance.", key: 1,
        Column("number", \.index, .counter, "from 0 up, without gaps"),
        Column("account", \.account, .hash, "of the account id"),
        Column("epoch", \.epoch, .counter, "of the list"),
        Column("entry", \.entry, .hash, "of account and list, with the epoch")
    ) { KeyLogRow(index: $0, account: $1, epoch: $2, entry: $3) }

    package static let inOrder = Index(by: \KeyLogRow.index)
    package static let byEpoch = Lookup(\KeyLogRow.account, \.epoch)
    package static let ofAccount = Index(within: \KeyLogRow.account, by: \.epoch)
    package static let indexes: [any RowIndex] = [inOrder, byEpoch, ofAccount]
    package static let erasure = Erasure.stays("a log that forgets proves nothing; it knows accounts by a hash")
}

/// A hash of a full subtree of the key log, in the order in which they were completed.
package struct KeyLogNodeRow: StoredRow {
    /// From 0 up, without gaps.
    package var position: UInt64
    package var hash: [UInt8]

    package static let table = Table(
        "key_log_node", "The hashes of the key log's full subtrees, in the order in which they were completed.", key: 1,
        Column("position", \.position, .counter, "from 0 up, without gaps"),
        Column("hash", \.hash, .hash)
    ) { KeyLogNodeRow(position: $0, hash: $1) }

    package static let byPosition = Lookup(\KeyLogNodeRow.position)
    package static let inOrder = Index(by: \KeyLogNodeRow.position)
    package static let indexes: [any RowIndex] = [byPosition, inOrder]
    package static let erasure = Erasure.nobody
}
