public import Wire

/// An account's sealed backup.
public struct BackupRow: Sendable, Equatable {
    public var account: AccountID
    public var id: BackupID
    /// SHA-256 of the token that fetches it without a login.
    public var tokenHash: [UInt8]
    /// Counts up with each write.
    public var revision: UInt64
    public var updatedAt: Timestamp
    /// SHA-256 of the blob: its entity tag, and what tells a damaged one.
    public var digest: [UInt8]
    public var blob: [UInt8]

    public init(
        account: AccountID, id: BackupID, tokenHash: [UInt8], revision: UInt64, updatedAt: Timestamp, digest: [UInt8],
        blob: [UInt8]
    ) {
        self.account = account
        self.id = id
        self.tokenHash = tokenHash
        self.revision = revision
        self.updatedAt = updatedAt
        self.digest = digest
        self.blob = blob
    }
}
