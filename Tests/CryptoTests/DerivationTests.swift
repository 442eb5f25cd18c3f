import Testing

@testable import Crypto

@Suite struct DerivationTests {
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
        let secret = HMAC.secretTag(.sha256, key: key, over: message).exportUnprotected()
        #expect(secret == long)
        let isRefused = !HMAC.verifies(long.flipped(3), .sha256, key: key, over: message)
        #expect(isRefused)
    }

    @Test("Argon2id gives the same key for the same password, salt and cost, and another for any other")
    func argon() throws {
        let cost = try #require(Argon2id.Cost(passCount: 1, memoryByteCount: 8_192))
        let salt = [UInt8](repeating: 1, count: 16)
        func key(_ password: String, _ salt: [UInt8], _ cost: Argon2id.Cost) throws -> [UInt8] {
            try Argon2id.deriveKey(from: SecretBytes(copying: Array(password.utf8)), salt: salt, cost: cost)
                .exportUnprotected()
        }
        let expected = try key("correct horse", salt, cost)
        #expect(expected.count == 32)
        #expect(try key("correct horse", salt, cost) == expected)
        #expect(try key("correct hose", salt, cost) != expected)
        #expect(try key("", salt, cost) != expected)
        #expect(try key("correct horse", [UInt8](repeating: 2, count: 16), cost) != expected)
        #expect(try key("correct horse", salt, try #require(Argon2id.Cost(passCount: 2, memoryByteCount: 8_192))) != expected)
        #expect(Argon2id.Cost(passCount: 0, memoryByteCount: 8_192) == nil)
        #expect(Argon2id.Cost(passCount: 1, memoryByteCount: 8_191) == nil)
        #expect(Argon2id.Cost.standard.memoryByteCount >= 64 << 20 && Argon2id.Cost.standard.passCount >= 3)
    }

    @Test("a stored password verifies itself only, and nonsense verifies nothing")
    func storedPassword() throws {
        let cost = try #require(Argon2id.Cost(passCount: 1, memoryByteCount: 8_192))
        let password = SecretBytes(copying: Array("1234".utf8))
        let stored = try Argon2id.stored(password, cost: cost)
        #expect(stored.hasPrefix("$argon2id$v=19$m=8,t=1,p=1$"))
        let isRight = Argon2id.verifies(password, stored: stored)
        let isWrong = Argon2id.verifies(SecretBytes(copying: Array("1235".utf8)), stored: stored)
        #expect(isRight && !isWrong)
        for text in ["", "$argon2id$", "plain", String(repeating: "x", count: 500), "\0" + stored] {
            let isVerified = Argon2id.verifies(password, stored: text)
            #expect(!isVerified)
        }
    }
}
