import Testing

@testable import Crypto

@Suite struct ConstantTimeTests {
    @Test("equal bytes are equal, and any one bit makes them differ")
    func equality() {
        let bytes = RandomBytes.make(byteCount: 32)
        #expect(ConstantTime.equal(bytes, bytes))
        #expect(ConstantTime.equal([], []))
        #expect(!ConstantTime.equal(bytes, []))
        #expect(!ConstantTime.equal(bytes, Array(bytes.dropLast())))
        for bit in 0..<256 {
            var other = bytes
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!ConstantTime.equal(bytes, other))
            let areEqual = ConstantTime.equal(SecretBytes(copying: bytes), SecretBytes(copying: other))
            #expect(!areEqual)
        }
        let areEqual = ConstantTime.equal(SecretBytes(copying: bytes), SecretBytes(copying: bytes))
        #expect(areEqual)
    }
}
