extension HPKE {
    /// Seals messages for one recipient, in order, each once.
    ///
    /// Owner: whoever made it; not to be kept across restarts, since a repeated number would repeat a nonce.
    public struct Sender: ~Copyable, Sendable {
        /// Goes to the recipient, before or with the first message.
        public let encapsulatedKey: [UInt8]
        var context: HPKEContext

        /// Base mode (RFC 9180, section 5.1.1): anyone could have sealed. `info` has at most 65,535 bytes.
        /// - Throws: ``Failure/unusableKey``.
        public init(to recipient: PublicKey, info: [UInt8], suite: Suite = .standard) throws(Failure) {
            try self.init(
                to: recipient, info: info, suite: suite,
                withChosenRandomness: .random(byteCount: recipient.kem.randomnessByteCount))
        }

        /// PSK mode (section 5.1.2): whoever has the shared secret sealed.
        /// - Throws: ``Failure/unusableKey``.
        public init(
            to recipient: PublicKey, info: [UInt8], suite: Suite = .standard,
            preSharedKey: borrowing PreSharedKey
        ) throws(Failure) {
            try self.init(
                to: recipient, info: info, suite: suite, preSharedKey: preSharedKey,
                withChosenRandomness: .random(byteCount: recipient.kem.randomnessByteCount))
        }

        /// Auth mode (section 5.1.3): the holder of `sender` sealed, or the recipient. P-256 and X25519 only.
        /// - Throws: ``Failure/unusableKey``.
        public init(
            to recipient: PublicKey, from sender: borrowing PrivateKey, info: [UInt8], suite: Suite = .standard
        ) throws(Failure) {
            try self.init(
                to: recipient, from: sender, info: info, suite: suite,
                withChosenRandomness: .random(byteCount: recipient.kem.randomnessByteCount))
        }

        /// AuthPSK mode (section 5.1.4): both. P-256 and X25519 only.
        /// - Throws: ``Failure/unusableKey``.
        public init(
            to recipient: PublicKey, from sender: borrowing PrivateKey, info: [UInt8], suite: Suite = .standard,
            preSharedKey: borrowing PreSharedKey
        ) throws(Failure) {
            try self.init(
                to: recipient, from: sender, info: info, suite: suite, preSharedKey: preSharedKey,
                withChosenRandomness: .random(byteCount: recipient.kem.randomnessByteCount))
        }

        /// Ciphertext then tag, 16 bytes more than `plaintext`; `bound` is authenticated and not part of it.
        ///
        /// With an export-only suite it traps.
        /// - Throws: ``Failure/messageLimitReached``.
        public mutating func seal(_ plaintext: [UInt8], binding bound: [UInt8]) throws(Failure) -> [UInt8] {
            try context.seal(plaintext, binding: bound)
        }

        /// A secret that the recipient can export too (section 5.3).
        ///
        /// `byteCount` outside 0…255 digests of the KDF (HKDF) or 0…65,535 (SHAKE) traps.
        public borrowing func export(_ exporterContext: [UInt8], byteCount: Int) -> SecretBytes {
            context.export(exporterContext, byteCount: byteCount)
        }

        /// For published vectors alone, as the three below: randomness used twice gives the same keys twice.
        init(
            to recipient: PublicKey, info: [UInt8], suite: Suite,
            withChosenRandomness randomness: consuming SecretBytes
        ) throws(Failure) {
            let made = try recipient.encapsulate(randomness)
            encapsulatedKey = made.encapsulatedKey
            context = HPKEContext(
                suite, kem: recipient.kem, mode: .base, sharedSecret: made.sharedSecret, info: info,
                preSharedKey: .empty, preSharedKeyID: [])
        }

        init(
            to recipient: PublicKey, info: [UInt8], suite: Suite, preSharedKey: borrowing PreSharedKey,
            withChosenRandomness randomness: consuming SecretBytes
        ) throws(Failure) {
            let made = try recipient.encapsulate(randomness)
            encapsulatedKey = made.encapsulatedKey
            context = HPKEContext(
                suite, kem: recipient.kem, mode: .preSharedKey, sharedSecret: made.sharedSecret, info: info,
                preSharedKey: preSharedKey.secret, preSharedKeyID: preSharedKey.id)
        }

        init(
            to recipient: PublicKey, from sender: borrowing PrivateKey, info: [UInt8], suite: Suite,
            withChosenRandomness randomness: consuming SecretBytes
        ) throws(Failure) {
            let made = try recipient.encapsulate(randomness, from: sender)
            encapsulatedKey = made.encapsulatedKey
            context = HPKEContext(
                suite, kem: recipient.kem, mode: .authenticated, sharedSecret: made.sharedSecret, info: info,
                preSharedKey: .empty, preSharedKeyID: [])
        }

        init(
            to recipient: PublicKey, from sender: borrowing PrivateKey, info: [UInt8], suite: Suite,
            preSharedKey: borrowing PreSharedKey, withChosenRandomness randomness: consuming SecretBytes
        ) throws(Failure) {
            let made = try recipient.encapsulate(randomness, from: sender)
            encapsulatedKey = made.encapsulatedKey
            context = HPKEContext(
                suite, kem: recipient.kem, mode: .authenticatedPreSharedKey, sharedSecret: made.sharedSecret,
                info: info, preSharedKey: preSharedKey.secret, preSharedKeyID: preSharedKey.id)
        }
    }
}
