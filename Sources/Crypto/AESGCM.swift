/// AES in Galois/counter mode (NIST SP 800-38D) with a 12-byte nonce and a 16-byte tag, by libcrypto.
///
/// For MLS suite 0x0001 (128 bits) and Web Push (128 bits); everything else of ours uses ``ChaCha20Poly1305``.
public enum AESGCM {
    /// Bytes in a nonce.
    public static let nonceByteCount = 12
    /// Bytes in a tag, which stands behind the ciphertext.
    public static let tagByteCount = 16

    /// A key of 16 bytes (AES-128) or 32 (AES-256). Under one key, no nonce may be used twice.
    public struct Key: ~Copyable, Sendable {
        let secret: SecretBytes

        /// - Throws: ``LengthError`` unless there are 16 or 32 bytes.
        public init(_ secret: consuming SecretBytes) throws(LengthError) {
            try LengthError.check(secret.byteCount, is: secret.byteCount == 16 ? 16 : 32)
            self.secret = secret
        }

        /// A key whose size is known.
        init(checked secret: consuming SecretBytes) { self.secret = secret }

        var cipher: BulkCipher { secret.byteCount == 16 ? .aes128GCM : .aes256GCM }
    }

    /// A nonce: 12 bytes, used once under a key.
    public typealias Nonce = FixedBytes<NonceRole>

    /// The role of a ``Nonce``.
    public enum NonceRole: ByteRole {
        public static let byteCount = nonceByteCount
    }

    /// Ciphertext then tag: `plaintext.count + 16` bytes. `bound` is authenticated with them and not part of them.
    public static func seal(
        _ plaintext: [UInt8], key: borrowing Key, nonce: Nonce, binding bound: [UInt8]
    ) -> [UInt8] {
        let byteCount = plaintext.count + tagByteCount
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            count = byteCount
            plaintext.withUnsafeBytes { plaintext in
                key.cipher.seal(
                    plaintext, key: key.secret, nonce: nonce.bytes, binding: bound,
                    into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
    }

    /// The plaintext of `sealed` (ciphertext then tag).
    /// - Throws: ``AuthenticationFailure`` for anything that was not sealed with exactly these values.
    public static func open(
        _ sealed: [UInt8], key: borrowing Key, nonce: Nonce, binding bound: [UInt8]
    ) throws(AuthenticationFailure) -> [UInt8] {
        guard sealed.count >= tagByteCount else { throw AuthenticationFailure() }
        var isAuthentic = false
        let plaintext = [UInt8](unsafeUninitializedCapacity: sealed.count - tagByteCount) { buffer, count in
            isAuthentic = sealed.withUnsafeBytes { sealed in
                key.cipher.open(
                    sealed, key: key.secret, nonce: nonce.bytes, binding: bound,
                    into: UnsafeMutableRawBufferPointer(buffer))
            }
            count = isAuthentic ? sealed.count - tagByteCount : 0
        }
        guard isAuthentic else { throw AuthenticationFailure() }
        return plaintext
    }
}
