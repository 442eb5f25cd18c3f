import Testing

@testable import Crypto

@Suite struct SHA3Tests {
    @Test("the digests of nothing and of three letters, FIPS 202 examples")
    func published() {
        #expect(SHA3.digest256([]) == Hex.decode("a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"))
        #expect(SHA3.digest256(Array("abc".utf8))
            == Hex.decode("3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"))
        #expect(SHA3.digest512(Array("abc".utf8)) == Hex.decode(
            "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
                + "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"))
        #expect(SHA3.shake128([], byteCount: 32)
            == Hex.decode("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"))
        #expect(SHA3.shake256([], byteCount: 32)
            == Hex.decode("46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"))
    }

    @Test("every size around the block gives what another implementation gives")
    func sizes() {
        // SHA3-256 over the digests of 0x00, 0x01… of 0 to 400 bytes, computed with Python's hashlib.
        var all: [UInt8] = []
        for byteCount in 0...400 {
            let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) }
            all += SHA3.digest256(bytes) + SHA3.digest512(bytes)
            all += SHA3.shake128(bytes, byteCount: byteCount) + SHA3.shake256(bytes, byteCount: byteCount)
        }
        #expect(SHA3.digest256(all) == Hex.decode("d41c132c88cd73f265e01323b1ce1375b8590a52b885d52e964ef5f2343bedd6"))
    }

    @Test("a secret gives the digest of its bytes")
    func secrets() {
        let bytes = [UInt8](0..<100)
        let secret = SecretBytes(copying: bytes)
        let digest = SHA3.secretDigest256(secret).exportUnprotected()
        let stream = SHA3.secretShake256(secret, byteCount: 300).exportUnprotected()
        #expect(digest == SHA3.digest256(bytes))
        #expect(stream == SHA3.shake256(bytes, byteCount: 300))
    }
}
