import Testing

@testable import Crypto

@Suite struct FixedBytesTests {
    private enum Three: ByteRole {
        static let byteCount = 3
    }

    @Test("as many bytes as the role takes are taken, and no other number", arguments: 0...5)
    func number(of count: Int) throws {
        let bytes = [UInt8](repeating: 7, count: count)
        if count == 3 {
            #expect(try FixedBytes<Three>(bytes).bytes == bytes)
        } else {
            #expect(throws: LengthError(expectedByteCount: 3, byteCount: count)) { try FixedBytes<Three>(bytes) }
        }
    }

    @Test("random ones are as many, and others each time")
    func random() {
        #expect(FixedBytes<Three>.byteCount == 3 && FixedBytes<Three>.random().bytes.count == 3)
        #expect(Set((0..<20).map { _ in FixedBytes<Three>.random() }).count > 1)
    }

    @Test("another number of bytes that we made ourselves is our mistake")
    func mistake() async {
        await #expect(processExitsWith: .failure) { _ = FixedBytes<Three>(checked: [1, 2]) }
    }
}
