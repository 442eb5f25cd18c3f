import CSodium

/// Signatures over edwards25519 (RFC 8032, pure Ed25519), by libsodium.
///
/// Verification refuses a non-canonical `S`, a non-canonical or small-order public key, and an `R` of small order.
public enum Ed25519 {
    /// Bytes in a seed and in a public key.
    public static let keyByteCount = 32
    /// Bytes in a signature.
    public static let signatureByteCount = 64

    /// 64 bytes that claim to be a signature; only a key that verifies it says whether they are.
    /// `R`, then `S`.
    public typealias Signature = FixedBytes<SignatureRole>

    /// The role of a ``Signature``.
    public enum SignatureRole: ByteRole {
        public static let byteCount = signatureByteCount
    }

    /// A public key: 32 bytes (a compressed point). A key of small order verifies nothing.
    public typealias PublicKey = FixedBytes<PublicKeyRole>

    /// The role of a ``PublicKey``.
    public enum PublicKeyRole: ByteRole {
        public static let byteCount = keyByteCount
    }

    /// A private key: the seed and the public key it makes, 64 secret bytes in all.
    public struct PrivateKey: ~Copyable, Sendable {
        /// The public half.
        public let publicKey: PublicKey
        /// Seed then public key, as libsodium wants it.
        private let secret: SecretBytes

        /// A new key from the system's random source.
        public init() {
            self.init(checked: .random(byteCount: keyByteCount))
        }

        /// The key that `seed` makes.
        /// - Throws: ``LengthError`` unless there are 32 bytes.
        public init(seed: consuming SecretBytes) throws(LengthError) {
            try LengthError.check(seed.byteCount, is: keyByteCount)
            self.init(checked: seed)
        }

        private init(checked seed: consuming SecretBytes) {
            Sodium.start()
            var publicKey = [UInt8](repeating: 0, count: keyByteCount)
            let secret = SecretBytes(byteCount: 2 * keyByteCount) { pair in
                seed.withUnsafeBytes { seed in
                    _ = crypto_sign_ed25519_seed_keypair(&publicKey, pair.bytes, seed.bytes)
                }
            }
            self.publicKey = PublicKey(checked: publicKey)
            self.secret = secret
        }

        /// Signs `message`. The same message gives the same signature.
        public borrowing func sign(_ message: [UInt8]) -> Signature {
            let signature = [UInt8](unsafeUninitializedCapacity: signatureByteCount) { buffer, count in
                secret.withUnsafeBytes { secret in
                    _ = crypto_sign_ed25519_detached(
                        buffer.bytes, nil, message, UInt64(message.count), secret.bytes)
                }
                count = signatureByteCount
            }
            return Signature(checked: signature)
        }

        /// The 32-byte seed, for a sealed store.
        public borrowing func exportSeed() -> SecretBytes { secret.part(0..<keyByteCount) }
    }
}

extension Ed25519.PublicKey {
    /// Whether `signature` is this key's over exactly `message`.
    public func verifies(_ signature: Ed25519.Signature, over message: [UInt8]) -> Bool {
        Sodium.start()
        return crypto_sign_ed25519_verify_detached(signature.bytes, message, UInt64(message.count), bytes) == 0
    }
}
