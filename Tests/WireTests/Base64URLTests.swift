import Testing

@testable import Wire

@Suite struct Base64URLTests {
    @Test("bytes survive the way there and back", arguments: 0..<70)
    func roundTrip(byteCount: Int) {
        let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
        let text = Base64URL.encode(bytes)
        #expect(Base64URL.decode(text) == bytes)
        #expect(decode(text, byteCount) == bytes)
        #expect(decode(text, byteCount + 1) == nil && (byteCount == 0 || decode(text, byteCount - 1) == nil))
    }

    @Test("the test vectors of RFC 4648, section 10", arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func published(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test("padding, white space, the other alphabet, a lone character and stray bits are refused", arguments: [
        "Zg==", "Z g", "Zm9v\n", "+/+/", "Z", "Zm9vY", "Zh", "Zm9", "\u{e9}AAA",
    ])
    func refused(text: String) {
        #expect(Base64URL.decode(text) == nil)
        for byteCount in 0...8 { #expect(decode(text, byteCount) == nil) }
    }

    /// Into memory of the caller's.
    private func decode(_ text: String, _ byteCount: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let isWhole = bytes.withUnsafeMutableBytes { (room) in
            Array(text.utf8).withUnsafeBytes { Base64URL.decode($0, into: room) }
        }
        return isWhole ? bytes : nil
    }
}
