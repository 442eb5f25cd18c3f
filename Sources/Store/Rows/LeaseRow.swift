package import SQLite
public import Wire

/// Somebody's wish that media stay.
public struct LeaseRow: Sendable, Equatable {
    public var media: MediaID
    /// SHA-256 of the lease, 32 bytes. Whose it is stands nowhere.
    public var hash: [UInt8]
    public var expiresAt: Timestamp

    public init(media: MediaID, hash: [UInt8], expiresAt: Timestamp) {
        self.media = media
        self.hash = hash
        self.expiresAt = expiresAt
    }
}

/// The leases of one medium.
public struct LeaseTotals: Sendable, Equatable {
    public var count: UInt64
    /// `nil` when there are none.
    public var lastEnd: Timestamp?

    public init(count: UInt64 = 0, lastEnd: Timestamp? = nil) {
        self.count = count
        self.lastEnd = lastEnd
    }
}

extension LeaseRow: TableRow {
    package static let table = Table(
        "lease", "Wishes that media stay. Whose they are stands nowhere.", key: 2,
        Column("media", \.media, .id),
        Column("hash", \.hash, .hash, "of the lease, SHA-256"),
        Column("expires_at", \.expiresAt, .time)
    ) { LeaseRow(media: $0, hash: $1, expiresAt: $2) }

    package static let byHash = Lookup(\LeaseRow.media, \.hash)
    package static let byEnd = Index(within: \LeaseRow.media, by: \.expiresAt)
    package static let indexes: [any RowIndex] = [byHash, byEnd]
    package static let erasure = Erasure.nobody
    package static let owners = [Owner(\LeaseRow.media, MediaRow.byID)]
    package static let cascades = Cascades(ofMedia: .init(byEnd))
}
