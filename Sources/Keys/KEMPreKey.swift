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
    /// Bytes in an encapsulation key.
    public static let encapsulationKeyByteCount = KEMPreKeyPayload.keyByteCount

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
    /// The key to encapsulate to, 1,184 bytes.
    public let encapsulationKey: [UInt8]
    /// The device's word for all of it.
    public let signature: Ed25519.Signature

    /// What came over the wire.
    /// - Throws: ``KeyFormatError/outOfBounds`` for an id of zero or a key or signature of another size.
    public init(_ payload: KEMPreKeyPayload) throws(KeyFormatError) {
        guard payload.key.count == Self.encapsulationKeyByteCount else { throw .outOfBounds }
        id = try PreKeyID(checking: payload.id)
        encapsulationKey = payload.key
        do { signature = try Ed25519.Signature(payload.signature) } catch { throw .outOfBounds }
    }

    /// A new public half over `encapsulationKey`, signed by its device. Other than 1,184 bytes trap.
    init(_ kind: Kind, id: PreKeyID, encapsulationKey: [UInt8], signedBy identity: borrowing DeviceIdentity) {
        precondition(encapsulationKey.count == Self.encapsulationKeyByteCount, "an ML-KEM-768 key has 1,184 bytes")
        self.id = id
        self.encapsulationKey = encapsulationKey
        signature = identity.sign(Self.content(id: id, encapsulationKey: encapsulationKey), as: kind.context)
    }

    /// As it travels.
    public var payload: KEMPreKeyPayload {
        KEMPreKeyPayload(id: id.rawValue, key: encapsulationKey, signature: signature.bytes)
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

    private static func content(id: PreKeyID, encapsulationKey: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + encapsulationKeyByteCount)
        bytes.append(number: id.rawValue)
        return bytes + encapsulationKey
    }
}
