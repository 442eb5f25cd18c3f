import CSodium

/// Diffie-Hellman over Curve25519 (RFC 7748), by libsodium.
public enum X25519 {
    /// Bytes in a private key, a public key and a shared secret.
    public static let keyByteCount = 32

    /// A public key: 32 bytes (u-coordinate, little-endian), any value. Points of small order are refused when they are
    /// used, by ``PrivateKey/agree(with:)``.
    public typealias PublicKey = FixedBytes<PublicKeyRole>

    /// The role of a ``PublicKey``.
    public enum PublicKeyRole: ByteRole {
        public static let byteCount = keyByteCount
    }

    /// A private key: 32 secret bytes and the public key they make.
    public struct PrivateKey: ~Copyable, Sendable {
        /// The public half.
        public let publicKey: PublicKey
        private let secret: SecretBytes

        /// A new key from the system's random source.
        public init() {
            self.init(checked: .random(byteCount: keyByteCount))
        }

        /// Takes over 32 stored secret bytes. They are clamped when used, as RFC 7748 says.
        /// - Throws: ``LengthError`` unless there are 32 bytes.
        public init(_ secret: consuming SecretBytes) throws(LengthError) {
            try LengthError.check(secret.byteCount, is: keyByteCount)
            self.init(checked: secret)
        }

        /// Takes over a stored key without working its public half out again, which costs as much as an agreement.
        ///
        /// Only for a store that is sealed and so cannot be forged: a public half of another key would make every
        /// agreement fail.
        /// - Throws: ``LengthError`` unless there are 32 bytes.
        public init(fromSealedStore secret: consuming SecretBytes, publicKey: PublicKey) throws(LengthError) {
            try LengthError.check(secret.byteCount, is: keyByteCount)
            self.init(publicKey: publicKey, secret: secret)
        }

        /// As ``init(fromSealedStore:publicKey:)``, for 32 bytes at `offset` of a larger secret; traps beyond its end.
        package init(fromSealedStore stored: borrowing SecretBytes, at offset: Int, publicKey: PublicKey) {
            self.init(publicKey: publicKey, secret: stored.part(offset..<(offset + keyByteCount)))
        }

        init(checked secret: consuming SecretBytes) {
            Sodium.start()
            let publicKey = [UInt8](unsafeUninitializedCapacity: keyByteCount) { buffer, count in
                secret.withUnsafeBytes { secret in
                    _ = crypto_scalarmult_curve25519_base(buffer.bytes, secret.bytes)
                }
                count = keyByteCount
            }
            self.publicKey = PublicKey(checked: publicKey)
            self.secret = secret
        }

        /// The shared secret with `peer`: 32 bytes, not uniform, so only ever the input of a key derivation.
        /// - Throws: ``AgreementError/allZero`` when `peer` is of small order (RFC 7748, section 6.1).
        public borrowing func agree(with peer: PublicKey) throws(AgreementError) -> SecretBytes {
            try SecretBytes(byteCount: keyByteCount) { buffer throws(AgreementError) in
                let result = secret.withUnsafeBytes { secret in
                    peer.bytes.withUnsafeBufferPointer { peer in
                        crypto_scalarmult_curve25519(buffer.bytes, secret.bytes, peer.bytes)
                    }
                }
                guard result == 0 else { throw .allZero }
            }
        }

        /// As ``agree(with:)``, with 32 zeros for a peer of small order: X-Wing hashes them beside another secret.
        borrowing func agreeOrZeros(with peer: PublicKey) -> SecretBytes {
            do throws(AgreementError) {
                return try agree(with: peer)
            } catch {
                return SecretBytes(byteCount: keyByteCount) { _ in }
            }
        }

        /// A second owner of the same key, for a state that is prepared apart and swapped in later.
        public borrowing func duplicate() -> PrivateKey {
            PrivateKey(publicKey: publicKey, secret: secret.duplicate())
        }

        private init(publicKey: PublicKey, secret: consuming SecretBytes) {
            self.publicKey = publicKey
            self.secret = secret
        }

        /// The 32 secret bytes, for a sealed store.
        public borrowing func exportSecret() -> SecretBytes { secret.duplicate() }
    }

    /// Why there is no shared secret.
    public enum AgreementError: Error, Equatable, Sendable {
        /// The other side's key is of small order, so that the result would be known to everyone.
        case allZero
    }
}
