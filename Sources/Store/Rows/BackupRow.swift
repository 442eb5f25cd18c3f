package import SQLite
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

extension BackupRow: TableRow {
    package static let table = Table(
        "backup", "Sealed backups, one an account.", key: 1,
        Column("account", \.account, .id),
        Column("id", \.id, .id, "random to the server"),
        Column("token_hash", \.tokenHash, .hash, "of the token that fetches it, SHA-256"),
        Column("revision", \.revision, .counter),
        Column("updated_at", \.updatedAt, .time),
        Column("sha256", \.digest, .hash, "of the blob"),
        Column("blob", \.blob, .sealed)
    ) {
        BackupRow(account: $0, id: $1, tokenHash: $2, revision: $3, updatedAt: $4, digest: $5, blob: $6)
    }

    package static let ofAccount = Lookup(\BackupRow.account)
    package static let byID = Lookup(\BackupRow.id)
    package static let indexes: [any RowIndex] = [ofAccount, byID]
    package static let erasure = Erasure.along(with: "the deletion itself")
    package static let owners = [Owner(\BackupRow.account, AccountRow.byID)]
}
