public import Crypto

/// A public key that the server hands out once. Not signed: the signed prekey beside it carries the proof.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | id |
/// | 4 | 32 | X25519 public key |
public struct OneTimePreKey: Hashable, Sendable {
    /// Bytes in the layout above.
    public static let byteCount = 36

    /// Names the key within its device.
    public let id: PreKeyID
    /// The key to agree with.
    public let agreement: X25519.PublicKey

    public init(id: PreKeyID, agreement: X25519.PublicKey) {
        self.id = id
        self.agreement = agreement
    }

    /// - Throws: ``KeyFormatError`` for anything but the layout above.
    public init(_ bytes: [UInt8]) throws(KeyFormatError) {
        var reader = ByteReader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }

    init(from reader: inout ByteReader) throws(KeyFormatError) {
        id = PreKeyID(try reader.number())
        agreement = try reader.agreementKey()
    }

    /// The layout above.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(number: id.rawValue)
        return bytes + agreement.bytes
    }
}

/// Both halves of a one-time prekey, on the device that made it. Deleted there with the session write of the
/// handshake that used it.
public struct OneTimePreKeyPair: ~Copyable, Sendable {
    /// What is uploaded.
    public let publicKey: OneTimePreKey
    private let secret: X25519.PrivateKey

    /// A new pair.
    public init(id: PreKeyID) {
        secret = X25519.PrivateKey()
        publicKey = OneTimePreKey(id: id, agreement: secret.publicKey)
    }

    /// A stored pair: the public half as uploaded and what ``exportForSealedStore()`` gave.
    /// - Throws: ``KeyFormatError/notCanonical`` when the two are not halves of one pair.
    public init(_ publicKey: OneTimePreKey, fromSealedStore secret: consuming SecretBytes) throws(KeyFormatError) {
        self.secret = try .stored(secret, matching: publicKey.agreement)
        self.publicKey = publicKey
    }

    /// The 32 secret bytes, for a store sealed on the device; nowhere else.
    public borrowing func exportForSealedStore() -> SecretBytes { secret.exportSecret() }

    package borrowing func agree(with peer: X25519.PublicKey) throws(X25519.AgreementError) -> SecretBytes {
        try secret.agree(with: peer)
    }
}
