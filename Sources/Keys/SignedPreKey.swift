public import Crypto

/// A device's medium-term public key, signed by the device; the X25519 side of every handshake with it.
///
/// It is also the last resort on that side: a handshake without a one-time prekey uses it alone. Whether the
/// signature is good is said by ``isSigned(by:)`` only.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | id |
/// | 4 | 8 | created, milliseconds since 1970 |
/// | 12 | 32 | X25519 public key |
/// | 44 | 64 | signature by the device's Ed25519 key |
///
/// Signed, in the context `Sotto signed prekey v1`: everything before the signature.
public struct SignedPreKey: Hashable, Sendable {
    /// Bytes in the layout above.
    public static let byteCount = 108

    /// Names the key within its device.
    public let id: PreKeyID
    /// When the device says it was made, in milliseconds since 1970.
    public let createdMilliseconds: UInt64
    /// The key to agree with.
    public let agreement: X25519.PublicKey
    /// The device's word for all of it.
    public let signature: Ed25519.Signature

    /// - Throws: ``KeyFormatError`` for anything but the layout above.
    public init(_ bytes: [UInt8]) throws(KeyFormatError) {
        var reader = ByteReader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }

    init(from reader: inout ByteReader) throws(KeyFormatError) {
        id = PreKeyID(try reader.number())
        createdMilliseconds = try reader.number()
        agreement = try reader.agreementKey()
        signature = try reader.signature()
    }

    fileprivate init(
        id: PreKeyID, createdMilliseconds: UInt64, agreement: X25519.PublicKey, signature: Ed25519.Signature
    ) {
        self.id = id
        self.createdMilliseconds = createdMilliseconds
        self.agreement = agreement
        self.signature = signature
    }

    /// The layout above.
    public var bytes: [UInt8] {
        Self.content(id: id, createdMilliseconds: createdMilliseconds, agreement: agreement) + signature.bytes
    }

    /// Whether the device with that identity signed it.
    public func isSigned(by identity: DeviceIdentityKeys) -> Bool {
        let content = Self.content(id: id, createdMilliseconds: createdMilliseconds, agreement: agreement)
        return identity.verifies(signature, over: content, as: .signedPreKey)
    }

    fileprivate static func content(
        id: PreKeyID, createdMilliseconds: UInt64, agreement: X25519.PublicKey
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(number: id.rawValue)
        bytes.append(number: createdMilliseconds)
        return bytes + agreement.bytes
    }
}

/// Both halves of a signed prekey, on the device that made it.
public struct SignedPreKeyPair: ~Copyable, Sendable {
    /// What is uploaded.
    public let publicKey: SignedPreKey
    private let secret: X25519.PrivateKey

    /// A new pair, signed by its device.
    public init(id: PreKeyID, createdMilliseconds: UInt64, signedBy identity: borrowing DeviceIdentity) {
        let secret = X25519.PrivateKey()
        let content = SignedPreKey.content(
            id: id, createdMilliseconds: createdMilliseconds, agreement: secret.publicKey)
        publicKey = SignedPreKey(
            id: id, createdMilliseconds: createdMilliseconds, agreement: secret.publicKey,
            signature: identity.sign(content, as: .signedPreKey))
        self.secret = secret
    }

    /// A stored pair: the public half as uploaded and what ``exportForSealedStore()`` gave.
    /// - Throws: ``KeyFormatError/notCanonical`` when the two are not halves of one pair.
    public init(_ publicKey: SignedPreKey, fromSealedStore secret: consuming SecretBytes) throws(KeyFormatError) {
        self.secret = try .stored(secret, matching: publicKey.agreement)
        self.publicKey = publicKey
    }

    /// The 32 secret bytes, for a store sealed on the device; nowhere else.
    public borrowing func exportForSealedStore() -> SecretBytes { secret.exportSecret() }

    package borrowing func agree(with peer: X25519.PublicKey) throws(X25519.AgreementError) -> SecretBytes {
        try secret.agree(with: peer)
    }

    /// The private half by itself: it is the responder's first ratchet key.
    package borrowing func ratchetKey() -> X25519.PrivateKey { secret.duplicate() }
}

extension X25519.PrivateKey {
    /// A stored private key, when it is the one that makes `publicKey`.
    static func stored(
        _ secret: consuming SecretBytes, matching publicKey: X25519.PublicKey
    ) throws(KeyFormatError) -> X25519.PrivateKey {
        guard secret.byteCount == X25519.keyByteCount else { throw .truncated }
        let key: X25519.PrivateKey
        do { key = try X25519.PrivateKey(secret) } catch { throw .truncated }
        guard key.publicKey == publicKey else { throw .notCanonical }
        return key
    }
}
