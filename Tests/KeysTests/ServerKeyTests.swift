import Crypto
import Testing

@testable import Keys

@Suite struct ServerKeyTests {
    @Test("a key that went through the store signs as before")
    func stored() throws {
        let key = ServerSigningKey()
        let again = try ServerSigningKey(seed: key.exportSeed())
        #expect(again.publicKey == key.publicKey)
        #expect(again.sign([1, 2, 3], as: .treeHead) == key.sign([1, 2, 3], as: .treeHead))
        #expect(throws: LengthError.self) { try ServerSigningKey(seed: SecretBytes(copying: [1, 2, 3])) }
    }

    @Test("a signature is good for its content, context and key only")
    func separated() throws {
        let key = ServerSigningKey()
        let content: [UInt8] = [7, 8, 9]
        let signature = key.sign(content, as: .treeHead)
        #expect(key.publicKey.verifies(signature, over: content, as: .treeHead))
        #expect(!key.publicKey.verifies(signature, over: content, as: .treeHeadCosignature))
        #expect(!key.publicKey.verifies(signature, over: content + [0], as: .treeHead))
        #expect(!ServerSigningKey().publicKey.verifies(signature, over: content, as: .treeHead))
    }

    @Test("a public key reads back, and its fingerprint is its SHA-256")
    func publicKey() throws {
        let key = ServerSigningKey().publicKey
        #expect(try ServerPublicKey(key.bytes) == key)
        #expect(key.fingerprint == SHA256.hash(key.bytes))
        #expect(throws: LengthError.self) { try ServerPublicKey([1]) }
    }
}
