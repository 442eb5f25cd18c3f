/// Reads the `moov` box of an MP4 or QuickTime file (ISO 14496-12, 8.2): `mvhd` has the duration, each `tkhd` a size.
enum MP4Probe {
    private static let boxCountMax = 4096

    static func look(_ reader: inout ProbeReader) throws(MediaRefusal) -> RecordingFacts {
        var facts = RecordingFacts(try reader.has("qt  ", at: 8) ? .quicktime : .mp4)
        var budget = boxCountMax
        var hasMovie = false
        var offset = 0
        while offset < reader.byteCount {
            budget -= 1
            guard budget > 0 else { throw .tooLarge(.chunks) }
            let box = try Box.read(&reader, at: offset, limit: reader.byteCount)
            if box.type == "moov" {
                hasMovie = true
                try movie(&reader, box, &facts, &budget)
            }
            // Fragments, as many as there are seconds: the head is behind us.
            if box.type == "moof" { break }
            offset = box.end
        }
        guard hasMovie else { throw .malformed(.box) }
        return facts
    }

    private static func movie(
        _ reader: inout ProbeReader, _ movie: Box, _ facts: inout RecordingFacts, _ budget: inout Int
    ) throws(MediaRefusal) {
        var tracks: [Box] = []
        var heads: [Box] = []
        try Box.walk(&reader, from: movie.body, to: movie.end, budget: &budget) { (_, box, _) in
            if box.type == "trak" { tracks.append(box) }
            if box.type == "mvhd" { heads.append(box) }
        }
        if let head = heads.first { facts.durationMilliseconds = try duration(&reader, head) }
        for track in tracks {
            var found: [Box] = []
            try Box.walk(&reader, from: track.body, to: track.end, budget: &budget) { (_, box, _) in
                if box.type == "tkhd" { found.append(box) }
            }
            // The last bytes: a matrix of nine numbers, whose first is zero for a quarter turn, then width and height
            // in 16.16.
            guard let head = found.first, head.count >= 84 else { continue }
            let width = try reader.big(head.end - 8, 2), height = try reader.big(head.end - 4, 2)
            let across = try reader.big(head.end - 44, 4), down = try reader.big(head.end - 40, 4)
            let isTurned = across == 0 && down != 0
            facts.see(width: isTurned ? height : width, height: isTurned ? width : height)
        }
    }

    private static func duration(_ reader: inout ProbeReader, _ head: Box) throws(MediaRefusal) -> Int? {
        let isLong = try reader.byte(head.body) == 1
        guard head.count >= (isLong ? 32 : 20) else { throw .malformed(.box) }
        let scale = try reader.big(head.body + (isLong ? 20 : 12), 4)
        let ticks = isLong ? try reader.big(head.body + 25, 7) : try reader.big(head.body + 16, 4)
        // All ones: not known.
        guard scale > 0, ticks != 0xFFFF_FFFF, ticks < 1 << 52 else { return nil }
        return ticks / scale * 1000 + ticks % scale * 1000 / scale
    }
}
