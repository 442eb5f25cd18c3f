import CSodium

/// Authenticated encryption with a 12-byte nonce (RFC 8439): of messages by libsodium, of bulk by libcrypto.
public enum ChaCha20Poly1305 {
    /// Bytes in a key.
    public static let keyByteCount = 32
    /// Bytes in a nonce.
    public static let nonceByteCount = 12
    /// Bytes in a tag, which stands behind the ciphertext.
    public static let tagByteCount = 16

    /// From this size on libcrypto is faster, its fixed cost per call included. Both give the same bytes.
    static let bulkByteCountMin = 1_024

    /// A 32-byte key. Under one key, no nonce may be used twice.
    public struct Key: ~Copyable, Sendable {
        let secret: SecretBytes

        /// - Throws: ``LengthError`` unless there are 32 bytes.
        public init(_ secret: consuming SecretBytes) throws(LengthError) {
            try LengthError.check(secret.byteCount, is: keyByteCount)
            self.secret = secret
        }

        /// A new key from the system's random source.
        public init() { secret = .random(byteCount: keyByteCount) }

        /// A second owner of the same key.
        public borrowing func duplicate() -> Key { Key(checked: secret.duplicate()) }

        /// The 32 secret bytes, to be carried inside something sealed.
        public borrowing func exportSecret() -> SecretBytes { secret.duplicate() }

        /// For 32 bytes that are so by their making; traps for any other number.
        package init(checked secret: consuming SecretBytes) {
            precondition(secret.byteCount == keyByteCount, "a key has 32 bytes")
            self.secret = secret
        }
    }

    /// A nonce: 12 bytes, used once under a key.
    public typealias Nonce = FixedBytes<NonceRole>

    /// The role of a ``Nonce``.
    public enum NonceRole: ByteRole {
        public static let byteCount = nonceByteCount
        fileprivate static let zero = Nonce(checked: [UInt8](repeating: 0, count: byteCount))
    }

    /// Ciphertext then tag: `plaintext.count + 16` bytes. `bound` is authenticated with them and not part of them.
    public static func seal(
        _ plaintext: [UInt8], key: borrowing Key, nonce: Nonce, binding bound: [UInt8]
    ) -> [UInt8] {
        plaintext.withUnsafeBytes { seal($0, key: key, nonce: nonce, binding: bound) }
    }

    /// As ``seal(_:key:nonce:binding:)``, for a plaintext that is a secret.
    public static func seal(
        secret plaintext: borrowing SecretBytes, key: borrowing Key, nonce: Nonce, binding bound: [UInt8]
    ) -> [UInt8] {
        plaintext.withUnsafeBytes { seal($0, key: key, nonce: nonce, binding: bound) }
    }

    /// As ``seal(_:key:nonce:binding:)``, for a plaintext wherever it lies.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer, key: borrowing Key, nonce: Nonce, binding bound: [UInt8]
    ) -> [UInt8] {
        Sodium.start()
        let byteCount = plaintext.count + tagByteCount
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            count = byteCount
            if plaintext.count >= bulkByteCountMin {
                BulkCipher.chaCha20Poly1305.seal(
                    plaintext, key: key.secret, nonce: nonce.bytes, binding: bound,
                    into: UnsafeMutableRawBufferPointer(buffer))
                return
            }
            _ = key.secret.withUnsafeBytes { key in
                crypto_aead_chacha20poly1305_ietf_encrypt(
                    buffer.bytes, nil, plaintext.bytes, UInt64(plaintext.count),
                    bound, UInt64(bound.count), nil, nonce.bytes, key.bytes)
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
            isAuthentic = open(
                sealed, key: key, nonce: nonce, binding: bound, into: UnsafeMutableRawBufferPointer(buffer))
            count = isAuthentic ? sealed.count - tagByteCount : 0
        }
        guard isAuthentic else { throw AuthenticationFailure() }
        return plaintext
    }

    /// As ``open(_:key:nonce:binding:)``, for a plaintext that is a secret.
    /// - Throws: ``AuthenticationFailure`` for anything that was not sealed with exactly these values.
    public static func openSecret(
        _ sealed: [UInt8], key: borrowing Key, nonce: Nonce, binding bound: [UInt8]
    ) throws(AuthenticationFailure) -> SecretBytes {
        guard sealed.count >= tagByteCount else { throw AuthenticationFailure() }
        return try SecretBytes(byteCount: sealed.count - tagByteCount) { buffer throws(AuthenticationFailure) in
            guard open(sealed, key: key, nonce: nonce, binding: bound, into: buffer) else {
                throw AuthenticationFailure()
            }
        }
    }

    private static func open(
        _ sealed: [UInt8], key: borrowing Key, nonce: Nonce, binding bound: [UInt8],
        into plaintext: UnsafeMutableRawBufferPointer
    ) -> Bool {
        Sodium.start()
        if sealed.count - tagByteCount >= bulkByteCountMin {
            return sealed.withUnsafeBytes { sealed in
                BulkCipher.chaCha20Poly1305.open(
                    sealed, key: key.secret, nonce: nonce.bytes, binding: bound, into: plaintext)
            }
        }
        return key.secret.withUnsafeBytes { key in
            crypto_aead_chacha20poly1305_ietf_decrypt(
                plaintext.bytes, nil, nil, sealed, UInt64(sealed.count),
                bound, UInt64(bound.count), nonce.bytes, key.bytes) == 0
        }
    }
}

extension ChaCha20Poly1305.Nonce {
    /// Twelve zero bytes, for a key that seals exactly one message.
    public static var zero: Self { Role.zero }
}
