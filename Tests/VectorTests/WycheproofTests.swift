import Testing

@testable import Crypto

@Suite(.enabled(if: Vectors.arePresent, "published vectors are not beside this package"))
struct WycheproofTests {
    @Test("X25519 gives the shared secret, or refuses one that is all zeros")
    func x25519() throws {
        try Wycheproof.run("x25519_test.json") { _, test in
            let key = try X25519.PrivateKey(SecretBytes(copying: test.private.bytes))
            let peer = try X25519.PublicKey(test.public.bytes)
            let isZero = test.shared.bytes.allSatisfy { $0 == 0 }
            do throws(X25519.AgreementError) {
                let shared = try key.agree(with: peer).exportUnprotected()
                #expect(shared == test.shared.bytes && !isZero)
                return true
            } catch {
                #expect(isZero && error == .allZero)
                return false
            }
        }
    }

    @Test("Ed25519 verifies what is signed and refuses what is forged")
    func ed25519() throws {
        try Wycheproof.run("ed25519_test.json") { group, test in
            guard let key = group.publicKey?.pk, let signature = try? Ed25519.Signature(test.sig.bytes) else {
                return false
            }
            return try Ed25519.PublicKey(key.bytes).verifies(signature, over: test.msg.bytes)
        }
    }

    @Test("ChaCha20-Poly1305 seals to the published bytes and opens only those")
    func chaCha() throws {
        try Wycheproof.run("chacha20_poly1305_test.json") { _, test in
            let key = try ChaCha20Poly1305.Key(SecretBytes(copying: test.key.bytes))
            guard let nonce = try? ChaCha20Poly1305.Nonce(test.iv.bytes) else {
                #expect(test.iv.bytes.count != 12)
                return false
            }
            let sealed = test.ct.bytes + test.tag.bytes
            if test.result == .valid {
                let again = ChaCha20Poly1305.seal(test.msg.bytes, key: key, nonce: nonce, binding: test.aad.bytes)
                #expect(again == sealed)
            }
            let opened = try? ChaCha20Poly1305.open(sealed, key: key, nonce: nonce, binding: test.aad.bytes)
            return opened == test.msg.bytes
        }
    }

    @Test("libcrypto's ChaCha20-Poly1305 gives the same bytes as libsodium's")
    func bulkChaCha() throws {
        try Wycheproof.run("chacha20_poly1305_test.json") { _, test in
            guard test.iv.bytes.count == 12 else { return false }
            return Self.bulk(.chaCha20Poly1305, test)
        }
    }

    @Test("XChaCha20-Poly1305 seals to the published bytes and opens only those")
    func xChaCha() throws {
        try Wycheproof.run("xchacha20_poly1305_test.json") { _, test in
            let key = try XChaCha20Poly1305.Key(SecretBytes(copying: test.key.bytes))
            let sealed = test.iv.bytes + test.ct.bytes + test.tag.bytes
            if test.result == .valid {
                let again = test.msg.bytes.withUnsafeBytes {
                    XChaCha20Poly1305.sealWithChosenNonce($0, key: key, nonce: test.iv.bytes, binding: test.aad.bytes)
                }
                #expect(again == sealed)
            }
            return (try? XChaCha20Poly1305.open(sealed, key: key, binding: test.aad.bytes)) == test.msg.bytes
        }
    }

    @Test("AES-GCM with 12-byte nonces and 128- or 256-bit keys seals to the published bytes; other sizes are refused")
    func aesGCM() throws {
        var refusedSizes = 0
        try Wycheproof.run("aes_gcm_test.json") { group, test in
            guard group.ivSize == 96, group.keySize == 128 || group.keySize == 256 else {
                let isKeyRefused = (try? AESGCM.Key(SecretBytes(copying: test.key.bytes)).secret.byteCount) == nil
                let isNonceRefused = (try? AESGCM.Nonce(test.iv.bytes)) == nil
                #expect(isKeyRefused || isNonceRefused)
                refusedSizes += 1
                return test.result == .valid
            }
            let key = try AESGCM.Key(SecretBytes(copying: test.key.bytes))
            let nonce = try AESGCM.Nonce(test.iv.bytes)
            let sealed = test.ct.bytes + test.tag.bytes
            if test.result == .valid {
                let again = AESGCM.seal(test.msg.bytes, key: key, nonce: nonce, binding: test.aad.bytes)
                #expect(again == sealed)
            }
            return (try? AESGCM.open(sealed, key: key, nonce: nonce, binding: test.aad.bytes)) == test.msg.bytes
        }
        print("Wycheproof aes_gcm_test.json: \(refusedSizes) of these have sizes that the types refuse")
    }

    @Test("HMAC gives the published tags, cut where the file cuts them", arguments: [
        ("hmac_sha256_test.json", Hash.sha256), ("hmac_sha512_test.json", Hash.sha512),
    ])
    func hmac(file: String, hash: Hash) throws {
        try Wycheproof.run(file) { group, test in
            let key = SecretBytes(copying: test.key.bytes)
            let tag = HMAC.tag(hash, key: key, over: test.msg.bytes)
            let isVerified = HMAC.verifies(tag, hash, key: key, over: test.msg.bytes)
            #expect(isVerified)
            guard let size = group.tagSize else { return false }
            return Array(tag.prefix(size / 8)) == test.tag.bytes
        }
    }

    @Test("HKDF gives the published keys, and no more than 255 digests", arguments: [
        ("hkdf_sha256_test.json", Hash.sha256), ("hkdf_sha512_test.json", Hash.sha512),
    ])
    func hkdf(file: String, hash: Hash) throws {
        try Wycheproof.run(file) { _, test in
            guard let size = test.size, size <= HKDF.byteCountMax(hash) else { return false }
            let input = SecretBytes(copying: test.ikm.bytes)
            let key = HKDF.derive(hash, salt: test.salt.bytes, input: input, info: test.info.bytes, byteCount: size)
            let secretSalt = HKDF.extract(hash, salt: SecretBytes(copying: test.salt.bytes), input: input)
            let isSame = ConstantTime.equal(
                HKDF.expand(hash, key: secretSalt, info: test.info.bytes, byteCount: size), key)
            #expect(isSame)
            return key.exportUnprotected() == test.okm.bytes
        }
    }

    private static func bulk(_ cipher: BulkCipher, _ test: Wycheproof.Case) -> Bool {
        let key = SecretBytes(copying: test.key.bytes)
        let sealed = test.ct.bytes + test.tag.bytes
        if test.result == .valid {
            var again = [UInt8](repeating: 0, count: sealed.count)
            again.withUnsafeMutableBytes { output in
                test.msg.bytes.withUnsafeBytes {
                    cipher.seal($0, key: key, nonce: test.iv.bytes, binding: test.aad.bytes, into: output)
                }
            }
            #expect(again == sealed)
        }
        var opened = [UInt8](repeating: 0xAA, count: test.ct.bytes.count)
        let isAuthentic = opened.withUnsafeMutableBytes { output in
            sealed.withUnsafeBytes {
                cipher.open($0, key: key, nonce: test.iv.bytes, binding: test.aad.bytes, into: output)
            }
        }
        #expect(isAuthentic || opened.allSatisfy { $0 == 0 })
        return isAuthentic && opened == test.msg.bytes
    }
}
