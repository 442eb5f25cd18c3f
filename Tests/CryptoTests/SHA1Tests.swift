import Testing

@testable import Crypto

@Suite struct SHA1Tests {
    @Test("SHA-1 gives the published digests, whole and in pieces")
    func digests() {
        var hash = SHA1()
        for piece in ["a", "", "bc"] { hash.update(Array(piece.utf8)) }
        let digest = hash.finish()
        #expect(digest == [
            0xA9, 0x99, 0x3E, 0x36, 0x47, 0x06, 0x81, 0x6A, 0xBA, 0x3E, 0x25, 0x71, 0x78, 0x50, 0xC2, 0x6C, 0x9C, 0xD0,
            0xD8, 0x9D,
        ])
        let empty = SHA1().finish()
        #expect(empty.prefix(4) == [0xDA, 0x39, 0xA3, 0xEE])
    }
}
