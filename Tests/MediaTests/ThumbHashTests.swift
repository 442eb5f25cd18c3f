import Testing

@testable import Media

@Suite("ThumbHash")
struct ThumbHashTests {
    /// The expected values are those of a second program, written from the description in another language.
    @Test("it is what another program makes of the same pixels", arguments: [
        (32, 24, false, "9c28061d8a406587518688329946b9a8ff8d79f8fb"),
        (24, 32, false, "9c28061d0a41665088497508a6b48799df8a7be6f8"),
        (20, 20, true, "da38861d060773886179a0a98abf4ba5f863405344525323a5"),
        (1, 1, false, "000802070000000000000000000000000000000000000000"),
        (100, 7, false, "9c180a1192015883659766884eafae7f79"),
        (7, 100, true, "1c1982190007308039294bcf7b49a0d681cd7068151942"),
    ])
    func values(width: Int, height: Int, hasAlpha: Bool, expected: String) throws {
        var rgba: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let alpha = hasAlpha ? (x * x * 5 + y * y * 3 + x * y + 5) % 256 : 255
                rgba += [x * 7 + y * 13, x * 3 + y * y, x * y + x, alpha].map { UInt8($0 % 256) }
            }
        }
        let hash = try #require(ThumbHash(rgba: rgba, width: width, height: height))
        let text = hash.bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
        #expect(text == expected)
    }

    @Test("sides that are too long, or do not fit the bytes, have none")
    func refusals() {
        #expect(ThumbHash(rgba: [], width: 0, height: 0) == nil)
        #expect(ThumbHash(rgba: [UInt8](repeating: 0, count: 404), width: 101, height: 1) == nil)
        #expect(ThumbHash(rgba: [0, 0, 0], width: 1, height: 1) == nil)
        #expect(ThumbHash(rgba: [0, 0, 0, 0], width: 1, height: 1) != nil)
    }
}
