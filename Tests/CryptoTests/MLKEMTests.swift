import Testing

@testable import Crypto

/// Mirrors `MLKEM`, `MLKEMParameterSet`, `KPKE`, `FieldElement` and `Polynomials`.
@Suite struct MLKEMTests {
    @Test("what is encapsulated to a key comes out of it, and out of the key made from its seed")
    func roundTrip() throws {
        try roundTrip(MLKEM768Parameters.self)
        try roundTrip(MLKEM1024Parameters.self)
    }

    private func roundTrip<Parameters: MLKEMParameters>(_: Parameters.Type) throws {
        typealias KEM = MLKEM<Parameters>
        for _ in 0..<20 {
            let key = KEM.DecapsulationKey()
            let again = try KEM.DecapsulationKey(seed: key.exportSeed())
            #expect(again.encapsulationKey == key.encapsulationKey)
            let peer = try KEM.EncapsulationKey(key.encapsulationKey.bytes)
            let made = peer.encapsulate()
            let sent = made.sharedSecret.exportUnprotected()
            let received = again.decapsulate(try KEM.Ciphertext(made.ciphertext.bytes)).exportUnprotected()
            #expect(sent == received && sent.count == KEM.sharedSecretByteCount)
        }
    }

    @Test("a ciphertext with a bit flipped gives another secret, the same each time")
    func implicitRejection() throws {
        try implicitRejection(MLKEM768Parameters.self)
        try implicitRejection(MLKEM1024Parameters.self)
    }

    private func implicitRejection<Parameters: MLKEMParameters>(_: Parameters.Type) throws {
        typealias KEM = MLKEM<Parameters>
        let key = KEM.DecapsulationKey()
        let made = key.encapsulationKey.encapsulate()
        let sent = made.sharedSecret.exportUnprotected()
        var seen: Set<[UInt8]> = [sent]
        for bit in stride(from: 0, to: KEM.ciphertextByteCount * 8, by: 173) {
            let forged = try KEM.Ciphertext(made.ciphertext.bytes.flipped(bit))
            let first = key.decapsulate(forged).exportUnprotected()
            let second = key.decapsulate(forged).exportUnprotected()
            #expect(first == second)
            #expect(seen.insert(first).inserted)
        }
    }

    @Test("the sizes are those of the standard")
    func sizes() {
        #expect(MLKEM768.encapsulationKeyByteCount == 1_184 && MLKEM768.ciphertextByteCount == 1_088)
        #expect(MLKEM1024.encapsulationKeyByteCount == 1_568 && MLKEM1024.ciphertextByteCount == 1_568)
    }

    @Test("keys, ciphertexts and seeds of another size, and numbers that are not reduced, are refused")
    func refused() {
        refused(MLKEM768Parameters.self)
        refused(MLKEM1024Parameters.self)
    }

    private func refused<Parameters: MLKEMParameters>(_: Parameters.Type) {
        typealias KEM = MLKEM<Parameters>
        for byteCount in [0, KEM.encapsulationKeyByteCount - 1, KEM.encapsulationKeyByteCount + 1] {
            #expect(throws: KEM.KeyError.wrongByteCount(byteCount)) {
                try KEM.EncapsulationKey([UInt8](repeating: 0, count: byteCount))
            }
        }
        #expect(throws: KEM.KeyError.notReduced) {
            try KEM.EncapsulationKey([UInt8](repeating: 0xFF, count: KEM.encapsulationKeyByteCount))
        }
        let short = KEM.ciphertextByteCount - 1
        #expect(throws: LengthError(expectedByteCount: short + 1, byteCount: short)) {
            try KEM.Ciphertext([UInt8](repeating: 0, count: short))
        }
        #expect(throws: LengthError(expectedByteCount: 64, byteCount: 32)) {
            _ = try KEM.DecapsulationKey(seed: .random(byteCount: 32)).encapsulationKey
        }
    }

    @Test("arithmetic modulo 3,329 is exact for every value that can occur")
    func arithmetic() {
        for a in UInt32(0)..<3_329 {
            for bits in [UInt32(1), 4, 5, 10, 11] {
                let scaled = Double(a) * Double(1 << bits) / 3_329
                let rounded = UInt16(scaled.rounded(.toNearestOrAwayFromZero)) & (1 << UInt16(bits) - 1)
                #expect(FieldElement.compress(UInt16(a), bits: bits) == rounded)
            }
            for b in stride(from: UInt32(0), to: 3_329, by: 37) {
                #expect(FieldElement.multiply(UInt16(a), UInt16(b)) == UInt16(a * b % 3_329))
                #expect(FieldElement.add(UInt16(a), UInt16(b)) == UInt16((a + b) % 3_329))
                #expect(FieldElement.subtract(UInt16(a), UInt16(b)) == UInt16((a + 3_329 - b) % 3_329))
            }
        }
        #expect(FieldElement.multiply(3_328, 3_328) == 1)
        for bits in [UInt32(1), 4, 5, 10, 11] {
            for a in UInt16(0)..<(1 << UInt16(bits)) {
                let exact = (Double(a) * 3_329 / Double(1 << bits)).rounded(.toNearestOrAwayFromZero)
                #expect(FieldElement.decompress(a, bits: bits) == UInt16(exact))
            }
        }
    }

    @Test("the transform and its inverse undo each other, and turn products into products")
    func transform() {
        let work = Polynomials(count: 4)
        let (f, g, product, schoolbook) = (work[0], work[1], work[2], work[3])
        var generator = SystemRandomNumberGenerator()
        let first = (0..<256).map { _ in UInt16.random(in: 0..<3_329, using: &generator) }
        let second = (0..<256).map { _ in UInt16.random(in: 0..<3_329, using: &generator) }
        for index in 0..<256 { (f[index], g[index]) = (first[index], second[index]) }
        for i in 0..<256 {
            for j in 0..<256 {
                let term = FieldElement.multiply(f[i], g[j])
                let at = (i + j) % 256
                schoolbook[at] = i + j < 256
                    ? FieldElement.add(schoolbook[at], term) : FieldElement.subtract(schoolbook[at], term)
            }
        }
        Transform.forward(f)
        Transform.forward(g)
        Transform.addProduct(of: f, g, to: product)
        Transform.inverse(product)
        Transform.inverse(f)
        for index in 0..<256 {
            #expect(f[index] == first[index])
            #expect(product[index] == schoolbook[index])
        }
    }
}
