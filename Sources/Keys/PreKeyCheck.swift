import Crypto
public import Wire

/// Why a prekey is refused.
public enum PreKeyError: Error, Equatable, Sendable {
    /// A field is out of bounds: an id of zero, a key of another size.
    case malformed
    /// The device did not sign this prekey as one of this kind.
    case badSignature(PreKeyID)
    /// A signed prekey is above 60 days old.
    case stale(PreKeyID)
    /// A signed prekey claims to be made more than a day from now.
    case fromTheFuture(PreKeyID)
    /// An ML-KEM key is not the encoding of a key (FIPS 203, section 7.2).
    case notAKey(PreKeyID)
    /// Two keys of an upload share a name.
    case duplicate(PreKeyID)
    /// More one-time keys of a kind than one upload may hold.
    case tooMany
    /// Nothing in it.
    case empty
}

/// The checks on single prekeys, for a server before it stores and for a client before it uses.
public enum PreKeyCheck {
    /// The last resort has the same age limits as the standing key: they are replaced together.
    /// - Throws: ``PreKeyError`` unless `identity` signed the key as one of that kind and it is not stale.
    public static func verifySignedPreKey(
        _ key: SignedPreKey, as kind: SignedPreKey.Kind, of identity: DeviceIdentityKeys, now: Timestamp
    ) throws(PreKeyError) {
        switch BrokerRules.age(createdAt: key.createdAt, now: now) {
        case .fresh, .replaceSoon: break
        case .stale: throw .stale(key.id)
        case .fromTheFuture: throw .fromTheFuture(key.id)
        }
        guard key.isSigned(by: identity, as: kind) else { throw .badSignature(key.id) }
    }

    /// - Throws: ``PreKeyError`` unless `identity` signed the key as one of that kind.
    public static func verifyKEMPreKey(
        _ key: KEMPreKey, as kind: KEMPreKey.Kind, of identity: DeviceIdentityKeys
    ) throws(PreKeyError) {
        guard key.isSigned(by: identity, as: kind) else { throw .badSignature(key.id) }
    }

    static func kemPreKey(_ payload: KEMPreKeyPayload) throws(PreKeyError) -> KEMPreKey {
        do {
            return try KEMPreKey(payload)
        } catch {
            guard let id = PreKeyID(payload.id), payload.key.count == MLKEM768.encapsulationKeyByteCount,
                  payload.signature.count == Ed25519.signatureByteCount else { throw .malformed }
            throw .notAKey(id)
        }
    }
}
