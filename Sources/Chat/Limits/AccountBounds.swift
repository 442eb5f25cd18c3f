/// How much an account may add: in a day, and in all.
public struct AccountBounds: Sendable {
    /// Bytes of posts, backups and reports: a gibibyte at once, and again over a day.
    public var dayBytes = Rate(burst: 1_073_741_824, perSecond: 1_073_741_824 / 86_400)
    /// Rows, of whatever table: at once, and again over a day.
    public var dayRows = Rate(burst: 200_000, perSecond: 200_000 / 86_400)
    /// Of an account's entries in the logs of conversations.
    public var logByteCountMax: UInt64 = 10 << 30
    /// Memberships that an account made, of itself and of others.
    public var membershipCountMax: UInt64 = 1_000_000

    /// An entry takes about so much beside what it says.
    static let entryByteCount = 512

    public init() {}
}
