package import SQLite
public import Wire

/// A reply kept for its idempotency key.
public struct SavedReply: Sendable, Equatable {
    /// SHA-256 of account and idempotency key, 32 bytes.
    public var key: [UInt8]
    /// SHA-256 of method, path and body of the request it answered, 32 bytes.
    public var requestDigest: [UInt8]
    /// The reply's record, in CBOR.
    public var body: [UInt8]
    public var expiresAt: Timestamp

    public init(key: [UInt8], requestDigest: [UInt8], body: [UInt8], expiresAt: Timestamp) {
        self.key = key
        self.requestDigest = requestDigest
        self.body = body
        self.expiresAt = expiresAt
    }
}

extension SavedReply: TableRow {
    package static let table = Table(
        "saved_reply", "Replies that a request with the same idempotency key hears again.", key: 1,
        Column("key", \.key, .hash, "of account and idempotency key"),
        Column("request", \.requestDigest, .hash, "of the request, SHA-256"),
        Column("body", \.body, .openText, "the reply, which holds ids and counters"),
        Column("expires_at", \.expiresAt, .time)
    ) { SavedReply(key: $0, requestDigest: $1, body: $2, expiresAt: $3) }

    package static let byKey = Lookup(\SavedReply.key)
    package static let byEnd = Index(by: \SavedReply.expiresAt)
    package static let indexes: [any RowIndex] = [byKey, byEnd]
    package static let expiry: (any RowExpiry)? = Expiry(at: byEnd)
    package static let erasure = Erasure.nobody
}
