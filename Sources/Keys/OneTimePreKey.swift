public import Crypto
public import Wire

/// A public X25519 key that the server hands out once. Not signed: the signed prekey beside it carries the proof.
public struct OneTimePreKey: Hashable, Sendable {
    /// Names the key within its device.
    public let id: PreKeyID
    /// The key to agree with.
    public let agreement: X25519.PublicKey

    /// What came over the wire.
    /// - Throws: ``KeyFormatError/outOfBounds`` for an id of zero or a key of another size.
    public init(_ payload: OneTimePreKeyPayload) throws(KeyFormatError) {
        id = try PreKeyID(checking: payload.id)
        do { agreement = try X25519.PublicKey(payload.key) } catch { throw .outOfBounds }
    }

    fileprivate init(id: PreKeyID, agreement: X25519.PublicKey) {
        self.id = id
        self.agreement = agreement
    }

    /// As it travels.
    public var payload: OneTimePreKeyPayload { OneTimePreKeyPayload(id: id.rawValue, key: agreement.bytes) }
}

/// Both halves of a one-time prekey, on the device that made it. Deleted there together with the session write of
/// the handshake that used it.
public struct OneTimePreKeyPair: ~Copyable, Sendable {
    /// Bytes that ``exportForSealedStore()`` gives.
    static let storedByteCount = 68

    /// What is uploaded.
    public let publicKey: OneTimePreKey
    private let secret: X25519.PrivateKey

    /// A new pair.
    public init(id: PreKeyID) {
        secret = X25519.PrivateKey()
        publicKey = OneTimePreKey(id: id, agreement: secret.publicKey)
    }

    /// What ``exportForSealedStore()`` gave.
    /// - Throws: ``KeyFormatError``.
    public init(fromSealedStore stored: borrowing SecretBytes) throws(KeyFormatError) {
        guard stored.byteCount == Self.storedByteCount else { throw .truncated }
        var reader = ByteReader(stored.part(0..<4).exportUnprotected())
        let id = try PreKeyID(checking: try reader.number())
        var tail = ByteReader(stored.part(36..<68).exportUnprotected())
        let secret = try X25519.PrivateKey(fromSealedStore: stored, at: 4, publicKey: tail.agreementKey())
        publicKey = OneTimePreKey(id: id, agreement: secret.publicKey)
        self.secret = secret
    }

    /// Id (4 bytes), private key (32), public key (32): for a store sealed on the device, nowhere else.
    public borrowing func exportForSealedStore() -> SecretBytes {
        var head: [UInt8] = []
        head.append(number: publicKey.id.rawValue)
        return .joining(head, secret.exportSecret(), publicKey.agreement.bytes)
    }

    /// The shared secret with `peer`, 32 bytes.
    package borrowing func agree(with peer: X25519.PublicKey) throws(X25519.AgreementError) -> SecretBytes {
        try secret.agree(with: peer)
    }
}
