public import Keys

/// The private halves of the prekeys that a handshake names, out of the responder's sealed store.
///
/// When the session was written, the one-time keys among them are deleted in the same transaction.
public struct ResponderPreKeys: ~Copyable, Sendable {
    /// The X25519 prekey beside the signed one.
    public enum Single: ~Copyable, Sendable {
        case none
        case oneTime(OneTimePreKeyPair)
        case lastResort(SignedPreKeyPair)
    }

    let signed: SignedPreKeyPair
    let single: Single
    let kem: KEMPreKeyPair

    /// The keys named by ``Handshake/signedPreKey``, ``Handshake/single`` and ``Handshake/kem``.
    public init(signed: consuming SignedPreKeyPair, single: consuming Single, kem: consuming KEMPreKeyPair) {
        self.signed = signed
        self.single = single
        self.kem = kem
    }

    var singleName: Handshake.Single {
        switch single {
        case .none: .none
        case .oneTime(let pair): .oneTime(pair.publicKey.id)
        case .lastResort(let pair): .lastResort(pair.publicKey.id)
        }
    }
}
