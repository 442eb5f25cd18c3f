import Crypto
import Testing

@testable import Ratchet

@Suite struct SkippedKeysTests {
    private let chain = X25519.PrivateKey().publicKey
    private let other = X25519.PrivateKey().publicKey

    private func keys(_ count: Int, from first: UInt8 = 0) -> SecretBytes {
        SecretBytes(copying: (0..<count).flatMap {
            [UInt8](repeating: first &+ UInt8(truncatingIfNeeded: $0), count: 32)
        })
    }

    private func key(_ skipped: borrowing SkippedKeys, _ ratchetKey: X25519.PublicKey, _ number: UInt32) -> UInt8? {
        guard let key = skipped.key(of: SkippedKeys.Name(ratchetKey: ratchetKey, number: number)) else { return nil }
        return key.exportUnprotected().first
    }

    @Test("a key is found under its chain and number until it is removed, and the others stay")
    func lookUp() {
        var skipped = SkippedKeys()
        skipped.add(ratchetKey: chain, first: 10, keys: keys(3))
        skipped.add(ratchetKey: other, first: 0, keys: keys(2, from: 100))
        skipped.add(ratchetKey: other, first: 7, keys: SecretBytes(copying: []))
        #expect(key(skipped, chain, 11) == 1 && key(skipped, other, 1) == 101)
        #expect(key(skipped, chain, 13) == nil && key(skipped, other, 10) == nil)
        skipped.remove(SkippedKeys.Name(ratchetKey: chain, number: 11))
        skipped.remove(SkippedKeys.Name(ratchetKey: chain, number: 99))
        #expect(key(skipped, chain, 11) == nil)
        #expect(key(skipped, chain, 10) == 0 && key(skipped, chain, 12) == 2)
        #expect(key(skipped, other, 0) == 100 && key(skipped, other, 1) == 101)
    }

    @Test("above the bound the oldest go first, and an addition larger than the bound keeps its newest")
    func bound() {
        var skipped = SkippedKeys()
        skipped.add(ratchetKey: chain, first: 0, keys: keys(1_500))
        skipped.add(ratchetKey: other, first: 0, keys: keys(600))
        let count = skipped.names.count
        #expect(count == SkippedKeys.countMax)
        #expect(key(skipped, chain, 99) == nil && key(skipped, chain, 100) == 100)
        #expect(key(skipped, other, 599) == UInt8(599 & 255))
        skipped.add(ratchetKey: chain, first: 5_000, keys: keys(2_100))
        let after = skipped.names.count
        #expect(after == SkippedKeys.countMax)
        #expect(key(skipped, other, 599) == nil && key(skipped, chain, 5_099) == nil)
        #expect(key(skipped, chain, 5_100) == 100 && key(skipped, chain, 7_099) == UInt8(2_099 & 255))
    }
}
