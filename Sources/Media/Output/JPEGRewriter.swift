/// Writes a JPEG anew from the segments that decoding needs: tables, frame, scans, and a JFIF head of our own. No other
/// APPn and no comment comes through, and nothing behind the end.
enum JPEGRewriter {
    /// DHT, SOF0 to SOF2, DQT, DRI.
    private static let kept: Set<UInt8> = [0xC4, 0xC0, 0xC1, 0xC2, 0xDB, 0xDD]
    private static let head: [UInt8] =
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0]

    static func rewrite(_ picture: Picture) throws(MediaRefusal) -> [UInt8] {
        do {
            return try copy(picture.bytes)
        } catch {
            throw .badOutput
        }
    }

    private static func copy(_ bytes: [UInt8]) throws(MediaRefusal) -> [UInt8] {
        var reader = ProbeReader(bytes)
        var written = head
        guard try reader.big(0, 2) == 0xFFD8 else { throw .badOutput }
        var offset = 2
        var scanCount = 0
        while true {
            guard try reader.byte(offset) == 0xFF else { throw .badOutput }
            let marker = try reader.byte(offset + 1)
            if marker == 0xD9 { break }
            let length = try reader.big(offset + 2, 2)
            guard length >= 2, offset + 2 + length <= bytes.count else { throw .badOutput }
            let end = offset + 2 + length
            if marker == 0xDA {
                scanCount += 1
                guard scanCount <= 16, let next = try endOfScan(&reader, end) else { throw .badOutput }
                written += bytes[offset..<next]
                offset = next
                continue
            }
            // Adobe's segment says how colours are coded; our saver writes none. Any other is left out.
            guard kept.contains(marker) || (0xE0...0xEF).contains(marker) || marker == 0xFE else { throw .badOutput }
            if kept.contains(marker) { written += bytes[offset..<end] }
            offset = end
        }
        guard scanCount > 0 else { throw .badOutput }
        return written + [0xFF, 0xD9]
    }

    private static func endOfScan(_ reader: inout ProbeReader, _ start: Int) throws(MediaRefusal) -> Int? {
        var offset = start
        while let place = try reader.next(0xFF, from: offset) {
            let marker = try reader.byte(place + 1)
            if marker != 0, !(0xD0...0xD7).contains(marker) { return place }
            offset = place + 2
        }
        return nil
    }
}
