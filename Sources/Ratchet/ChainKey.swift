import Crypto

/// The key from which the keys of one chain of messages come, one after the other (Double Ratchet, section 2.2).
///
/// `message key = HMAC-SHA256(chain key, 01)`, `next chain key = HMAC-SHA256(chain key, 02)`. A message key seals
/// exactly one message, so its nonce is zero.
struct ChainKey: ~Copyable, Sendable {
    /// The number of the next message.
    private(set) var number: UInt32
    private var secret: SecretBytes

    /// 32 secret bytes.
    init(_ secret: consuming SecretBytes, number: UInt32) {
        self.secret = secret
        self.number = number
    }

    /// The 32-byte key of message ``number``.
    func messageKey() -> SecretBytes { HMAC.secretTag(.sha256, key: secret, over: [1]) }

    /// Moves on to the next message; the key before is gone.
    mutating func advance() {
        secret = HMAC.secretTag(.sha256, key: secret, over: [2])
        number += 1
    }

    func duplicate() -> ChainKey { ChainKey(secret.duplicate(), number: number) }

    func exportSecret() -> SecretBytes { secret.duplicate() }
}

/// The key from which chains come (Double Ratchet, section 2.3): each new shared secret gives a new root and a chain.
///
/// HKDF-SHA256, salt the root key, input the shared secret, info `Sotto ratchet v1`: 32 bytes of root, 32 of chain.
struct RootStep: ~Copyable, Sendable {
    let root: SecretBytes
    let chain: ChainKey

    init(root: borrowing SecretBytes, shared: borrowing SecretBytes) {
        let output = HKDF.expand(
            .sha256, key: HKDF.extract(.sha256, salt: root, input: shared), info: Array("Sotto ratchet v1".utf8),
            byteCount: 64)
        self.root = output.part(0..<32)
        self.chain = ChainKey(output.part(32..<64), number: 0)
    }
}
