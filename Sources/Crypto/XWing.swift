/// Key encapsulation by ML-KEM-768 and X25519 together (draft-connolly-cfrg-xwing-kem, MLKEM768-X25519 of
/// draft-ietf-hpke-pq): safe as long as one of the two is.
///
/// A private key is its 32-byte seed. Nothing fails once the sizes are right: a forged ciphertext gives a secret that
/// nobody else knows.
public enum XWing {
    /// Bytes in an encapsulation key: ML-KEM's 1,184, then X25519's 32.
    public static let encapsulationKeyByteCount = MLKEM768.encapsulationKeyByteCount + X25519.keyByteCount
    /// Bytes in a ciphertext: ML-KEM's 1,088, then an ephemeral X25519 key.
    public static let ciphertextByteCount = MLKEM768.ciphertextByteCount + X25519.keyByteCount
    /// Bytes in a shared secret.
    public static let sharedSecretByteCount = 32
    /// Bytes in the seed that makes a key pair.
    public static let seedByteCount = 32

    /// A public key whose ML-KEM half was checked (FIPS 203, section 7.2).
    public struct EncapsulationKey: Hashable, Sendable {
        /// The 1,216 bytes.
        public let bytes: [UInt8]
        private let kem: MLKEM768.EncapsulationKey
        private let curve: X25519.PublicKey

        /// - Throws: ``MLKEM768/KeyError``; its count is of all bytes.
        public init(_ bytes: [UInt8]) throws(MLKEM768.KeyError) {
            guard bytes.count == encapsulationKeyByteCount else { throw .wrongByteCount(bytes.count) }
            try self.init(
                MLKEM768.EncapsulationKey(Array(bytes[..<MLKEM768.encapsulationKeyByteCount])),
                X25519.PublicKey(checked: Array(bytes[MLKEM768.encapsulationKeyByteCount...])))
        }

        fileprivate init(_ kem: MLKEM768.EncapsulationKey, _ curve: X25519.PublicKey) {
            bytes = kem.bytes + curve.bytes
            self.kem = kem
            self.curve = curve
        }

        /// A fresh shared secret, and the ciphertext that carries it to the key's owner.
        public func encapsulate() -> Encapsulation { encapsulateWithChosenSeed(.random(byteCount: 64)) }

        /// For published vectors and checks, and the step inside ``encapsulate()``: a seed used twice gives the same
        /// secret twice. `seed` has 64 bytes: ML-KEM's message, then the ephemeral private key.
        package func encapsulateWithChosenSeed(_ seed: borrowing SecretBytes) -> Encapsulation {
            let first = kem.encapsulateWithChosenMessage(seed.part(0..<32))
            let ephemeral = X25519.PrivateKey(checked: seed.part(32..<64))
            return Encapsulation(
                ciphertext: Ciphertext(first.ciphertext, ephemeral.publicKey),
                sharedSecret: combine(
                    first.sharedSecret, ephemeral.agreeOrZeros(with: curve), ephemeral.publicKey, curve))
        }
    }

    /// 1,120 bytes that carry a shared secret, or claim to.
    public struct Ciphertext: Hashable, Sendable {
        /// The 1,120 bytes.
        public var bytes: [UInt8] { kem.bytes + curve.bytes }
        fileprivate let kem: MLKEM768.Ciphertext
        fileprivate let curve: X25519.PublicKey

        /// - Throws: ``LengthError`` unless there are 1,120 bytes.
        public init(_ bytes: [UInt8]) throws(LengthError) {
            try LengthError.check(bytes.count, is: ciphertextByteCount)
            kem = try MLKEM768.Ciphertext(Array(bytes[..<MLKEM768.ciphertextByteCount]))
            curve = X25519.PublicKey(checked: Array(bytes[MLKEM768.ciphertextByteCount...]))
        }

        fileprivate init(_ kem: MLKEM768.Ciphertext, _ curve: X25519.PublicKey) {
            self.kem = kem
            self.curve = curve
        }
    }

    /// What encapsulating gives.
    public struct Encapsulation: ~Copyable, Sendable {
        /// Goes to the key's owner.
        public let ciphertext: Ciphertext
        /// Is known to both then, 32 bytes.
        public let sharedSecret: SecretBytes

        fileprivate init(ciphertext: Ciphertext, sharedSecret: consuming SecretBytes) {
            self.ciphertext = ciphertext
            self.sharedSecret = sharedSecret
        }
    }

    /// A private key: its 32-byte seed, and the two keys it makes.
    public struct DecapsulationKey: ~Copyable, Sendable {
        /// The public half.
        public let encapsulationKey: EncapsulationKey
        private let seed: SecretBytes
        private let kem: MLKEM768.DecapsulationKey
        private let curve: X25519.PrivateKey

        /// A new key from the system's random source.
        public init() { self.init(checked: .random(byteCount: seedByteCount)) }

        /// The key that `seed` makes: SHAKE256 stretches it to both halves' seeds.
        /// - Throws: ``LengthError`` unless there are 32 bytes.
        public init(seed: consuming SecretBytes) throws(LengthError) {
            try LengthError.check(seed.byteCount, is: seedByteCount)
            self.init(checked: seed)
        }

        init(checked seed: consuming SecretBytes) {
            let expanded = SHA3.secretShake256(seed, byteCount: 96)
            kem = MLKEM768.DecapsulationKey(checked: expanded.part(0..<64))
            curve = X25519.PrivateKey(checked: expanded.part(64..<96))
            encapsulationKey = EncapsulationKey(kem.encapsulationKey, curve.publicKey)
            self.seed = seed
        }

        /// The shared secret in `ciphertext`, 32 bytes.
        public borrowing func decapsulate(_ ciphertext: Ciphertext) -> SecretBytes {
            combine(
                kem.decapsulate(ciphertext.kem), curve.agreeOrZeros(with: ciphertext.curve), ciphertext.curve,
                curve.publicKey)
        }

        /// The 32-byte seed, for a sealed store.
        public borrowing func exportSeed() -> SecretBytes { seed.duplicate() }
    }

    /// SHA3-256 of both secrets, the ephemeral and the owner's X25519 key, and the label.
    private static func combine(
        _ kemSecret: borrowing SecretBytes, _ curveSecret: borrowing SecretBytes, _ ephemeral: X25519.PublicKey,
        _ owner: X25519.PublicKey
    ) -> SecretBytes {
        var sponge = Keccak.sha3(digestByteCount: 32)
        sponge.absorb(kemSecret)
        sponge.absorb(curveSecret)
        sponge.absorb(ephemeral.bytes + owner.bytes + label)
        return sponge.squeezeSecret(sharedSecretByteCount)
    }

    /// A little picture: `\.//^\`.
    private static let label: [UInt8] = [0x5C, 0x2E, 0x2F, 0x2F, 0x5E, 0x5C]
}
