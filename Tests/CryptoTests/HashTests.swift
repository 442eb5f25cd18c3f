import Testing

@testable import Crypto

@Suite struct HashTests {
    @Test("the digest of three letters, FIPS 180-4 example", arguments: [
        (Hash.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (Hash.sha384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            + "8086072ba1e7cc2358baeca134c825a7"),
        (Hash.sha512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"),
    ])
    func published(hash: Hash, hex: String) {
        let message = Array("abc".utf8)
        let digest = switch hash {
        case .sha256: SHA256.hash(message)
        case .sha384: SHA384.hash(message)
        case .sha512: SHA512.hash(message)
        }
        #expect(digest == Hex.decode(hex))
        #expect(digest.count == hash.byteCount)
    }

    @Test("hashing piece by piece gives the digest of the whole", arguments: [0, 1, 63, 64, 65, 127, 128, 129, 1000])
    func pieces(byteCount: Int) {
        let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for cut in 0...byteCount {
            var short = SHA256()
            short.update(Array(bytes[..<cut]))
            short.update(Array(bytes[cut...]))
            #expect(short.finish() == SHA256.hash(bytes))
            var middle = SHA384()
            middle.update(Array(bytes[..<cut]))
            middle.update(Array(bytes[cut...]))
            #expect(middle.finish() == SHA384.hash(bytes))
            var long = SHA512()
            long.update(Array(bytes[..<cut]))
            long.update(Array(bytes[cut...]))
            #expect(long.finish() == SHA512.hash(bytes))
        }
    }

    @Test("a BLAKE2b digest has the size asked for and depends on key and message")
    func blake() {
        #expect(BLAKE2b.hash(Array("abc".utf8), byteCount: 64) == Hex.decode(
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"))
        let key = SecretBytes(copying: [UInt8](repeating: 7, count: 32))
        #expect(BLAKE2b.hash([1], key: key).count == 32)
        #expect(BLAKE2b.hash([1], key: key) != BLAKE2b.hash([2], key: key))
        #expect(BLAKE2b.hash([1], key: key) != BLAKE2b.hash([1]))
    }
}

/// Hexadecimal text for expected values in tests.
enum Hex {
    static func decode(_ text: String) -> [UInt8] {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
