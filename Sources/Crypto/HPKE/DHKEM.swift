/// A private key that agrees on secrets: what ``DHKEM`` is made of.
protocol AgreementKey: ~Copyable {
    associatedtype PublicHalf: Sendable

    static var kem: HPKE.KEM { get }
    var publicHalf: PublicHalf { get }
    static func bytes(of key: PublicHalf) -> [UInt8]
    static func publicHalf(_ bytes: [UInt8]) -> PublicHalf?
    /// The secret with `peer`; `nil` when everyone would know it.
    borrowing func secret(with peer: PublicHalf) -> SecretBytes?
    /// DeriveKeyPair (RFC 9180, section 7.1.3).
    init(deriving kdf: LabeledKDF, from pseudorandomKey: borrowing SecretBytes)
}

/// A KEM of two Diffie-Hellman keys (RFC 9180, section 4.1).
enum DHKEM<Key: AgreementKey & ~Copyable> {
    private static var kdf: LabeledKDF { .hkdf(Key.kem) }

    /// The key pair that `input` makes.
    static func deriveKey(_ input: borrowing SecretBytes) -> Key {
        let kdf = kdf
        return Key(deriving: kdf, from: kdf.extract(.sha256, salt: .empty, label: "dkp_prk", input: input))
    }

    static func encapsulate(to peer: Key.PublicHalf, ephemeral: borrowing Key) -> SecretBytes? {
        guard let secret = ephemeral.secret(with: peer) else { return nil }
        return expand(secret, Key.bytes(of: ephemeral.publicHalf) + Key.bytes(of: peer))
    }

    static func decapsulate(_ encapsulated: [UInt8], key: borrowing Key) -> SecretBytes? {
        guard let ephemeral = Key.publicHalf(encapsulated), let secret = key.secret(with: ephemeral) else {
            return nil
        }
        return expand(secret, encapsulated + Key.bytes(of: key.publicHalf))
    }

    static func encapsulate(
        to peer: Key.PublicHalf, from sender: borrowing Key, ephemeral: borrowing Key
    ) -> SecretBytes? {
        guard let first = ephemeral.secret(with: peer), let second = sender.secret(with: peer) else { return nil }
        let context = Key.bytes(of: ephemeral.publicHalf) + Key.bytes(of: peer) + Key.bytes(of: sender.publicHalf)
        return expand(first.followed(by: second), context)
    }

    static func decapsulate(_ encapsulated: [UInt8], from sender: Key.PublicHalf, key: borrowing Key) -> SecretBytes? {
        guard let ephemeral = Key.publicHalf(encapsulated), let first = key.secret(with: ephemeral),
              let second = key.secret(with: sender) else { return nil }
        let context = encapsulated + Key.bytes(of: key.publicHalf) + Key.bytes(of: sender)
        return expand(first.followed(by: second), context)
    }

    /// ExtractAndExpand.
    private static func expand(_ secret: borrowing SecretBytes, _ context: [UInt8]) -> SecretBytes {
        let kdf = kdf
        let key = kdf.extract(.sha256, salt: .empty, label: "eae_prk", input: secret)
        return kdf.expand(.sha256, key: key, label: "shared_secret", info: context, byteCount: 32)
    }
}

extension X25519.PrivateKey: AgreementKey {
    static var kem: HPKE.KEM { .x25519 }
    var publicHalf: X25519.PublicKey { publicKey }
    static func bytes(of key: X25519.PublicKey) -> [UInt8] { key.bytes }
    static func publicHalf(_ bytes: [UInt8]) -> X25519.PublicKey? { try? X25519.PublicKey(bytes) }

    borrowing func secret(with peer: X25519.PublicKey) -> SecretBytes? {
        do throws(X25519.AgreementError) {
            return try agree(with: peer)
        } catch {
            return nil
        }
    }

    init(deriving kdf: LabeledKDF, from pseudorandomKey: borrowing SecretBytes) {
        self.init(checked: kdf.expand(.sha256, key: pseudorandomKey, label: "sk", info: [], byteCount: 32))
    }
}

extension P256.PrivateKey: AgreementKey {
    static var kem: HPKE.KEM { .p256 }
    var publicHalf: P256.PublicKey { publicKey }
    static func bytes(of key: P256.PublicKey) -> [UInt8] { key.bytes }
    static func publicHalf(_ bytes: [UInt8]) -> P256.PublicKey? { try? P256.PublicKey(bytes) }

    borrowing func secret(with peer: P256.PublicKey) -> SecretBytes? { agree(with: peer) }

    init(deriving kdf: LabeledKDF, from pseudorandomKey: borrowing SecretBytes) {
        // Each candidate is out of range once in 2^32 times; that 256 of them are does not happen.
        for counter in UInt8.min...UInt8.max {
            let candidate = kdf.expand(
                .sha256, key: pseudorandomKey, label: "candidate", info: [counter], byteCount: 32)
            if let key = P256.PrivateKey(inRange: candidate) {
                self = key
                return
            }
        }
        preconditionFailure("one of 256 candidates is in range")
    }
}

extension SecretBytes {
    /// A secret of these bytes and `other`'s.
    borrowing func followed(by other: borrowing SecretBytes) -> SecretBytes {
        SecretBytes(byteCount: byteCount + other.byteCount) { joined in
            withUnsafeBytes { joined.copyMemory(from: $0) }
            other.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: joined[byteCount...]).copyMemory(from: $0)
            }
        }
    }
}
