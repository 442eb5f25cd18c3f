/// Five bits a character, in letters that are hard to mistake for each other.
///
/// Zero to nine and the capital letters without I, L, O and U. Whole groups only: the bytes of a key and its checksum
/// are a multiple of five.
enum Base32 {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// ASCII, eight characters for each five bytes; `bytes.count` is a multiple of five.
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count.isMultiple(of: 5), "whole groups only")
        var characters: [UInt8] = []
        var pending = 0
        var bitCount = 0
        for byte in bytes {
            pending = pending << 8 | Int(byte)
            bitCount += 8
            while bitCount >= 5 {
                bitCount -= 5
                characters.append(alphabet[pending >> bitCount & 31])
            }
            pending &= (1 << bitCount) - 1
        }
        return characters
    }

    /// - Throws: ``RecoveryKeyError/unknownCharacter``; ``RecoveryKeyError/wrongLength``.
    static func decode(_ text: some StringProtocol, byteCount: Int) throws(RecoveryKeyError) -> [UInt8] {
        let characterCount = byteCount / 5 * 8
        var bytes: [UInt8] = []
        var pending = 0
        var bitCount = 0
        var count = 0
        for character in text.utf8 where !isSeparator(character) {
            count += 1
            guard count <= characterCount else { throw .wrongLength }
            pending = pending << 5 | (try value(of: character))
            bitCount += 5
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(pending >> bitCount & 0xFF))
            }
            pending &= (1 << bitCount) - 1
        }
        guard count == characterCount else { throw .wrongLength }
        return bytes
    }

    private static func isSeparator(_ character: UInt8) -> Bool {
        [UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t")]
            .contains(character)
    }

    private static func value(of character: UInt8) throws(RecoveryKeyError) -> Int {
        let isSmall = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character)
        let capital = isSmall ? character & 0xDF : character
        switch capital {
        case UInt8(ascii: "O"): return 0
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return 1
        default:
            guard let value = alphabet.firstIndex(of: capital) else { throw .unknownCharacter }
            return value
        }
    }
}
