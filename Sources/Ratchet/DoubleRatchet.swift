import Crypto

/// The state of one ratchet (Double Ratchet, sections 3.2 to 3.5).
///
/// Opening prepares everything that would change apart from the state and merges it only after the tag was found
/// good: whatever fails leaves the state as it was. The work for one message is bounded by two agreements and
/// ``SkippedKeys/gapMax`` steps before the tag is known, and as many again after.
struct DoubleRatchet: ~Copyable, Sendable {
    /// What one side sends with.
    struct Sending: ~Copyable, Sendable {
        let ratchetKey: X25519.PrivateKey
        var chain: ChainKey
        /// Messages in the chain before this one.
        let previousCount: UInt32
    }

    /// What one side receives with; none until the first message comes.
    struct Receiving: ~Copyable, Sendable {
        let ratchetKey: X25519.PublicKey
        var chain: ChainKey
    }

    var root: SecretBytes
    var sending: Sending
    var receiving: Receiving?
    var skipped: SkippedKeys

    init(
        root: consuming SecretBytes, sending: consuming Sending, receiving: consuming Receiving?,
        skipped: consuming SkippedKeys
    ) {
        self.root = root
        self.sending = sending
        self.receiving = receiving
        self.skipped = skipped
    }

    /// The initiator's first state: it can send, to the responder's signed prekey as the first ratchet key.
    init(
        initiatorRoot root: borrowing SecretBytes, remoteRatchetKey: X25519.PublicKey
    ) throws(X25519.AgreementError) {
        let ratchetKey = X25519.PrivateKey()
        let shared = try ratchetKey.agree(with: remoteRatchetKey)
        let step = RootStep(root: root, shared: shared)
        self.init(
            root: step.root.duplicate(),
            sending: Sending(ratchetKey: ratchetKey, chain: step.chain.duplicate(), previousCount: 0),
            receiving: nil, skipped: SkippedKeys())
    }

    /// The next message: its bytes, headed by `handshake` until there is a reply.
    mutating func seal(
        _ plaintext: [UInt8], handshake: Handshake?, binding: [UInt8]
    ) throws(SealError) -> [UInt8] {
        guard sending.chain.number < UInt32.max else { throw .chainExhausted }
        let header = RatchetHeader(
            ratchetKey: sending.ratchetKey.publicKey, previousCount: sending.previousCount,
            number: sending.chain.number)
        let prefix = SessionMessage.prefix(handshake: handshake, header: header)
        let sealed = Self.seal(plaintext, key: sending.chain.messageKey(), binding: binding + prefix)
        sending.chain.advance()
        return prefix + sealed
    }

    /// The plaintext of `message`. Merges the next state when, and only when, it is authentic.
    mutating func open(_ message: SessionMessage, binding: [UInt8]) throws(OpenError) -> [UInt8] {
        let header = message.header
        let name = SkippedKeys.Name(ratchetKey: header.ratchetKey, number: header.number)
        if let key = skipped.key(of: name) {
            let plaintext = try Self.open(message, key: key, binding: binding)
            skipped.remove(name)
            return plaintext
        }
        if let chain = receivingChain(of: header.ratchetKey) {
            let walk = try Walk(chain, to: header.number)
            let plaintext = try Self.open(message, key: walk.key, binding: binding)
            merge(walk, of: header.ratchetKey)
            return plaintext
        }
        guard gap(to: header.previousCount) <= SkippedKeys.gapMax else { throw .refused }
        let step = try Self.step(root: root, own: sending.ratchetKey, remote: header.ratchetKey)
        let walk = try Walk(step.chain.duplicate(), to: header.number)
        let plaintext = try Self.open(message, key: walk.key, binding: binding)
        let ratchetKey = X25519.PrivateKey()
        let next = try Self.step(root: step.root, own: ratchetKey, remote: header.ratchetKey)
        finishReceivingChain(at: header.previousCount)
        sending = Sending(
            ratchetKey: ratchetKey, chain: next.chain.duplicate(), previousCount: sending.chain.number)
        root = next.root.duplicate()
        merge(walk, of: header.ratchetKey)
        return plaintext
    }

    // MARK: Preparing

    /// The keys from a chain's next message up to the one that came.
    private struct Walk: ~Copyable {
        /// The number of the first skipped message.
        let first: UInt32
        /// The keys of the skipped messages, 32 bytes each.
        let skipped: SecretBytes
        /// The key of the message that came.
        let key: SecretBytes
        /// The chain after it.
        let chain: ChainKey

        /// - Throws: ``OpenError`` for a number that has passed, or one too far ahead.
        init(_ start: consuming ChainKey, to number: UInt32) throws(OpenError) {
            guard number >= start.number, number - start.number <= SkippedKeys.gapMax else { throw .refused }
            first = start.number
            var chain = start
            skipped = SkippedKeys.keys(of: &chain, count: Int(number - first))
            key = chain.messageKey()
            chain.advance()
            self.chain = chain
        }
    }

    private func receivingChain(of ratchetKey: X25519.PublicKey) -> ChainKey? {
        switch receiving {
        case .some(let receiving) where receiving.ratchetKey == ratchetKey: receiving.chain.duplicate()
        default: nil
        }
    }

    /// How many messages of the present receiving chain are still missing when it has `count` in all.
    private func gap(to count: UInt32) -> UInt32 {
        switch receiving {
        case .some(let receiving): count > receiving.chain.number ? count - receiving.chain.number : 0
        case .none: 0
        }
    }

    private static func step(
        root: borrowing SecretBytes, own: borrowing X25519.PrivateKey, remote: X25519.PublicKey
    ) throws(OpenError) -> RootStep {
        do { return RootStep(root: root, shared: try own.agree(with: remote)) } catch { throw .refused }
    }

    // MARK: Merging

    private mutating func merge(_ walk: borrowing Walk, of ratchetKey: X25519.PublicKey) {
        skipped.add(ratchetKey: ratchetKey, first: walk.first, keys: walk.skipped)
        receiving = Receiving(ratchetKey: ratchetKey, chain: walk.chain.duplicate())
    }

    /// Keeps the keys of what is still missing of the present receiving chain, which ends at `count`.
    private mutating func finishReceivingChain(at count: UInt32) {
        let missing = gap(to: count)
        guard missing > 0, let old = receiving.take() else { return }
        let first = old.chain.number
        var chain = old.chain.duplicate()
        skipped.add(
            ratchetKey: old.ratchetKey, first: first, keys: SkippedKeys.keys(of: &chain, count: Int(missing)))
    }

    // MARK: Sealing

    private static func seal(_ plaintext: [UInt8], key: consuming SecretBytes, binding: [UInt8]) -> [UInt8] {
        ChaCha20Poly1305.seal(Padding.pad(plaintext), key: .init(checked: key), nonce: .zero, binding: binding)
    }

    private static func open(
        _ message: SessionMessage, key: borrowing SecretBytes, binding: [UInt8]
    ) throws(OpenError) -> [UInt8] {
        let padded: [UInt8]
        do {
            padded = try ChaCha20Poly1305.open(
                message.sealed, key: .init(checked: key.duplicate()), nonce: .zero, binding: binding + message.prefix)
        } catch {
            throw .refused
        }
        // An authentic message that is not padded is of a sender that does not keep to the protocol.
        guard let plaintext = Padding.unpad(padded) else { throw .refused }
        return plaintext
    }
}

extension SkippedKeys {
    /// The next `count` message keys of `chain`, 32 bytes each; the chain moves past them.
    static func keys(of chain: inout ChainKey, count: Int) -> SecretBytes {
        SecretBytes(byteCount: count * keyByteCount) { buffer in
            for index in 0..<count {
                let slot = UnsafeMutableRawBufferPointer(
                    rebasing: buffer[(index * keyByteCount)..<((index + 1) * keyByteCount)])
                chain.messageKey().withUnsafeBytes { slot.copyMemory(from: $0) }
                chain.advance()
            }
        }
    }
}
