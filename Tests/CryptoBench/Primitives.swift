import CCrypto
import CSodium
import Crypto

/// Each primitive beside the call that it wraps.
enum Primitives {
    static func run() throws {
        try agreement()
        try signatures()
        try ciphers()
        hashes()
        derivations()
    }

    private static func agreement() throws {
        let secret = RandomBytes.make(byteCount: 32)
        let own = try X25519.PrivateKey(SecretBytes(copying: secret))
        let peer = X25519.PrivateKey().publicKey
        var output = [UInt8](repeating: 0, count: 32)
        withExtendedLifetime(Owner(own)) { owner in
            Report.beside("X25519 agreement", 300, ours: { _ = try? owner.key.agree(with: peer).byteCount }, bare: {
                _ = crypto_scalarmult_curve25519(&output, secret, peer.bytes)
            })
        }
    }

    private static func signatures() throws {
        let (seed, message) = (RandomBytes.make(byteCount: 32), RandomBytes.make(byteCount: 500))
        let owner = Owner(try Ed25519.PrivateKey(seed: SecretBytes(copying: seed)))
        let publicKey = owner.key.publicKey
        var pair = [UInt8](repeating: 0, count: 64)
        var signature = pair
        pair.replaceSubrange(0..<32, with: seed)
        pair.replaceSubrange(32..<64, with: publicKey.bytes)
        Report.beside("Ed25519 signing 500 B", 300, ours: { _ = owner.key.sign(message) }, bare: {
            crypto_sign_ed25519_detached(&signature, nil, message, 500, pair)
        })
        let made = owner.key.sign(message)
        Report.beside("Ed25519 verifying 500 B", 200, ours: { _ = publicKey.verifies(made, over: message) }, bare: {
            _ = crypto_sign_ed25519_verify_detached(made.bytes, message, 500, publicKey.bytes)
        })
    }

    private static func ciphers() throws {
        let key = RandomBytes.make(byteCount: 32)
        let nonce = [UInt8](repeating: 0, count: 12)
        let chaCha = Owner(try ChaCha20Poly1305.Key(SecretBytes(copying: key)))
        let short = RandomBytes.make(byteCount: 500)
        var output = [UInt8](repeating: 0, count: 65_536 + 16)
        Report.beside("ChaCha20-Poly1305 500 B", 5_000, byteCount: 500, ours: {
            _ = ChaCha20Poly1305.seal(short, key: chaCha.key, nonce: .zero, binding: [])
        }, bare: {
            crypto_aead_chacha20poly1305_ietf_encrypt(&output, nil, short, 500, nil, 0, nil, nonce, key)
        })
        let long = RandomBytes.make(byteCount: 65_536)
        Report.beside("ChaCha20-Poly1305 64 KiB", 500, byteCount: 65_536, ours: {
            _ = ChaCha20Poly1305.seal(long, key: chaCha.key, nonce: .zero, binding: [])
        }, bare: { Bare.seal(EVP_chacha20_poly1305(), long, key: key, nonce: nonce, into: &output) })
        for byteCount in [16, 32] {
            let part = Array(key.prefix(byteCount))
            let block = Owner(try AESGCM.Key(SecretBytes(copying: part)))
            let zero = try AESGCM.Nonce(nonce)
            let cipher = byteCount == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm()
            for (name, text, count) in [("500 B", short, 5_000), ("64 KiB", long, 500)] {
                Report.beside("AES-\(byteCount * 8)-GCM \(name)", count, byteCount: text.count, ours: {
                    _ = AESGCM.seal(text, key: block.key, nonce: zero, binding: [])
                }, bare: { Bare.seal(cipher, text, key: part, nonce: nonce, into: &output) })
            }
        }
    }

    private static func hashes() {
        var digest = [UInt8](repeating: 0, count: 32)
        for (name, byteCount, count) in [("500 B", 500, 5_000), ("64 KiB", 65_536, 500)] {
            let bytes = RandomBytes.make(byteCount: byteCount)
            Report.beside("SHA-256 \(name)", count, byteCount: byteCount, ours: { _ = SHA256.hash(bytes) }, bare: {
                Bare.sha256(bytes, into: &digest)
            })
        }
    }

    private static func derivations() {
        let (key, salt, info) = (RandomBytes.make(byteCount: 32), RandomBytes.make(byteCount: 32), [UInt8](1...20))
        let owner = Owner(SecretBytes(copying: key))
        var output = [UInt8](repeating: 0, count: 64)
        let message = RandomBytes.make(byteCount: 500)
        Report.beside("HMAC-SHA256 500 B", 5_000, byteCount: 500, ours: {
            _ = HMAC.tag(.sha256, key: owner.key, over: message)
        }, bare: { Bare.hmac(key, message, into: &output) })
        Report.beside("HKDF-SHA256 to 64 B", 2_000, ours: {
            _ = HKDF.derive(.sha256, salt: salt, input: owner.key, info: info, byteCount: 64).byteCount
        }, bare: { Bare.hkdf(key, salt: salt, info: info, into: &output) })
    }
}

/// Holds a key so that closures can share it.
final class Owner<Key: ~Copyable> {
    let key: Key

    init(_ key: consuming Key) { self.key = key }
}
