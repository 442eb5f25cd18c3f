extension HPKE {
    /// Opens what one ``Sender`` sealed, in the order in which it was sealed.
    ///
    /// Owner: whoever made it. What does not open leaves it as it was.
    public struct Receiver: ~Copyable, Sendable {
        var context: HPKEContext

        /// Base mode (RFC 9180, section 5.1.1): says nothing about who sealed. `info` has at most 65,535 bytes.
        /// - Throws: ``Failure/notAuthentic`` for an encapsulated key that is none; one that was changed may show
        ///   only when nothing opens.
        public init(
            _ encapsulatedKey: [UInt8], key: borrowing PrivateKey, info: [UInt8], suite: Suite = .standard
        ) throws(Failure) {
            context = HPKEContext(
                suite, kem: key.publicKey.kem, mode: .base, sharedSecret: try key.decapsulate(encapsulatedKey),
                info: info, preSharedKey: .empty, preSharedKeyID: [])
        }

        /// PSK mode (section 5.1.2): only who has the shared secret can have sealed what opens.
        /// - Throws: ``Failure/notAuthentic``.
        public init(
            _ encapsulatedKey: [UInt8], key: borrowing PrivateKey, info: [UInt8], suite: Suite = .standard,
            preSharedKey: borrowing PreSharedKey
        ) throws(Failure) {
            context = HPKEContext(
                suite, kem: key.publicKey.kem, mode: .preSharedKey,
                sharedSecret: try key.decapsulate(encapsulatedKey), info: info,
                preSharedKey: preSharedKey.secret, preSharedKeyID: preSharedKey.id)
        }

        /// Auth mode (section 5.1.3): only the holder of `sender`, or of `key`, can have sealed what opens.
        /// - Throws: ``Failure/notAuthentic``.
        public init(
            _ encapsulatedKey: [UInt8], key: borrowing PrivateKey, from sender: PublicKey, info: [UInt8],
            suite: Suite = .standard
        ) throws(Failure) {
            context = HPKEContext(
                suite, kem: key.publicKey.kem, mode: .authenticated,
                sharedSecret: try key.decapsulate(encapsulatedKey, from: sender), info: info,
                preSharedKey: .empty, preSharedKeyID: [])
        }

        /// AuthPSK mode (section 5.1.4): both.
        /// - Throws: ``Failure/notAuthentic``.
        public init(
            _ encapsulatedKey: [UInt8], key: borrowing PrivateKey, from sender: PublicKey, info: [UInt8],
            suite: Suite = .standard, preSharedKey: borrowing PreSharedKey
        ) throws(Failure) {
            context = HPKEContext(
                suite, kem: key.publicKey.kem, mode: .authenticatedPreSharedKey,
                sharedSecret: try key.decapsulate(encapsulatedKey, from: sender), info: info,
                preSharedKey: preSharedKey.secret, preSharedKeyID: preSharedKey.id)
        }

        /// The plaintext of the next message. With an export-only suite it traps.
        /// - Throws: ``Failure/notAuthentic``, ``Failure/messageLimitReached``.
        public mutating func open(_ sealed: [UInt8], binding bound: [UInt8]) throws(Failure) -> [UInt8] {
            try context.open(sealed, binding: bound)
        }

        /// The secret that ``Sender/export(_:byteCount:)`` gives there, with its bounds.
        public borrowing func export(_ exporterContext: [UInt8], byteCount: Int) -> SecretBytes {
            context.export(exporterContext, byteCount: byteCount)
        }
    }
}
