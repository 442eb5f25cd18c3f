import Digest
import Testing

@Suite("Row digest")
struct RowDigestTests {
    private func digest(_ bytes: [UInt8], row: Int64 = 1) -> UInt64 {
        bytes.withUnsafeBytes { RowDigest.of($0, row: row) }
    }

    @Test("every flipped bit changes it, at every length around the words and lanes", arguments: 0...100)
    func flips(_ count: Int) {
        var bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let whole = digest(bytes)
        for bit in 0..<count * 8 {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(digest(bytes) != whole)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        for bit in 0..<63 { #expect(digest(bytes, row: 1 ^ 1 << Int64(bit)) != whole) }
    }

    @Test("a cut, a longer and a swapped row do not fit")
    func shapes() {
        let bytes = [UInt8](repeating: 0, count: 100)
        var seen: Set<UInt64> = []
        for count in 0...100 { seen.insert(digest(Array(bytes[..<count]))) }
        #expect(seen.count == 101)
        #expect(digest([1, 2, 3, 4, 5, 6, 7, 8, 9]) != digest([9, 8, 7, 6, 5, 4, 3, 2, 1]))
    }
}
