import Testing

@testable import Crypto

@Suite struct PaddingTests {
    @Test("every message comes back from its padding, and no two sizes differ by more than they may")
    func roundTrip() {
        for byteCount in Array(0...3_000) + [65_535, 65_536, 458_751] {
            let message = [UInt8](repeating: 0x80, count: byteCount)
            let padded = Padding.pad(message)
            #expect(padded.count == Padding.paddedByteCount(byteCount))
            #expect(padded.count > byteCount && padded.count <= max(256, (byteCount + 1) * 5 / 4 + 256))
            #expect(Padding.unpad(padded) == message)
        }
    }

    @Test("sizes are 256, 512, 768, 1,024 and from there four to each doubling")
    func sizes() {
        var sizes: Set<Int> = []
        for byteCount in 0..<524_288 { sizes.insert(Padding.paddedByteCount(byteCount)) }
        #expect(sizes.count == 40)
        #expect(sizes.sorted().prefix(9) == [256, 512, 768, 1_024, 1_280, 1_536, 1_792, 2_048, 2_560])
        #expect(sizes.max() == 524_288)
        #expect(Padding.paddedByteCount(255) == 256 && Padding.paddedByteCount(256) == 512)
        #expect(Padding.paddedByteCount(458_751) == 458_752)
    }

    @Test("what padding does not give is refused: no mark, another mark, a size that is none, a size too many")
    func refused() {
        #expect(Padding.unpad([]) == nil)
        #expect(Padding.unpad([UInt8](repeating: 0, count: 256)) == nil)
        #expect(Padding.unpad([0x81] + [UInt8](repeating: 0, count: 255)) == nil)
        #expect(Padding.unpad([0x80]) == nil)
        #expect(Padding.unpad([0x80] + [UInt8](repeating: 0, count: 256)) == nil)
        #expect(Padding.unpad([0x80] + [UInt8](repeating: 0, count: 511)) == nil)
        #expect(Padding.unpad([0x80] + [UInt8](repeating: 0, count: 255)) == [])
    }
}
