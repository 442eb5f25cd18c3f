import Testing

@testable import Crypto

@Suite struct Argon2idTests {
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
        let dearer = try #require(Argon2id.Cost(passCount: 2, memoryByteCount: 8_192))
        #expect(try key("correct horse", salt, dearer) != expected)
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
