public import Crypto
public import Wire

/// A post-quantum public key (ML-KEM-768, FIPS 203), signed by its device: handed out once, or as the last resort
/// when all those are gone.
///
/// Whether the signature is good is said by ``isSigned(by:as:)`` only.
///
/// Signed, in the context `Sotto KEM one-time prekey v1` or `Sotto KEM last-resort prekey v1`, numbers big-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | id, from 1 up |
/// | 4 | 1184 | ML-KEM-768 encapsulation key |
///
/// The context says the kind, so that a server cannot pass a last resort off as a one-time key.
public struct KEMPreKey: Hashable, Sendable {
    /// How often the key may be used.
    public enum Kind: Hashable, Sendable, CaseIterable {
        case oneTime
        case lastResort

        var context: SignatureContext {
            switch self {
            case .oneTime: .kemOneTimePreKey
            case .lastResort: .kemLastResortPreKey
            }
        }
    }

    /// Names the key within its device, over both kinds.
    public let id: PreKeyID
    /// The key to encapsulate to.
    public let encapsulationKey: MLKEM768.EncapsulationKey
    /// The device's word for all of it.
    public let signature: Ed25519.Signature

    /// What came over the wire.
    /// - Throws: ``KeyFormatError/outOfBounds`` for an id of zero, a key that is none (FIPS 203, section 7.2) or a
    ///   signature of another size.
    public init(_ payload: KEMPreKeyPayload) throws(KeyFormatError) {
        id = try PreKeyID(checking: payload.id)
        do {
            encapsulationKey = try MLKEM768.EncapsulationKey(payload.key)
            signature = try Ed25519.Signature(payload.signature)
        } catch {
            throw .outOfBounds
        }
    }

    fileprivate init(id: PreKeyID, encapsulationKey: MLKEM768.EncapsulationKey, signature: Ed25519.Signature) {
        self.id = id
        self.encapsulationKey = encapsulationKey
        self.signature = signature
    }

    /// As it travels.
    public var payload: KEMPreKeyPayload {
        KEMPreKeyPayload(id: id.rawValue, key: encapsulationKey.bytes, signature: signature.bytes)
    }

    /// Whether the device with that identity signed it as a key of that kind.
    public func isSigned(by identity: DeviceIdentityKeys, as kind: Kind) -> Bool {
        identity.verifies(
            signature, over: Self.content(id: id, encapsulationKey: encapsulationKey), as: kind.context)
    }

    /// The kind as which the device with that identity signed it; `nil` when it did not.
    func kind(signedBy identity: DeviceIdentityKeys) -> Kind? {
        Kind.allCases.first { isSigned(by: identity, as: $0) }
    }

    /// The signed bytes and the signature: what a digest is taken over.
    var digestedBytes: [UInt8] { Self.content(id: id, encapsulationKey: encapsulationKey) + signature.bytes }

    fileprivate static func content(id: PreKeyID, encapsulationKey: MLKEM768.EncapsulationKey) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + MLKEM768.encapsulationKeyByteCount)
        bytes.append(number: id.rawValue)
        return bytes + encapsulationKey.bytes
    }
}

/// Both halves of an ML-KEM prekey, on the device that made it. A one-time pair is deleted there together with the
/// session write of the handshake that used it.
public struct KEMPreKeyPair: ~Copyable, Sendable {
    /// Bytes that ``exportForSealedStore()`` gives.
    static let storedByteCount = 133

    /// What is uploaded.
    public let publicKey: KEMPreKey
    /// How often it may be used.
    public let kind: KEMPreKey.Kind
    private let secret: MLKEM768.DecapsulationKey

    /// A new pair, signed by its device.
    public init(_ kind: KEMPreKey.Kind, id: PreKeyID, signedBy identity: borrowing DeviceIdentity) {
        let secret = MLKEM768.DecapsulationKey()
        let content = KEMPreKey.content(id: id, encapsulationKey: secret.encapsulationKey)
        publicKey = KEMPreKey(
            id: id, encapsulationKey: secret.encapsulationKey, signature: identity.sign(content, as: kind.context))
        self.kind = kind
        self.secret = secret
    }

    /// What ``exportForSealedStore()`` gave.
    /// - Throws: ``KeyFormatError``.
    public init(fromSealedStore stored: borrowing SecretBytes) throws(KeyFormatError) {
        guard stored.byteCount == Self.storedByteCount else { throw .truncated }
        var reader = ByteReader(stored.part(0..<5).exportUnprotected())
        let kind = try Self.kind(try reader.number())
        let id = try PreKeyID(checking: try reader.number())
        var tail = ByteReader(stored.part(69..<133).exportUnprotected())
        let signature = try tail.signature()
        let secret = MLKEM768.DecapsulationKey(seedOf: stored, at: 5)
        publicKey = KEMPreKey(id: id, encapsulationKey: secret.encapsulationKey, signature: signature)
        self.kind = kind
        self.secret = secret
    }

    /// Kind (1 byte: 1 one-time, 2 last resort), id (4), seed (64), signature (64): for a store sealed on the device,
    /// nowhere else.
    public borrowing func exportForSealedStore() -> SecretBytes {
        var head: [UInt8] = [kind == .oneTime ? 1 : 2]
        head.append(number: publicKey.id.rawValue)
        return .joining(head, secret.exportSeed(), publicKey.signature.bytes)
    }

    /// The shared secret in `ciphertext`, 32 bytes; one that nobody else knows when it was not made for this key.
    package borrowing func decapsulate(_ ciphertext: MLKEM768.Ciphertext) -> SecretBytes {
        secret.decapsulate(ciphertext)
    }

    private static func kind(_ byte: UInt8) throws(KeyFormatError) -> KEMPreKey.Kind {
        switch byte {
        case 1: .oneTime
        case 2: .lastResort
        default: throw .outOfBounds
        }
    }
}
