import Testing

@testable import Crypto

@Suite struct XWingTests {
    @Test("both sides have the same secret, and a forged half gives another")
    func agreement() throws {
        let key = XWing.DecapsulationKey()
        let made = key.encapsulationKey.encapsulate()
        let isSame = ConstantTime.equal(key.decapsulate(made.ciphertext), made.sharedSecret)
        #expect(isSame)
        for place in [0, 1_087, 1_088, 1_119] {
            var bytes = made.ciphertext.bytes
            bytes[place] ^= 1
            let forged = key.decapsulate(try XWing.Ciphertext(bytes))
            let isRevealed = ConstantTime.equal(forged, made.sharedSecret)
            #expect(!isRevealed)
        }
    }

    @Test("a curve half of small order is hashed as zeros, so the other half still protects")
    func smallOrder() throws {
        let key = XWing.DecapsulationKey()
        let kemHalf = key.encapsulationKey.bytes.prefix(MLKEM768.encapsulationKeyByteCount)
        let weak = try XWing.EncapsulationKey(Array(kemHalf) + [UInt8](repeating: 0, count: 32))
        let first = weak.encapsulate()
        let second = weak.encapsulate()
        let isRepeated = ConstantTime.equal(first.sharedSecret, second.sharedSecret)
        #expect(!isRepeated)
    }

    @Test("bytes of another size, or with numbers that are not reduced, are refused")
    func badBytes() throws {
        for byteCount in [0, 1_184, 1_215, 1_217] {
            #expect(throws: MLKEM768.KeyError.wrongByteCount(byteCount)) {
                try XWing.EncapsulationKey([UInt8](repeating: 0, count: byteCount))
            }
        }
        #expect(throws: MLKEM768.KeyError.notReduced) {
            try XWing.EncapsulationKey([UInt8](repeating: 0xFF, count: XWing.encapsulationKeyByteCount))
        }
        #expect(throws: LengthError.self) { try XWing.Ciphertext([UInt8](repeating: 0, count: 1_119)) }
        #expect(throws: LengthError.self) { _ = try XWing.DecapsulationKey(seed: .random(byteCount: 33)) }
    }

    @Test("a stored seed makes the same key")
    func storage() throws {
        let key = XWing.DecapsulationKey()
        let loaded = try XWing.DecapsulationKey(seed: key.exportSeed())
        #expect(loaded.encapsulationKey == key.encapsulationKey)
    }
}
