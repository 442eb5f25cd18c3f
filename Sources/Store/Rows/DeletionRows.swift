package import SQLite
public import Wire

// What is left of accounts that were deleted.

/// What stays of a deleted account for ever, so that its id and its handle are never given to anybody else.
public struct TombstoneRow: Sendable, Equatable {
    /// SHA-256 of the account's id, 32 bytes. Unique.
    public var accountHash: [UInt8]
    /// SHA-256 of its handle, 32 bytes. Unique.
    public var handleHash: [UInt8]

    public init(accountHash: [UInt8], handleHash: [UInt8]) {
        self.accountHash = accountHash
        self.handleHash = handleHash
    }
}

/// A deleted account of which rows are left that are to go.
public struct DoomedAccountRow: Sendable, Equatable {
    public var account: AccountID
    /// In whose name it leaves its conversations.
    public var device: DeviceID

    public init(account: AccountID, device: DeviceID) {
        self.account = account
        self.device = device
    }

    /// Account and device.
    public var address: DeviceAddress { DeviceAddress(account: account, device: device) }
}

extension TombstoneRow: TableRow {
    package static let table = Table(
        "tombstone", "Accounts that were deleted, so that no id and no handle is given to somebody else.", key: 1,
        Column("account_hash", \.accountHash, .hash, "of the account id, SHA-256"),
        Column("handle_hash", \.handleHash, .hash, "of the handle, SHA-256")
    ) { TombstoneRow(accountHash: $0, handleHash: $1) }

    package static let ofAccount = Lookup(\TombstoneRow.accountHash)
    package static let ofHandle = Lookup(\TombstoneRow.handleHash)
    package static let indexes: [any RowIndex] = [ofAccount, ofHandle]
    package static let erasure = Erasure.nobody
}

extension DoomedAccountRow: TableRow {
    package static let table = Table(
        "doomed_account", "Deleted accounts of which rows are left that are to go.", key: 1,
        Column("account", \.account, .id),
        Column("device", \.device, .id, "within the account")
    ) { DoomedAccountRow(account: $0, device: $1) }

    package static let byID = Lookup(\DoomedAccountRow.account)
    package static let inOrder = Index(by: \DoomedAccountRow.account)
    package static let indexes: [any RowIndex] = [byID, inOrder]
    package static let erasure = Erasure.along(with: "the last row of the account")
}
