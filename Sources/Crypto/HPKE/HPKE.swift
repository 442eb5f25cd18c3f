/// Hybrid public-key encryption (RFC 9180, and draft-ietf-hpke-pq for the KEMs and KDFs of its time after quantum
/// computers): to seal for whoever holds a private key, knowing the public one only.
///
/// A key knows its KEM; a ``Suite`` names what is used behind it. One message: ``seal(to:info:aad:plaintext:suite:)``
/// and ``open(_:key:info:aad:suite:)``. Several, secrets of both sides, a shared secret or a known sender besides:
/// ``Sender`` and ``Receiver``.
public enum HPKE {
    /// One message sealed for a public key.
    public struct Sealed: Hashable, Sendable {
        /// From this, the private key makes the secret; ``KEM/encapsulatedKeyByteCount`` bytes.
        public let encapsulatedKey: [UInt8]
        /// Ciphertext then tag: 16 bytes more than the plaintext.
        public let ciphertext: [UInt8]

        /// Sealed bytes as they came; only opening says whether they are any good.
        public init(encapsulatedKey: [UInt8], ciphertext: [UInt8]) {
            self.encapsulatedKey = encapsulatedKey
            self.ciphertext = ciphertext
        }
    }

    /// Why nothing was sealed or opened.
    public enum Failure: Error, Equatable, Sendable {
        /// What came was not sealed for this key with these values, or was changed since. No more is said on purpose.
        case notAuthentic
        /// The recipient's key gives no secret (it is of small order), or the sender's is of another KEM.
        case unusableKey
        /// A context has sealed or opened 2^64 - 1 messages (RFC 9180, section 5.2 allows more).
        case messageLimitReached
    }

    /// Seals `plaintext` in base mode, as the only message of its context (RFC 9180, section 6.1).
    ///
    /// Both sides must know `info` (up to 65,535 bytes, the use) and `aad` (bound to this message).
    /// - Throws: ``Failure/unusableKey``.
    public static func seal(
        to recipient: PublicKey, info: [UInt8], aad: [UInt8], plaintext: [UInt8], suite: Suite = .standard
    ) throws(Failure) -> Sealed {
        var sender = try Sender(to: recipient, info: info, suite: suite)
        return Sealed(encapsulatedKey: sender.encapsulatedKey, ciphertext: try sender.seal(plaintext, binding: aad))
    }

    /// The plaintext of `sealed`.
    /// - Throws: ``Failure/notAuthentic``.
    public static func open(
        _ sealed: Sealed, key: borrowing PrivateKey, info: [UInt8], aad: [UInt8], suite: Suite = .standard
    ) throws(Failure) -> [UInt8] {
        var receiver = try Receiver(sealed.encapsulatedKey, key: key, info: info, suite: suite)
        return try receiver.open(sealed.ciphertext, binding: aad)
    }

    /// A secret both sides share already, which authenticates the sender and survives a broken KEM
    /// (RFC 9180, section 5.1.2).
    public struct PreSharedKey: ~Copyable, Sendable {
        /// Tells the receiver which secret it is; public.
        public let id: [UInt8]
        let secret: SecretBytes

        /// `nil` for a secret below 32 bytes (RFC 9180, section 9.5) or an empty `id`.
        public init?(id: [UInt8], secret: consuming SecretBytes) {
            guard !id.isEmpty, id.count <= 65_535, (32...65_535).contains(secret.byteCount) else { return nil }
            self.id = id
            self.secret = secret
        }
    }
}
