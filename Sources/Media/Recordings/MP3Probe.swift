/// Tells MPEG audio of layer III (ISO 11172-3, 2.4.1) from bytes that only begin like it: there is no magic number, so
/// the frames behind each other must fit.
enum MP3Probe {
    private static let frameCount = 3

    /// Bits a second in thousands, by index: MPEG-1, then MPEG-2 and 2.5.
    private static let rates: [[Int]] = [
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ]
    private static let frequencies = [44_100, 48_000, 32_000]

    /// Three frames in a row of the same kind, or frames up to the very end, behind tags (ID3v2) if there are any.
    static func isMP3(_ reader: inout ProbeReader) throws(MediaRefusal) -> Bool {
        var offset = 0
        if try reader.has("ID3", at: 0) {
            // Seven bits a byte, so that a size never looks like a frame.
            let size = try reader.bytes(6, 4)
            guard size.allSatisfy({ $0 < 0x80 }) else { return false }
            offset = 10 + size.reduce(0) { $0 << 7 | Int($1) }
        }
        var kind: Int?
        for number in 0..<frameCount {
            if offset == reader.byteCount { return number > 0 }
            guard offset <= reader.byteCount - 4 else { return false }
            let head = try reader.big(offset, 4)
            // Version, layer and frequency stay, all else may change from frame to frame.
            guard let count = byteCount(head), kind ?? head & 0xFFFE_0C00 == head & 0xFFFE_0C00 else { return false }
            kind = head & 0xFFFE_0C00
            offset += count
        }
        return offset <= reader.byteCount
    }

    /// Of the frame with this head; `nil` for what is none.
    private static func byteCount(_ head: Int) -> Int? {
        let version = head >> 19 & 3, rate = head >> 12 & 15, frequency = head >> 10 & 3
        guard head >> 21 == 0x7FF, version != 1, head >> 17 & 3 == 1, (1...14).contains(rate), frequency < 3 else {
            return nil
        }
        let isFirst = version == 3
        let samples = isFirst ? 144 : 72
        let hertz = frequencies[frequency] >> (isFirst ? 0 : version == 2 ? 1 : 2)
        return samples * rates[isFirst ? 0 : 1][rate - 1] * 1000 / hertz + (head >> 9 & 1)
    }
}
