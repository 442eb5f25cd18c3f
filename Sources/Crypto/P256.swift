import CCrypto

/// Diffie-Hellman and signatures over NIST P-256 (FIPS 186-5, SP 800-56A), by libcrypto.
///
/// For what the outside asks for (Web Push, HPKE with KEM 0x0010); everything of ours uses ``X25519`` and ``Ed25519``.
public enum P256 {
    /// Bytes in a private key, a coordinate and a shared secret.
    public static let keyByteCount = 32
    /// Bytes in a public key: 0x04, then both coordinates.
    public static let publicKeyByteCount = 65
    /// Bytes in a signature: `r`, then `s`.
    public static let signatureByteCount = 64

    /// Why bytes are not a key.
    public enum KeyError: Error, Equatable, Sendable {
        /// There are not 65 (public) or 32 (private) of them.
        case wrongByteCount(Int)
        /// They name no point of the curve, or a number that is not in 1…n - 1.
        case outOfRange
    }

    /// A public key: an uncompressed point, checked to be on the curve and not at infinity.
    public struct PublicKey: Hashable, Sendable {
        /// The 65 bytes: 0x04, x, y, both big-endian.
        public let bytes: [UInt8]

        /// - Throws: ``KeyError``.
        public init(_ bytes: [UInt8]) throws(KeyError) {
            guard bytes.count == publicKeyByteCount else { throw .wrongByteCount(bytes.count) }
            // libcrypto would take the hybrid forms 0x06 and 0x07 too.
            guard bytes[0] == 0x04, Curve.withPoint(bytes, { _ in true }) else { throw .outOfRange }
            self.bytes = bytes
        }

        init(checked bytes: [UInt8]) { self.bytes = bytes }

        /// Whether `signature` is this key's over the SHA-256 digest of exactly `message` (ECDSA, FIPS 186-5,
        /// section 6.4.2).
        public func verifies(_ signature: Signature, over message: [UInt8]) -> Bool {
            let der = signature.derBytes
            return Curve.withKey { key in
                Curve.withPoint(bytes) { point in
                    EC_KEY_set_public_key(key, point) == 1
                        && ECDSA_verify(0, SHA256.hash(message), 32, der, Int32(der.count), key) == 1
                }
            }
        }
    }

    /// 64 bytes that claim to be a signature; only ``PublicKey/verifies(_:over:)`` says whether they are. `r` then `s`,
    /// both big-endian (as JWS and WebCrypto have them).
    public typealias Signature = FixedBytes<SignatureRole>

    /// The role of a ``Signature``.
    public enum SignatureRole: ByteRole {
        public static let byteCount = signatureByteCount
    }

    /// A private key: a number in 1…n - 1, and the public key it makes.
    public struct PrivateKey: ~Copyable, Sendable {
        /// The public half.
        public let publicKey: PublicKey
        private let secret: SecretBytes

        /// A new key from the system's random source.
        public init() {
            // A draw is out of range once in 2^32 times.
            while true {
                if let key = PrivateKey(inRange: .random(byteCount: keyByteCount)) {
                    self = key
                    return
                }
            }
        }

        /// Takes over 32 stored secret bytes, a big-endian number.
        /// - Throws: ``KeyError``.
        public init(_ secret: consuming SecretBytes) throws(KeyError) {
            guard secret.byteCount == keyByteCount else { throw .wrongByteCount(secret.byteCount) }
            guard let key = PrivateKey(inRange: secret) else { throw .outOfRange }
            self = key
        }

        /// Takes over 32 bytes; `nil` when they are not in range.
        init?(inRange draw: consuming SecretBytes) {
            guard let publicKey = Curve.publicKey(of: draw) else { return nil }
            self.init(publicKey: publicKey, secret: draw)
        }

        private init(publicKey: PublicKey, secret: consuming SecretBytes) {
            self.publicKey = publicKey
            self.secret = secret
        }

        /// The shared secret with `peer`: the x-coordinate, 32 bytes, not uniform, so only ever the input of a key
        /// derivation. Always there: the curve has prime order, so no checked point leads to infinity.
        public borrowing func agree(with peer: PublicKey) -> SecretBytes {
            SecretBytes(byteCount: keyByteCount) { shared in
                Curve.withKey(of: secret) { key in
                    Curve.withPoint(peer.bytes) { point in
                        ECDH_compute_key(shared.bytes, keyByteCount, point, key, nil) == Int32(keyByteCount)
                    }
                }
            }
        }

        /// Signs the SHA-256 digest of `message` (ECDSA). The same message gives another signature each time.
        public borrowing func sign(_ message: [UInt8]) -> Signature {
            var der = [UInt8](repeating: 0, count: 80)
            var byteCount: UInt32 = 0
            Curve.withKey(of: secret) { key in
                ECDSA_sign(0, SHA256.hash(message), 32, &der, &byteCount, key) == 1
            }
            return Curve.made(Signature(der: Array(der.prefix(Int(byteCount)))))
        }

        /// A second owner of the same key.
        public borrowing func duplicate() -> PrivateKey {
            PrivateKey(publicKey: publicKey, secret: secret.duplicate())
        }

        /// The 32 secret bytes, for a sealed store.
        public borrowing func exportSecret() -> SecretBytes { secret.duplicate() }
    }

    /// libcrypto's objects for this curve. Those of secrets are cleared when they are freed.
    ///
    /// Traps when libcrypto refuses what was checked: that is lack of memory or a broken installation.
    private enum Curve {
        /// Read by all, written by none after it was made.
        private nonisolated(unsafe) static let group = made(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1))

        static func made<Value>(_ value: Value?) -> Value {
            guard let value else { preconditionFailure("libcrypto cannot work") }
            return value
        }

        /// Lends the point that 65 `bytes` name; `false` when it is not on the curve, or from `body`.
        static func withPoint(_ bytes: [UInt8], _ body: (OpaquePointer) -> Bool) -> Bool {
            let point = made(EC_POINT_new(group))
            defer { EC_POINT_free(point) }
            return EC_POINT_oct2point(group, point, bytes, bytes.count, nil) == 1 && body(point)
        }

        /// The public key of a 32-byte number; `nil` when it is not in 1…n - 1.
        static func publicKey(of secret: borrowing SecretBytes) -> PublicKey? {
            withScalar(secret) { scalar in
                guard BN_is_zero(scalar) == 0, BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0 else { return nil }
                let point = made(EC_POINT_new(group))
                defer { EC_POINT_clear_free(point) }
                var bytes = [UInt8](repeating: 0, count: publicKeyByteCount)
                let isMade = EC_POINT_mul(group, point, scalar, nil, nil, nil) == 1
                    && EC_POINT_point2oct(
                        group, point, POINT_CONVERSION_UNCOMPRESSED, &bytes, bytes.count, nil) == bytes.count
                return made(isMade ? PublicKey(checked: bytes) : nil)
            }
        }

        /// Lends an empty key of this curve.
        static func withKey(_ body: (OpaquePointer) -> Bool) -> Bool {
            let key = made(EC_KEY_new())
            defer { EC_KEY_free(key) }
            return EC_KEY_set_group(key, group) == 1 && body(key)
        }

        /// Lends the private key of a 32-byte number in range, for work that cannot fail.
        static func withKey(of secret: borrowing SecretBytes, _ body: (OpaquePointer) -> Bool) {
            let isDone = withScalar(secret) { scalar in
                withKey { key in EC_KEY_set_private_key(key, scalar) == 1 && body(key) }
            }
            made(isDone ? () : nil)
        }

        private static func withScalar<Result>(
            _ secret: borrowing SecretBytes, _ body: (OpaquePointer) -> Result
        ) -> Result {
            let scalar = made(BN_secure_new())
            defer { BN_clear_free(scalar) }
            BN_set_flags(scalar, BN_FLG_CONSTTIME)
            _ = secret.withUnsafeBytes { made(BN_bin2bn($0.bytes, Int32($0.count), scalar)) }
            return body(scalar)
        }
    }
}

extension P256.Signature {
    /// The signature in `der`, an ASN.1 sequence of two integers; `nil` for any but the one right encoding of two
    /// numbers below 2^256.
    public init?(der: [UInt8]) {
        guard let integers = DERSequence.integers(in: der), integers.count == 2 else { return nil }
        self.init(checked: integers[0] + integers[1])
    }

    /// The ASN.1 form: a sequence of two integers, at most 72 bytes.
    public var derBytes: [UInt8] { DERSequence.sequence(of: [Array(bytes[..<32]), Array(bytes[32...])]) }
}
