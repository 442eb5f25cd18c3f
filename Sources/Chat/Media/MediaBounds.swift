/// How much the server takes.
public struct MediaBounds: Sendable {
    /// One file; never more than `Limits.mediaByteCountMax`.
    public var fileByteCountMax: UInt64 = 100 << 20
    /// All of an account, counted from the creation of an upload: a file counts as 4 KiB at least.
    public var accountByteCountMax: UInt64 = 10 << 30
    /// Files of an account.
    public var accountFileCountMax: UInt64 = 100_000
    /// All of all accounts, counted as the bytes come.
    public var serverByteCountMax: UInt64 = 1 << 40
    /// Bytes an account may upload at once, and in a second after that. What comes faster is slowed down.
    public var uploadRate = Rate(burst: 1_073_741_824, perSecond: 104_857_600)

    public init() {}
}
