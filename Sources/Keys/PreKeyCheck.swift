/// Why a prekey is refused.
public enum PreKeyError: Error, Equatable, Sendable {
    /// The device did not sign this prekey of this kind.
    case badSignature(PreKeyID)
    /// A long-lived prekey is above 60 days old.
    case stale(PreKeyID)
    /// A prekey claims to be made more than a day from now.
    case fromTheFuture(PreKeyID)
    /// An ML-KEM key is not the encoding of a key (FIPS 203, section 7.2).
    case notAKey(PreKeyID)
    /// A last-resort key stands where a one-time key belongs, or the other way round.
    case wrongKind(PreKeyID)
    /// Two keys of an upload share a name.
    case duplicate(PreKeyID)
    /// More than ``BrokerRules/batchCountMax`` keys of a kind.
    case tooMany
    /// Nothing in it.
    case empty
}

/// The checks on single prekeys, for a server before it stores and for a client before it uses.
public enum PreKeyCheck {
    /// - Throws: ``PreKeyError`` unless `identity` signed the key and it is not stale.
    public static func verifySignedPreKey(
        _ key: SignedPreKey, of identity: DeviceIdentityKeys, nowMilliseconds: UInt64
    ) throws(PreKeyError) {
        try verifyAge(key.id, createdMilliseconds: key.createdMilliseconds, nowMilliseconds: nowMilliseconds)
        guard key.isSigned(by: identity) else { throw .badSignature(key.id) }
    }

    /// A one-time key has no age limit: it is gone after one use.
    /// - Throws: ``PreKeyError`` unless `identity` signed the key, it is of that kind and, as a last resort, not stale.
    public static func verifyKEMPreKey(
        _ key: KEMPreKey, kind: KEMPreKey.Kind, of identity: DeviceIdentityKeys, nowMilliseconds: UInt64
    ) throws(PreKeyError) {
        guard key.kind == kind else { throw .wrongKind(key.id) }
        if kind == .lastResort {
            try verifyAge(key.id, createdMilliseconds: key.createdMilliseconds, nowMilliseconds: nowMilliseconds)
        }
        guard key.isSigned(by: identity) else { throw .badSignature(key.id) }
    }

    private static func verifyAge(
        _ id: PreKeyID, createdMilliseconds: UInt64, nowMilliseconds: UInt64
    ) throws(PreKeyError) {
        switch BrokerRules.age(createdMilliseconds: createdMilliseconds, nowMilliseconds: nowMilliseconds) {
        case .fresh, .replaceSoon: break
        case .stale: throw .stale(id)
        case .fromTheFuture: throw .fromTheFuture(id)
        }
    }
}
