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
        String(unsafeUninitializedCapacity: (bytes.count * 4 + 2) / 3) { (text) in
            var count = 0
            eachCharacter(of: bytes) {
                text[count] = $0
                count += 1
            }
            return count
        }
    }

    /// Appends the text of `bytes`.
    static func append(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
        eachCharacter(of: bytes) { text.append($0) }
    }

    @inline(__always)
    private static func eachCharacter(of bytes: some Collection<UInt8>, _ take: (UInt8) -> Void) {
        let alphabet = Self.alphabet
        var pending: UInt32 = 0
        var pendingBitCount: UInt32 = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            pendingBitCount += 8
            while pendingBitCount >= 6 {
                pendingBitCount -= 6
                take(alphabet[Int(pending >> pendingBitCount & 0x3F)])
            }
        }
        if pendingBitCount > 0 { take(alphabet[Int(pending << (6 - pendingBitCount) & 0x3F)]) }
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

    /// As ``decode(_:)``, into memory of the caller's that it fills: no copy is left behind.
    /// - Returns: `false` when `text` is not what ``encode(_:)`` gives for so many bytes.
    public static func decode(_ text: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard text.count == (bytes.count * 4 + 2) / 3 else { return false }
        let values = Self.values
        var (pending, pendingBitCount, count): (UInt32, UInt32, Int) = (0, 0, 0)
        for character in text {
            let value = values[Int(character)]
            guard value != 0xFF else { return false }
            pending = (pending << 6 | UInt32(value)) & 0xFFFF
            pendingBitCount += 6
            guard pendingBitCount >= 8 else { continue }
            pendingBitCount -= 8
            bytes[count] = UInt8(truncatingIfNeeded: pending >> pendingBitCount)
            count += 1
        }
        return pending & (1 << pendingBitCount - 1) == 0
    }
}
