/// Base64 with the URL-safe alphabet and no padding (RFC 4648, section 5): how bytes stand in JSON and in URLs.
///
/// Decoding is strict: no padding, no white space, no other alphabet, and the unused low bits of the last character
/// are zero, so that every sequence of bytes has exactly one text.
public enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// The text of `bytes`: four characters for three bytes, two or three for what is left.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the text of `bytes`.
    static func append(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
        let alphabet = Self.alphabet
        var pending: UInt32 = 0
        var pendingBitCount: UInt32 = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            pendingBitCount += 8
            while pendingBitCount >= 6 {
                pendingBitCount -= 6
                text.append(alphabet[Int(pending >> pendingBitCount & 0x3F)])
            }
        }
        if pendingBitCount > 0 { text.append(alphabet[Int(pending << (6 - pendingBitCount) & 0x3F)]) }
    }

    /// `nil` when `text` is not exactly what ``encode(_:)`` gives for some bytes.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = text.utf8
        guard characters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count * 3 / 4)
        let values = Self.values
        var pending: UInt32 = 0
        var pendingBitCount: UInt32 = 0
        for character in characters {
            let value = values[Int(character)]
            guard value != 0xFF else { return nil }
            pending = (pending << 6 | UInt32(value)) & 0xFFFF
            pendingBitCount += 6
            if pendingBitCount >= 8 {
                pendingBitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> pendingBitCount))
            }
        }
        guard pending & (1 << pendingBitCount - 1) == 0 else { return nil }
        return bytes
    }
}
