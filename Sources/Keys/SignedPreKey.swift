public import Crypto
public import Wire

/// A device's public X25519 key that several handshakes use, signed by the device.
///
/// Whether the signature is good is said by ``isSigned(by:as:)`` only.
///
/// Signed, in the context `Sotto signed prekey v1` or `Sotto last-resort prekey v1`, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | id, from 1 up |
/// | 4 | 8 | created, milliseconds since 1970 |
/// | 12 | 32 | X25519 public key |
public struct SignedPreKey: Hashable, Sendable {
    /// What the key is for. The signature says it, so that one cannot pass for the other.
    public enum Kind: Sendable {
        /// Takes part in every handshake; replaced about once a month.
        case standing
        /// Takes the place of a one-time prekey when none is left.
        case lastResort

        var context: SignatureContext {
            switch self {
            case .standing: .signedPreKey
            case .lastResort: .lastResortPreKey
            }
        }
    }

    /// Names the key within its device.
    public let id: PreKeyID
    /// When the device says it was made.
    public let createdAt: Timestamp
    /// The key to agree with.
    public let agreement: X25519.PublicKey
    /// The device's word for all of it.
    public let signature: Ed25519.Signature

    /// What came over the wire.
    /// - Throws: ``KeyFormatError/outOfBounds`` for an id of zero or a key or signature of another size.
    public init(_ payload: SignedPreKeyPayload) throws(KeyFormatError) {
        id = try PreKeyID(checking: payload.id)
        createdAt = payload.createdAt
        do {
            agreement = try X25519.PublicKey(payload.key)
            signature = try Ed25519.Signature(payload.signature)
        } catch {
            throw .outOfBounds
        }
    }

    fileprivate init(
        id: PreKeyID, createdAt: Timestamp, agreement: X25519.PublicKey, signature: Ed25519.Signature
    ) {
        self.id = id
        self.createdAt = createdAt
        self.agreement = agreement
        self.signature = signature
    }

    /// As it travels.
    public var payload: SignedPreKeyPayload {
        SignedPreKeyPayload(id: id.rawValue, key: agreement.bytes, createdAt: createdAt, signature: signature.bytes)
    }

    /// Whether the device with that identity signed it as a key of that kind.
    public func isSigned(by identity: DeviceIdentityKeys, as kind: Kind) -> Bool {
        identity.verifies(
            signature, over: Self.content(id: id, createdAt: createdAt, agreement: agreement), as: kind.context)
    }

    /// The signed bytes and the signature: what a digest is taken over.
    var digestedBytes: [UInt8] {
        Self.content(id: id, createdAt: createdAt, agreement: agreement) + signature.bytes
    }

    fileprivate static func content(id: PreKeyID, createdAt: Timestamp, agreement: X25519.PublicKey) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(number: id.rawValue)
        bytes.append(number: createdAt.milliseconds)
        return bytes + agreement.bytes
    }
}

/// Both halves of a signed prekey, on the device that made it. Kept for a while after it was replaced, for the
/// handshakes that are still under way.
public struct SignedPreKeyPair: ~Copyable, Sendable {
    /// Bytes that ``exportForSealedStore()`` gives.
    static let storedByteCount = 140

    /// What is uploaded.
    public let publicKey: SignedPreKey
    private let secret: X25519.PrivateKey

    /// A new pair, signed by its device.
    public init(
        _ kind: SignedPreKey.Kind, id: PreKeyID, createdAt: Timestamp, signedBy identity: borrowing DeviceIdentity
    ) {
        let secret = X25519.PrivateKey()
        let content = SignedPreKey.content(id: id, createdAt: createdAt, agreement: secret.publicKey)
        publicKey = SignedPreKey(
            id: id, createdAt: createdAt, agreement: secret.publicKey,
            signature: identity.sign(content, as: kind.context))
        self.secret = secret
    }

    /// What ``exportForSealedStore()`` gave.
    /// - Throws: ``KeyFormatError``.
    public init(fromSealedStore stored: borrowing SecretBytes) throws(KeyFormatError) {
        guard stored.byteCount == Self.storedByteCount else { throw .truncated }
        var reader = ByteReader(stored.part(0..<12).exportUnprotected())
        let id = try PreKeyID(checking: try reader.number())
        let createdAt = Timestamp(milliseconds: try reader.number())
        var tail = ByteReader(stored.part(44..<140).exportUnprotected())
        let agreement = try tail.agreementKey()
        let signature = try tail.signature()
        let secret = X25519.PrivateKey(fromSealedStore: stored, at: 12, publicKey: agreement)
        publicKey = SignedPreKey(id: id, createdAt: createdAt, agreement: agreement, signature: signature)
        self.secret = secret
    }

    /// Id (4 bytes), created (8), private key (32), public key (32), signature (64): for a store sealed on the device,
    /// nowhere else.
    public borrowing func exportForSealedStore() -> SecretBytes {
        var head: [UInt8] = []
        head.append(number: publicKey.id.rawValue)
        head.append(number: publicKey.createdAt.milliseconds)
        return .joining(head, secret.exportSecret(), publicKey.agreement.bytes + publicKey.signature.bytes)
    }

    /// The shared secret with `peer`, 32 bytes.
    package borrowing func agree(with peer: X25519.PublicKey) throws(X25519.AgreementError) -> SecretBytes {
        try secret.agree(with: peer)
    }

    /// The private half by itself: it is the responder's first ratchet key.
    package borrowing func ratchetKey() -> X25519.PrivateKey { secret.duplicate() }
}

extension SecretBytes {
    /// `head`, then the secret, then `tail`, all of it as a secret.
    static func joining(_ head: [UInt8], _ secret: borrowing SecretBytes, _ tail: [UInt8]) -> SecretBytes {
        SecretBytes(byteCount: head.count + secret.byteCount + tail.count) { buffer in
            let middle = head.count..<(head.count + secret.byteCount)
            buffer.copyBytes(from: head)
            secret.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[middle]).copyMemory(from: $0) }
            UnsafeMutableRawBufferPointer(rebasing: buffer[middle.upperBound...]).copyBytes(from: tail)
        }
    }
}
