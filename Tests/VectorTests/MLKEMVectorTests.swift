import Testing

@testable import Crypto

@Suite(.enabled(if: Vectors.arePresent, "published vectors are not beside this package"))
struct MLKEMVectorTests {
    @Test("a seed makes the published pair of keys")
    func keys() throws {
        try Wycheproof.run("mlkem_768_keygen_seed_test.json") { group, test in
            #expect(group.parameterSet == "ML-KEM-768")
            guard test.seed.bytes.count == MLKEM768.seedByteCount else { return false }
            let key = try MLKEM768.DecapsulationKey(seed: SecretBytes(copying: test.seed.bytes))
            let expanded = key.expandedForTests()
            return key.encapsulationKey.bytes == test.ek.bytes && expanded == test.dk.bytes
        }
    }

    @Test("a message is encapsulated to the published bytes, and a key that is none is refused")
    func encapsulation() throws {
        try Wycheproof.run("mlkem_768_encaps_test.json") { _, test in
            guard let key = try? MLKEM768.EncapsulationKey(test.ek.bytes) else { return false }
            let made = key.encapsulateWithChosenMessage(SecretBytes(copying: test.m.bytes))
            let secret = made.sharedSecret.exportUnprotected()
            return made.ciphertext.bytes == test.c.bytes && secret == test.K.bytes
        }
    }

    @Test("a ciphertext gives the published secret, a forged one too, and one of another size none")
    func decapsulation() throws {
        try Wycheproof.run("mlkem_768_test.json") { _, test in
            guard let ciphertext = try? MLKEM768.Ciphertext(test.c.bytes),
                  test.seed.bytes.count == MLKEM768.seedByteCount else { return false }
            let key = try MLKEM768.DecapsulationKey(seed: SecretBytes(copying: test.seed.bytes))
            if let published = test.ek, !published.bytes.isEmpty, published.bytes != key.encapsulationKey.bytes {
                return false
            }
            return key.decapsulate(ciphertext).exportUnprotected() == test.K.bytes
        }
    }
}
