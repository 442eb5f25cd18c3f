import Testing

@testable import Transport

@Suite("Byte ranges")
struct ByteRangeTests {
    @Test("a first and a last position name a part")
    func part() {
        #expect(ByteRange.plan(range: "bytes=2-5", byteCount: 10)
            == .init(status: 206, offset: 2, byteCount: 4, contentRange: "bytes 2-5/10"))
    }
}
