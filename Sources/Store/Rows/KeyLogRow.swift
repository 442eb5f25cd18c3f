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
