import Testing

@testable import Crypto

@Suite(.enabled(if: Vectors.arePresent, "published vectors are not beside this package"))
struct MLKEMVectorTests {
    @Test("a seed makes the published pair of keys")
    func keys() throws {
        try keys(MLKEM768Parameters.self, "ML-KEM-768", "mlkem_768_keygen_seed_test.json")
        try keys(MLKEM1024Parameters.self, "ML-KEM-1024", "mlkem_1024_keygen_seed_test.json")
    }

    private func keys<Parameters: MLKEMParameters>(_: Parameters.Type, _ name: String, _ file: String) throws {
        try Wycheproof.run(file) { group, test in
            #expect(group.parameterSet == name)
            guard test.seed.bytes.count == MLKEM<Parameters>.seedByteCount else { return false }
            let key = try MLKEM<Parameters>.DecapsulationKey(seed: SecretBytes(copying: test.seed.bytes))
            let expanded = key.expandedForTests()
            return key.encapsulationKey.bytes == test.ek.bytes && expanded == test.dk.bytes
        }
    }

    @Test("a message is encapsulated to the published bytes, and a key that is none is refused")
    func encapsulation() throws {
        try encapsulation(MLKEM768Parameters.self, "mlkem_768_encaps_test.json")
        try encapsulation(MLKEM1024Parameters.self, "mlkem_1024_encaps_test.json")
    }

    private func encapsulation<Parameters: MLKEMParameters>(_: Parameters.Type, _ file: String) throws {
        try Wycheproof.run(file) { _, test in
            guard let key = try? MLKEM<Parameters>.EncapsulationKey(test.ek.bytes) else { return false }
            let made = key.encapsulateWithChosenMessage(SecretBytes(copying: test.m.bytes))
            let secret = made.sharedSecret.exportUnprotected()
            return made.ciphertext.bytes == test.c.bytes && secret == test.K.bytes
        }
    }

    @Test("a ciphertext gives the published secret, a forged one too, and one of another size none")
    func decapsulation() throws {
        try decapsulation(MLKEM768Parameters.self, "mlkem_768_test.json")
        try decapsulation(MLKEM1024Parameters.self, "mlkem_1024_test.json")
    }

    private func decapsulation<Parameters: MLKEMParameters>(_: Parameters.Type, _ file: String) throws {
        typealias KEM = MLKEM<Parameters>
        try Wycheproof.run(file) { _, test in
            guard let ciphertext = try? KEM.Ciphertext(test.c.bytes),
                  test.seed.bytes.count == KEM.seedByteCount else { return false }
            let key = try KEM.DecapsulationKey(seed: SecretBytes(copying: test.seed.bytes))
            if let published = test.ek, !published.bytes.isEmpty, published.bytes != key.encapsulationKey.bytes {
                return false
            }
            return key.decapsulate(ciphertext).exportUnprotected() == test.K.bytes
        }
    }
}
