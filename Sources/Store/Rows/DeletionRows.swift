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
