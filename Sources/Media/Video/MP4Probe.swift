/// Reads the `moov` box of an MP4 or QuickTime file (ISO 14496-12, 8.2): `mvhd` has the duration, each `tkhd` a size.
enum MP4Probe {
    private static let boxCountMax = 4096
    private static let sideMax = 65_535

    static func look(_ reader: inout ByteReader) throws(MediaRefusal) -> VideoFacts {
        var facts = VideoFacts(.mp4)
        var budget = boxCountMax
        var hasMovie = false
        let end = reader.byteCount
        try Box.walk(&reader, from: 0, to: end, budget: &budget) { (reader, box, budget) throws(MediaRefusal) in
            guard box.type == "moov" else { return }
            hasMovie = true
            try movie(&reader, box, &facts, &budget)
        }
        guard hasMovie else { throw .malformed(.box) }
        return facts
    }

    private static func movie(
        _ reader: inout ByteReader, _ movie: Box, _ facts: inout VideoFacts, _ budget: inout Int
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
            // The last eight bytes: width and height in 16.16.
            guard let head = found.first, head.count >= 84 else { continue }
            facts.see(width: try reader.big(head.end - 8, 2), height: try reader.big(head.end - 4, 2))
        }
    }

    private static func duration(_ reader: inout ByteReader, _ head: Box) throws(MediaRefusal) -> Int? {
        let isLong = try reader.byte(head.body) == 1
        guard head.count >= (isLong ? 32 : 20) else { throw .malformed(.box) }
        let scale = try reader.big(head.body + (isLong ? 20 : 12), 4)
        let ticks = isLong ? try reader.big(head.body + 25, 7) : try reader.big(head.body + 16, 4)
        // All ones: not known.
        guard scale > 0, ticks != 0xFFFF_FFFF, ticks < 1 << 52 else { return nil }
        return ticks / scale * 1000 + ticks % scale * 1000 / scale
    }
}
