import Testing

@testable import Wire

@Suite struct Base64Tests {
    /// RFC 4648, section 10.
    static let published = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test("the published examples are written and read", arguments: published)
    func examples(plain: String, text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
    }

    @Test("both of its own signs stand for what they do", arguments: [("+/+/", [0xFB, 0xFF, 0xBF])])
    func signs(text: String, bytes: [UInt8]) {
        #expect(Base64.decode(text) == bytes)
        #expect(Base64.encode(bytes) == text)
    }

    @Test(
        "other alphabets, missing or inner padding, loose bits and white space are refused",
        arguments: ["-_-_", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zh==", "Zm9v\n", " Zm9", "Zm9vYg==="])
    func refusals(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
