import Testing

@testable import Transport

@Suite("Byte ranges")
struct ByteRangeTests {
    @Test("a range that makes sense names a part", arguments: [
        ("bytes=2-5", 2, 4), ("bytes=0-0", 0, 1), ("bytes=9-", 9, 1), ("bytes=0-99", 0, 10), ("bytes=-3", 7, 3),
        ("bytes=-99", 0, 10), ("bytes= 2 - 5 ", 2, 4), ("bytes=0-99999999999999999999999", 0, 10),
    ] as [(String, UInt64, UInt64)])
    func part(_ range: String, _ offset: UInt64, _ byteCount: UInt64) {
        let plan = ByteRange.plan(range: range, byteCount: 10)
        #expect(plan.status == 206)
        #expect((plan.offset, plan.byteCount) == (offset, byteCount))
        #expect(plan.contentRange == "bytes \(offset)-\(offset + byteCount - 1)/10")
    }

    @Test("no range, several, or one that makes no sense gets the whole", arguments: [
        nil, "bytes=0-1,3-4", "lines=0-1", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1", "bytes=--1",
        "bytes=+1-2", "bytes=0x1-2", "Bytes=0-1", "bytes=1-2-3",
    ])
    func whole(_ range: String?) {
        #expect(ByteRange.plan(range: range, byteCount: 10)
            == .init(status: 200, offset: 0, byteCount: 10, contentRange: nil))
    }

    @Test("a range beyond the end cannot be satisfied", arguments: [
        "bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-",
    ])
    func beyond(_ range: String) {
        #expect(ByteRange.plan(range: range, byteCount: 10)
            == .init(status: 416, offset: 0, byteCount: 0, contentRange: "bytes */10"))
    }

    @Test("an empty file has no part")
    func empty() {
        #expect(ByteRange.plan(range: "bytes=0-", byteCount: 0).status == 416)
        #expect(ByteRange.plan(range: "bytes=-1", byteCount: 0).status == 416)
        #expect(ByteRange.plan(range: nil, byteCount: 0).status == 200)
    }
}
