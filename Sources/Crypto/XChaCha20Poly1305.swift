import CSodium

/// Authenticated encryption with a 24-byte random nonce (draft-irtf-cfrg-xchacha-03), by libsodium.
///
/// For what only its maker opens again, such as what a client keeps on its own disk: the nonce is long enough to be
/// drawn at random for every record. Not in a browser's own cryptography, so nothing that a peer must open uses it.
public enum XChaCha20Poly1305 {
    /// Bytes in a key.
    public static let keyByteCount = 32
    /// Bytes in a nonce, which stands before the ciphertext.
    public static let nonceByteCount = 24
    /// Bytes in a tag, which stands behind the ciphertext.
    public static let tagByteCount = 16
    /// Bytes that sealing adds.
    public static let overheadByteCount = nonceByteCount + tagByteCount

    /// A 32-byte key.
    public struct Key: ~Copyable, Sendable {
        let secret: SecretBytes

        /// - Throws: ``LengthError`` unless there are 32 bytes.
        public init(_ secret: consuming SecretBytes) throws(LengthError) {
            try LengthError.check(secret.byteCount, is: keyByteCount)
            self.secret = secret
        }

        /// A new key from the system's random source.
        public init() { secret = .random(byteCount: keyByteCount) }

        /// The 32 secret bytes, to be carried inside something sealed.
        public borrowing func exportSecret() -> SecretBytes { secret.duplicate() }
    }

    /// Nonce, ciphertext, tag: `plaintext.count + 40` bytes. `bound` (say, the row's name) is authenticated as well.
    public static func seal(_ plaintext: [UInt8], key: borrowing Key, binding bound: [UInt8]) -> [UInt8] {
        let nonce = RandomBytes.make(byteCount: nonceByteCount)
        return plaintext.withUnsafeBytes { sealWithChosenNonce($0, key: key, nonce: nonce, binding: bound) }
    }

    /// As ``seal(_:key:binding:)``, for a plaintext that is a secret.
    public static func seal(
        secret plaintext: borrowing SecretBytes, key: borrowing Key, binding bound: [UInt8]
    ) -> [UInt8] {
        let nonce = RandomBytes.make(byteCount: nonceByteCount)
        return plaintext.withUnsafeBytes { sealWithChosenNonce($0, key: key, nonce: nonce, binding: bound) }
    }

    /// The plaintext of `sealed` (nonce, ciphertext, tag).
    /// - Throws: ``AuthenticationFailure`` for anything that was not sealed with this key and `bound`.
    public static func open(
        _ sealed: [UInt8], key: borrowing Key, binding bound: [UInt8]
    ) throws(AuthenticationFailure) -> [UInt8] {
        try sealed.withUnsafeBufferPointer { (sealed) throws(AuthenticationFailure) in
            try open(UnsafeRawBufferPointer(sealed), key: key, binding: bound)
        }
    }

    /// As ``open(_:key:binding:)-([UInt8],_,_)``, for what is not in an array.
    /// - Throws: ``AuthenticationFailure``.
    public static func open(
        _ sealed: UnsafeRawBufferPointer, key: borrowing Key, binding bound: [UInt8]
    ) throws(AuthenticationFailure) -> [UInt8] {
        guard sealed.count >= overheadByteCount else { throw AuthenticationFailure() }
        var isAuthentic = false
        let plaintext = [UInt8](unsafeUninitializedCapacity: sealed.count - overheadByteCount) { buffer, count in
            isAuthentic = open(sealed, key: key, binding: bound, into: UnsafeMutableRawBufferPointer(buffer))
            count = isAuthentic ? sealed.count - overheadByteCount : 0
        }
        guard isAuthentic else { throw AuthenticationFailure() }
        return plaintext
    }

    /// As ``open(_:key:binding:)``, for a plaintext that is a secret.
    /// - Throws: ``AuthenticationFailure`` for anything that was not sealed with this key and `bound`.
    public static func openSecret(
        _ sealed: [UInt8], key: borrowing Key, binding bound: [UInt8]
    ) throws(AuthenticationFailure) -> SecretBytes {
        guard sealed.count >= overheadByteCount else { throw AuthenticationFailure() }
        return try SecretBytes(byteCount: sealed.count - overheadByteCount) { buffer throws(AuthenticationFailure) in
            let isAuthentic = sealed.withUnsafeBytes { open($0, key: key, binding: bound, into: buffer) }
            guard isAuthentic else { throw AuthenticationFailure() }
        }
    }

    /// For published vectors alone: a nonce used twice gives both plaintexts away.
    static func sealWithChosenNonce(
        _ plaintext: UnsafeRawBufferPointer, key: borrowing Key, nonce: [UInt8], binding bound: [UInt8]
    ) -> [UInt8] {
        precondition(nonce.count == nonceByteCount, "an XChaCha20 nonce has 24 bytes")
        Sodium.start()
        let byteCount = plaintext.count + overheadByteCount
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            count = byteCount
            UnsafeMutableRawBufferPointer(buffer).copyBytes(from: nonce)
            let sealed = buffer.bytes + nonceByteCount
            _ = key.secret.withUnsafeBytes { key in
                crypto_aead_xchacha20poly1305_ietf_encrypt(
                    sealed, nil, plaintext.bytes, UInt64(plaintext.count),
                    bound, UInt64(bound.count), nil, nonce, key.bytes)
            }
        }
    }

    private static func open(
        _ sealed: UnsafeRawBufferPointer, key: borrowing Key, binding bound: [UInt8],
        into plaintext: UnsafeMutableRawBufferPointer
    ) -> Bool {
        Sodium.start()
        return key.secret.withUnsafeBytes { key in
            crypto_aead_xchacha20poly1305_ietf_decrypt(
                plaintext.bytes, nil, nil, sealed.bytes + nonceByteCount,
                UInt64(sealed.count - nonceByteCount), bound, UInt64(bound.count), sealed.bytes, key.bytes)
        } == 0
    }
}
