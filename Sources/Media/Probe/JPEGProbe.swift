/// Walks the segments of a JPEG (ITU T.81, annex B): 0xFF, a marker, two bytes of length that count themselves.
///
/// | marker | what is read |
/// |---|---|
/// | SOF0, 1, 2 | precision, height, width, components and their sampling |
/// | SOS | how many scans there are: each visits every coefficient |
/// | APP1 `Exif` | the orientation |
/// | APP2 `ICC_PROFILE` | that there is a profile |
struct JPEGProbe {
    let limits: MediaLimits

    private struct Walk {
        var facts: ImageFacts?
        var orientation = 1
        var hasEXIF = false
        var hasProfile = false
        var profileByteCount = 0
        var componentCount = 0
        var segmentCount = 0
        var scanCount = 0
        var isFirstScanWhole = false
    }

    func look(_ reader: inout ProbeReader) throws(MediaRefusal) -> ImageFacts {
        var walk = Walk()
        var offset = 2
        while let marker = try marker(&reader, &offset, &walk) {
            if marker == 0xD9 { break }
            let length = try reader.big(offset, 2)
            guard length >= 2 else { throw .malformed(.segment) }
            let body = offset + 2
            offset += length
            switch marker {
            case 0xC0, 0xC1, 0xC2: try frame(&reader, body, length - 2, isProgressive: marker == 0xC2, &walk)
            case 0xC3, 0xC5...0xC7: throw .unsupported(.losslessJPEG)
            case 0xC9...0xCB, 0xCD...0xCF, 0xCC: throw .unsupported(.arithmeticJPEG)
            case 0xE1: try exif(&reader, body, length - 2, &walk)
            case 0xE2: try profile(&reader, body, length - 2, &walk)
            case 0xDA:
                guard try goesOnAfterScan(&reader, body, &walk) else { return try result(walk, at: offset, reader) }
                guard let next = try endOfScan(&reader, offset) else { return try result(walk, at: nil, reader) }
                offset = next
            default: break
            }
        }
        return try result(walk, at: offset, reader)
    }

    /// The next marker, with `offset` moved behind it; `nil` where the file ends.
    private func marker(
        _ reader: inout ProbeReader, _ offset: inout Int, _ walk: inout Walk
    ) throws(MediaRefusal) -> UInt8? {
        walk.segmentCount += 1
        guard walk.segmentCount <= limits.chunkCountMax else { throw .tooLarge(.chunks) }
        guard offset < reader.byteCount else {
            if walk.scanCount == 0 { throw .truncated }
            return nil
        }
        guard try reader.byte(offset) == 0xFF else { throw .malformed(.segment) }
        var marker = try reader.byte(offset + 1)
        var fillCount = 0
        while marker == 0xFF {
            offset += 1
            fillCount += 1
            guard fillCount <= 4096 else { throw .malformed(.segment) }
            marker = try reader.byte(offset + 1)
        }
        offset += 2
        guard marker != 0, marker != 0x01, !(0xD0...0xD8).contains(marker) else { throw .malformed(.segment) }
        return marker
    }

    private func frame(
        _ reader: inout ProbeReader, _ body: Int, _ count: Int, isProgressive: Bool, _ walk: inout Walk
    ) throws(MediaRefusal) {
        guard walk.facts == nil, count >= 6 else { throw .malformed(.header) }
        guard try reader.byte(body) == 8 else { throw .unsupported(.deepJPEG) }
        let height = try reader.big(body + 1, 2), width = try reader.big(body + 3, 2)
        let components = Int(try reader.byte(body + 5))
        guard [1, 3, 4].contains(components), count == 6 + 3 * components else { throw .malformed(.header) }
        guard width > 0, height > 0 else { throw .empty }
        var blocks = 0, widest = 1, tallest = 1
        for index in 0..<components {
            let sampling = Int(try reader.byte(body + 7 + 3 * index))
            let (across, down) = (sampling >> 4, sampling & 15)
            guard (1...4).contains(across), (1...4).contains(down) else { throw .malformed(.header) }
            (widest, tallest) = (max(widest, across), max(tallest, down))
            blocks += across * down
        }
        let units = ((width + 8 * widest - 1) / (8 * widest)) * ((height + 8 * tallest - 1) / (8 * tallest))
        var facts = ImageFacts(.jpeg, width: width, height: height)
        facts.isInterlaced = isProgressive
        facts.pixelByteCount = components
        // Two bytes a coefficient, 64 a block.
        facts.memoryByteCount = units * blocks * 128
        walk.facts = facts
        walk.componentCount = components
    }

    private func exif(
        _ reader: inout ProbeReader, _ body: Int, _ count: Int, _ walk: inout Walk
    ) throws(MediaRefusal) {
        guard count > 6, try reader.has("Exif\0\0", at: body), !walk.hasEXIF else { return }
        walk.hasEXIF = true
        walk.orientation = EXIFOrientation.read(&reader, at: body + 6, byteCount: count - 6)
    }

    private func profile(
        _ reader: inout ProbeReader, _ body: Int, _ count: Int, _ walk: inout Walk
    ) throws(MediaRefusal) {
        guard try reader.has("ICC_PROFILE\0", at: body) else { return }
        walk.hasProfile = true
        walk.profileByteCount += count
        guard walk.profileByteCount <= limits.metadataByteCountMax else { throw .tooLarge(.metadata) }
    }

    /// Whether the decoder will want more than this scan, and so the whole image in memory.
    private func goesOnAfterScan(
        _ reader: inout ProbeReader, _ body: Int, _ walk: inout Walk
    ) throws(MediaRefusal) -> Bool {
        guard let facts = walk.facts else { throw .malformed(.segment) }
        let components = Int(try reader.byte(body))
        guard (1...4).contains(components) else { throw .malformed(.segment) }
        walk.scanCount += 1
        if walk.scanCount == 1, !facts.isInterlaced { walk.isFirstScanWhole = components == walk.componentCount }
        guard walk.scanCount <= limits.scanCountMax else { throw .tooLarge(.scans) }
        return !walk.isFirstScanWhole
    }

    /// Where the marker after a scan's data stands; `nil` when the file ends first. Restart markers and stuffed zeros
    /// belong to the data.
    private func endOfScan(_ reader: inout ProbeReader, _ start: Int) throws(MediaRefusal) -> Int? {
        var offset = start
        while let place = try reader.next(0xFF, from: offset) {
            guard place + 1 < reader.byteCount else { return nil }
            let marker = try reader.byte(place + 1)
            if marker != 0, marker != 0xFF, !(0xD0...0xD7).contains(marker) { return place }
            offset = marker == 0xFF ? place + 1 : place + 2
        }
        return nil
    }

    private func result(_ walk: Walk, at end: Int?, _ reader: ProbeReader) throws(MediaRefusal) -> ImageFacts {
        guard var facts = walk.facts, walk.scanCount > 0 else { throw .malformed(.header) }
        if walk.isFirstScanWhole {
            // Row by row: a few rows of blocks.
            facts.memoryByteCount = 0
        } else {
            facts.isInterlaced = true
            if let end { facts.trailingByteCount = max(0, reader.byteCount - end) }
        }
        facts.scanCount = walk.scanCount
        facts.orientation = walk.orientation
        facts.hasEXIF = walk.hasEXIF
        facts.hasProfile = walk.hasProfile
        return facts
    }
}
