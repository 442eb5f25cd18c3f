/// Reads the head of a WebM or Matroska file (RFC 8794, RFC 9559): EBML elements, each an identifier, a length and its
/// content, the first two as numbers whose leading zeros tell their length.
enum WebMProbe {
    private static let elementCountMax = 4096

    private struct Element {
        let identifier: Int
        let body: Int
        let end: Int
    }

    static func look(_ reader: inout ProbeReader) throws(MediaRefusal) -> RecordingFacts {
        var facts = RecordingFacts(.webm)
        var budget = elementCountMax
        var offset = 0
        while offset < reader.byteCount {
            let element = try element(&reader, offset, limit: reader.byteCount, &budget)
            if element.identifier == 0x1A45_DFA3 { try head(&reader, element, &facts, &budget) }
            if element.identifier == 0x1853_8067 {
                try segment(&reader, element, &facts, &budget)
                return facts
            }
            offset = element.end
        }
        throw .malformed(.element)
    }

    /// What kind of document it says it is; there are others in the same clothes.
    private static func head(
        _ reader: inout ProbeReader, _ head: Element, _ facts: inout RecordingFacts, _ budget: inout Int
    ) throws(MediaRefusal) {
        var offset = head.body
        while offset < head.end {
            let field = try element(&reader, offset, limit: head.end, &budget)
            offset = field.end
            guard field.identifier == 0x4282 else { continue }
            let isWebM = try reader.has("webm", at: field.body), isMatroska = try reader.has("matroska", at: field.body)
            guard isWebM || isMatroska else { throw .unknownFormat }
            facts.format = isWebM ? .webm : .matroska
        }
    }

    private static func segment(
        _ reader: inout ProbeReader, _ segment: Element, _ facts: inout RecordingFacts, _ budget: inout Int
    ) throws(MediaRefusal) {
        var offset = segment.body
        var seen = 0
        while offset < segment.end, seen < 2 {
            let part = try element(&reader, offset, limit: segment.end, &budget)
            switch part.identifier {
            case 0x1549_A966:
                facts.durationMilliseconds = try duration(&reader, part, &budget)
                seen += 1
            case 0x1654_AE6B:
                try tracks(&reader, part, &facts, &budget)
                seen += 1
            // A cluster: pictures and sound from here on.
            case 0x1F43_B675: return
            default: break
            }
            offset = part.end
        }
    }

    private static func duration(
        _ reader: inout ProbeReader, _ info: Element, _ budget: inout Int
    ) throws(MediaRefusal) -> Int? {
        var scale = 1_000_000, ticks: Double?
        var offset = info.body
        while offset < info.end {
            let field = try element(&reader, offset, limit: info.end, &budget)
            let count = field.end - field.body
            if field.identifier == 0x2AD7B1 { scale = try number(&reader, field) }
            if field.identifier == 0x4489, count == 4 {
                ticks = Double(Float(bitPattern: UInt32(try reader.big(field.body, 4))))
            }
            if field.identifier == 0x4489, count == 8 {
                let high = UInt64(try reader.big(field.body, 4)), low = UInt64(try reader.big(field.body + 4, 4))
                ticks = Double(bitPattern: high << 32 | low)
            }
            offset = field.end
        }
        guard let ticks, ticks.isFinite, ticks >= 0, scale > 0 else { return nil }
        let milliseconds = ticks * Double(scale) / 1_000_000
        return milliseconds < 1e15 ? Int(milliseconds) : nil
    }

    private static func tracks(
        _ reader: inout ProbeReader, _ tracks: Element, _ facts: inout RecordingFacts, _ budget: inout Int
    ) throws(MediaRefusal) {
        var offset = tracks.body
        while offset < tracks.end {
            let track = try element(&reader, offset, limit: tracks.end, &budget)
            offset = track.end
            guard track.identifier == 0xAE else { continue }
            var inner = track.body
            while inner < track.end {
                let field = try element(&reader, inner, limit: track.end, &budget)
                inner = field.end
                if field.identifier == 0xE0 { try picture(&reader, field, &facts, &budget) }
            }
        }
    }

    private static func picture(
        _ reader: inout ProbeReader, _ video: Element, _ facts: inout RecordingFacts, _ budget: inout Int
    ) throws(MediaRefusal) {
        var width = 0, height = 0
        var offset = video.body
        while offset < video.end {
            let field = try element(&reader, offset, limit: video.end, &budget)
            if field.identifier == 0xB0 { width = try number(&reader, field) }
            if field.identifier == 0xBA { height = try number(&reader, field) }
            offset = field.end
        }
        guard width <= 65_535, height <= 65_535 else { throw .tooLarge(.side) }
        facts.see(width: width, height: height)
    }

    private static func number(_ reader: inout ProbeReader, _ field: Element) throws(MediaRefusal) -> Int {
        let count = field.end - field.body
        guard (1...7).contains(count) else { throw .malformed(.element) }
        return try reader.big(field.body, count)
    }

    private static func element(
        _ reader: inout ProbeReader, _ offset: Int, limit: Int, _ budget: inout Int
    ) throws(MediaRefusal) -> Element {
        budget -= 1
        guard budget > 0 else { throw .tooLarge(.chunks) }
        let identifierCount = try reader.byte(offset).leadingZeroBitCount + 1
        guard identifierCount <= 4 else { throw .malformed(.element) }
        let place = offset + identifierCount
        let first = try reader.byte(place)
        let count = first.leadingZeroBitCount + 1
        guard count <= 8 else { throw .malformed(.element) }
        let mark = UInt8(truncatingIfNeeded: 0xFF >> count)
        // Eight bytes hold seven of number, since the first is all mark.
        var size = count == 8 ? try reader.big(place + 1, 7) : try reader.big(place, count)
        if count < 8 { size &= (1 << (7 * count)) - 1 }
        let isUnknown = count == 8 ? first & mark == 0 && size == (1 << 56) - 1 : size == (1 << (7 * count)) - 1
        let body = place + count
        guard body <= limit else { throw .truncated }
        let identifier = try reader.big(offset, identifierCount)
        if isUnknown || (identifier == 0x1853_8067 && size > limit - body) {
            return Element(identifier: identifier, body: body, end: limit)
        }
        guard size <= limit - body else { throw .truncated }
        return Element(identifier: identifier, body: body, end: body + size)
    }
}
