public import Wire

/// An HTTP reply kept for its idempotency key.
public struct SavedReply: Sendable, Equatable {
    /// SHA-256 of method, path and body of the request it answered, 32 bytes.
    public var requestDigest: [UInt8]
    public var status: UInt64
    /// The reply's record, in CBOR.
    public var body: [UInt8]
    public var expiresAt: Timestamp

    public init(requestDigest: [UInt8], status: UInt64, body: [UInt8], expiresAt: Timestamp) {
        self.requestDigest = requestDigest
        self.status = status
        self.body = body
        self.expiresAt = expiresAt
    }
}
