import Testing

@testable import Media

@Suite("ThumbHash")
struct ThumbHashTests {
    /// The expected values are those of a second program, written from the description in another language.
    @Test("it is what another program makes of the same pixels", arguments: [
        (32, 24, false, "dc080e1d9a6076877088888688678887f3a40ff887"),
        (24, 32, false, "dcf80d1d1a6076708868886888877788f4a30ff778"),
        (20, 20, true, "602986150a269288b079977677e6781ffa6670777588877878"),
        (1, 1, false, "000802070000000000000000000000000000000000000000"),
        (100, 7, false, "da280e199a61767870886888e3870ff877"),
        (7, 100, true, "dcd885110c275084798b88f8850bd8788787667780a868"),
    ])
    func values(width: Int, height: Int, hasAlpha: Bool, expected: String) throws {
        var rgba: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let alpha = hasAlpha ? (x * 8 + y * 3) % 256 : 255
                rgba += [x * 255 / width, y * 255 / height, x * y % 256, alpha].map { UInt8($0) }
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
