import CSodium

/// Signatures over edwards25519 (RFC 8032, pure Ed25519), by libsodium.
///
/// Verification refuses a non-canonical `S`, a non-canonical or small-order public key, and an `R` of small order.
public enum Ed25519 {
    /// Bytes in a seed and in a public key.
    public static let keyByteCount = 32
    /// Bytes in a signature.
    public static let signatureByteCount = 64

    /// 64 bytes that claim to be a signature; only ``PublicKey/verifies(_:over:)`` says whether they are.
    public struct Signature: Hashable, Sendable {
        /// The 64 bytes: `R` then `S`.
        public let bytes: [UInt8]

        /// - Throws: ``LengthError`` unless there are 64 bytes.
        public init(_ bytes: [UInt8]) throws(LengthError) {
            try LengthError.check(bytes.count, is: signatureByteCount)
            self.bytes = bytes
        }

        init(checked bytes: [UInt8]) { self.bytes = bytes }
    }

    /// A public key: 32 bytes. A key of small order verifies nothing.
    public struct PublicKey: Hashable, Sendable {
        /// The 32 bytes (compressed point).
        public let bytes: [UInt8]

        /// - Throws: ``LengthError`` unless there are 32 bytes.
        public init(_ bytes: [UInt8]) throws(LengthError) {
            try LengthError.check(bytes.count, is: keyByteCount)
            self.bytes = bytes
        }

        init(checked bytes: [UInt8]) { self.bytes = bytes }

        /// Whether `signature` is this key's over exactly `message`.
        public func verifies(_ signature: Signature, over message: [UInt8]) -> Bool {
            Sodium.start()
            return crypto_sign_ed25519_verify_detached(
                signature.bytes, message, UInt64(message.count), bytes) == 0
        }
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
