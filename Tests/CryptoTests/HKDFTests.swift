import Testing

@testable import Crypto

/// Mirrors `HKDF` and `HMAC`.
@Suite struct HKDFTests {
    @Test("HKDF gives the first test vector of RFC 5869 and no more than 255 digests")
    func hkdf() async {
        let input = SecretBytes(copying: [UInt8](repeating: 0x0B, count: 22))
        let salt = [UInt8](0...12)
        let key = HKDF.extract(.sha256, salt: salt, input: input)
        let keyBytes = key.exportUnprotected()
        #expect(keyBytes == Hex.decode("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"))
        let output = HKDF.expand(.sha256, key: key, info: [UInt8](0xF0...0xF9), byteCount: 42).exportUnprotected()
        #expect(output == Hex.decode(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"))
        let longest = HKDF.expand(.sha256, key: key, info: [], byteCount: HKDF.byteCountMax(.sha256)).byteCount
        #expect(longest == 8_160)
        let none = HKDF.expand(.sha512, key: key, info: [], byteCount: 0).byteCount
        #expect(none == 0)
        await #expect(processExitsWith: .failure) {
            _ = HKDF.expand(.sha256, key: .random(byteCount: 32), info: [], byteCount: 8_161).byteCount
        }
    }

    @Test("HMAC takes keys shorter and longer than its block, RFC 4231 cases 2 and 6")
    func hmac() {
        let short = HMAC.tag(
            .sha256, key: SecretBytes(copying: Array("Jefe".utf8)), over: Array("what do ya want for nothing?".utf8))
        #expect(short == Hex.decode("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"))
        let key = SecretBytes(copying: [UInt8](repeating: 0xAA, count: 131))
        let message = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
        let long = HMAC.tag(.sha256, key: key, over: message)
        #expect(long == Hex.decode("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"))
        let middle = HMAC.tag(.sha384, key: key, over: message)
        #expect(middle == Hex.decode(
            "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952"))
        let secret = HMAC.secretTag(.sha256, key: key, over: message).exportUnprotected()
        #expect(secret == long)
        let isRefused = !HMAC.verifies(long.flipped(3), .sha256, key: key, over: message)
        #expect(isRefused)
    }
}
