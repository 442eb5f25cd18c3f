import Crypto
import Keys

/// The first key of a session, from the agreements of a handshake (PQXDH, section 3.3).
///
/// HKDF-SHA256 with a salt of 32 zeros; the input is, in this order:
///
/// | size | field |
/// |---|---|
/// | 32 | 0xFF |
/// | 32 | initiator's device identity with responder's signed prekey |
/// | 32 | ephemeral with responder's device identity |
/// | 32 | ephemeral with signed prekey |
/// | 0 or 32 | ephemeral with the one-time or last-resort prekey |
/// | 32 | ML-KEM shared secret |
///
/// The info binds everything that both sides saw, so that a prekey swapped on the way gives another key:
///
/// | size | field |
/// |---|---|
/// | 15 | `Sotto PQXDH v1`, zero |
/// | 32 | SHA-256 of the transcript |
///
/// The transcript, in this order:
///
/// | size | field |
/// |---|---|
/// | 32 | ``SessionBinding`` |
/// | 1134 | ``Handshake`` |
/// | 32 | the signed prekey |
/// | 0 or 32 | the one-time or last-resort prekey |
/// | 1184 | the ML-KEM encapsulation key |
struct HandshakeSecret: ~Copyable {
    private var input: SecretBytes

    init() { input = SecretBytes(copying: [UInt8](repeating: 0xFF, count: 32)) }

    /// Takes in the next shared secret.
    mutating func add(_ shared: borrowing SecretBytes) { input = .joining(input, shared) }

    /// The root key, 32 bytes.
    consuming func root(transcript: [UInt8]) -> SecretBytes {
        HKDF.derive(
            .sha256, salt: [UInt8](repeating: 0, count: 32), input: input,
            info: Array("Sotto PQXDH v1".utf8) + [0] + SHA256.hash(transcript), byteCount: 32)
    }
}

/// What an initiator works out from a bundle.
struct InitiatedHandshake: ~Copyable {
    let handshake: Handshake
    let root: SecretBytes

    init(
        _ identity: borrowing DeviceIdentity, with bundle: VerifiedPreKeyBundle, binding: [UInt8]
    ) throws(X25519.AgreementError) {
        let ephemeral = X25519.PrivateKey()
        var secret = HandshakeSecret()
        secret.add(try identity.agree(with: bundle.signedPreKey.agreement))
        secret.add(try ephemeral.agree(with: bundle.deviceIdentity.agreement))
        secret.add(try ephemeral.agree(with: bundle.signedPreKey.agreement))
        let single: Handshake.Single
        let singleKey: X25519.PublicKey?
        switch bundle.single {
        case .none: (single, singleKey) = (.none, nil)
        case .oneTime(let key): (single, singleKey) = (.oneTime(key.id), key.agreement)
        case .lastResort(let key): (single, singleKey) = (.lastResort(key.id), key.agreement)
        }
        if let singleKey { secret.add(try ephemeral.agree(with: singleKey)) }
        let encapsulation = bundle.kemPreKey.encapsulationKey.encapsulate()
        secret.add(encapsulation.sharedSecret)
        let kem = Handshake.KEM(
            kind: bundle.kemKind, id: bundle.kemPreKey.id, ciphertext: encapsulation.ciphertext)
        handshake = Handshake(
            signedPreKey: bundle.signedPreKey.id, single: single, kem: kem, ephemeral: ephemeral.publicKey)
        var transcript = binding + handshake.bytes + bundle.signedPreKey.agreement.bytes
        transcript += singleKey?.bytes ?? []
        transcript += bundle.kemPreKey.encapsulationKey.bytes
        root = secret.root(transcript: transcript)
    }
}

/// What a responder works out from a handshake and the prekeys that it names.
struct AnsweredHandshake: ~Copyable {
    let root: SecretBytes

    /// - Throws: ``OpenError`` when the prekeys are not those, or a key is of small order.
    init(
        _ handshake: Handshake, identity: borrowing DeviceIdentity, peer: Party,
        preKeys: borrowing ResponderPreKeys, binding: [UInt8]
    ) throws(OpenError) {
        guard preKeys.signed.publicKey.id == handshake.signedPreKey, preKeys.singleName == handshake.single,
              preKeys.kem.publicKey.id == handshake.kem.id, preKeys.kem.kind == handshake.kem.kind else {
            throw .refused
        }
        var secret = HandshakeSecret()
        var transcript = binding + handshake.bytes + preKeys.signed.publicKey.agreement.bytes
        do {
            secret.add(try preKeys.signed.agree(with: peer.deviceIdentity.agreement))
            secret.add(try identity.agree(with: handshake.ephemeral))
            secret.add(try preKeys.signed.agree(with: handshake.ephemeral))
            switch preKeys.single {
            case .none: break
            case .oneTime(let pair):
                secret.add(try pair.agree(with: handshake.ephemeral))
                transcript += pair.publicKey.agreement.bytes
            case .lastResort(let pair):
                secret.add(try pair.agree(with: handshake.ephemeral))
                transcript += pair.publicKey.agreement.bytes
            }
        } catch {
            throw .refused
        }
        secret.add(preKeys.kem.decapsulate(handshake.kem.ciphertext))
        transcript += preKeys.kem.publicKey.encapsulationKey.bytes
        root = secret.root(transcript: transcript)
    }
}
