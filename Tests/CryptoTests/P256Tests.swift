import Testing

@testable import Crypto

/// Mirrors `P256` and `DERSequence`.
@Suite struct P256Tests {
    private let message = Array("a message".utf8)

    @Test("both sides agree, and a stored key is the same key")
    func agreement() throws {
        let alice = P256.PrivateKey()
        let bob = try P256.PrivateKey(P256.PrivateKey().exportSecret())
        let isSame = ConstantTime.equal(
            alice.agree(with: bob.publicKey), bob.duplicate().agree(with: alice.publicKey))
        #expect(isSame)
    }

    @Test("a signature verifies over its message and key only, in both forms")
    func signatures() throws {
        let key = P256.PrivateKey()
        let signature = key.sign(message)
        #expect(key.publicKey.verifies(signature, over: message))
        #expect(!key.publicKey.verifies(signature, over: message + [0]))
        #expect(!P256.PrivateKey().publicKey.verifies(signature, over: message))
        #expect(P256.Signature(der: signature.derBytes) == signature)
        #expect(try P256.Signature(signature.bytes) == signature)
        for place in signature.bytes.indices {
            var forged = signature.bytes
            forged[place] ^= 1
            #expect(try !key.publicKey.verifies(P256.Signature(forged), over: message))
        }
    }

    @Test("zeros and what is above the order are no signature")
    func outOfRangeSignatures() throws {
        let key = P256.PrivateKey()
        for fill: UInt8 in [0, 0xFF] {
            let signature = try P256.Signature([UInt8](repeating: fill, count: 64))
            #expect(!key.publicKey.verifies(signature, over: message))
        }
        #expect(throws: LengthError.self) { try P256.Signature([UInt8](repeating: 1, count: 63)) }
    }

    @Test("a signature has one DER encoding; any other bytes are refused")
    func strictDER() {
        let one: [UInt8] = [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]
        #expect(P256.Signature(der: one)?.derBytes == one)
        let others: [[UInt8]] = [
            [], [0x30], [0x30, 0x00], one + [0], Array(one.dropLast()),
            [0x31, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01],
            [0x30, 0x07, 0x02, 0x02, 0x00, 0x01, 0x02, 0x01, 0x01],
            [0x30, 0x06, 0x02, 0x01, 0x81, 0x02, 0x01, 0x01],
            [0x30, 0x81, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01],
            [0x30, 0x06, 0x03, 0x01, 0x01, 0x02, 0x01, 0x01],
            [0x30, 0x03, 0x02, 0x01, 0x01],
            [0x30, 0x09, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01],
            [0x30, 0x26, 0x02, 0x21] + [UInt8](repeating: 1, count: 33) + [0x02, 0x01, 0x01],
            [0x30, 0x05, 0x02, 0x00, 0x02, 0x01, 0x01],
            [0x30, 0x04, 0x02, 0x7F, 0x01, 0x01],
        ]
        for other in others { #expect(P256.Signature(der: other) == nil, "\(other)") }
    }

    @Test("bytes that are no key are refused: sizes, other forms, points beside the curve, numbers out of range")
    func badKeys() {
        let good = P256.PrivateKey().publicKey.bytes
        for byteCount in [0, 1, 33, 64, 66] {
            #expect(throws: P256.KeyError.wrongByteCount(byteCount)) {
                try P256.PublicKey(Array((good + [0]).prefix(byteCount)))
            }
        }
        for form: UInt8 in [0, 2, 3, 5, 6, 7] {
            #expect(throws: P256.KeyError.outOfRange) { try P256.PublicKey([form] + good.dropFirst()) }
        }
        var beside = good
        beside[64] ^= 1
        #expect(throws: P256.KeyError.outOfRange) { try P256.PublicKey(beside) }
        for fill: UInt8 in [0, 0xFF] {
            #expect(throws: P256.KeyError.outOfRange) {
                _ = try P256.PrivateKey(SecretBytes(copying: [UInt8](repeating: fill, count: 32)))
            }
        }
        #expect(throws: P256.KeyError.wrongByteCount(31)) { _ = try P256.PrivateKey(.random(byteCount: 31)) }
    }
}
