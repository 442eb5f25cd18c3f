/// Walks the chunks of a PNG (W3C PNG, third edition, 5.3): length, type, data, checksum.
///
/// | chunk | what is read |
/// |---|---|
/// | IHDR | size, depth, colour type, interlace; it must be the first |
/// | acTL | that it is an animation, of which the first frame is shown |
/// | tRNS, iCCP, eXIf | that they are there; the orientation |
struct PNGProbe {
    let limits: MediaLimits

    private struct Walk {
        var dataByteCount = 0
        var hasPalette = false
        var isClosed = false
    }

    func look(_ reader: inout ProbeReader) throws(MediaRefusal) -> ImageFacts {
        guard try reader.big(8, 4) == 13, try reader.tag(12) == "IHDR" else { throw .malformed(.header) }
        var facts = try header(&reader)
        let isIndexed = try reader.byte(25) == 3
        var walk = Walk()
        var offset = 33
        var chunkCount = 1
        while offset < reader.byteCount, !walk.isClosed {
            chunkCount += 1
            guard chunkCount <= limits.chunkCountMax else { throw .tooLarge(.chunks) }
            let length = try reader.big(offset, 4)
            let type = try reader.tag(offset + 4)
            guard length <= 0x7FFF_FFFF, type.isLetters else { throw .malformed(.chunk) }
            guard length <= reader.byteCount - offset - 12 else { throw .truncated }
            try take(&reader, type, offset + 8, length, &facts, &walk)
            offset += 12 + length
        }
        guard walk.dataByteCount > 0, walk.hasPalette || !isIndexed else { throw .malformed(.chunk) }
        guard walk.isClosed else { throw .truncated }
        // The decoder inflates to the end, also what no row needs: deflate never makes data this much larger.
        let rowByteCount = facts.pixelCount * facts.pixelByteCount + facts.height * 2
        guard walk.dataByteCount <= rowByteCount + rowByteCount / 8 + 65_536 else { throw .malformed(.chunk) }
        facts.trailingByteCount = reader.byteCount - offset
        return facts
    }

    private func header(_ reader: inout ProbeReader) throws(MediaRefusal) -> ImageFacts {
        let width = try reader.big(16, 4), height = try reader.big(20, 4)
        let depth = Int(try reader.byte(24))
        let interlace = try reader.byte(28)
        let samples: Int
        switch (try reader.byte(25), depth) {
        case (0, 1), (0, 2), (0, 4), (0, 8), (0, 16): samples = 1
        case (2, 8), (2, 16): samples = 3
        case (3, 1), (3, 2), (3, 4), (3, 8): samples = 3
        case (4, 8), (4, 16): samples = 2
        case (6, 8), (6, 16): samples = 4
        default: throw .malformed(.header)
        }
        guard try reader.big(26, 2) == 0, interlace <= 1 else { throw .malformed(.header) }
        guard width > 0, height > 0 else { throw .empty }
        guard width <= limits.sideMax, height <= limits.sideMax else { throw .tooLarge(.side) }
        var facts = ImageFacts(.png, width: width, height: height)
        facts.isInterlaced = interlace == 1
        facts.hasAlpha = [4, 6].contains(try reader.byte(25))
        facts.pixelByteCount = samples * (depth == 16 ? 2 : 1)
        facts.memoryByteCount = facts.isInterlaced ? facts.pixelCount * facts.pixelByteCount : 0
        return facts
    }

    private func take(
        _ reader: inout ProbeReader, _ type: FourCC, _ body: Int, _ length: Int, _ facts: inout ImageFacts,
        _ walk: inout Walk
    ) throws(MediaRefusal) {
        switch type {
        case "IDAT": walk.dataByteCount += length
        case "IEND": walk.isClosed = true
        case "IHDR": throw .malformed(.chunk)
        case "PLTE":
            guard length > 0, length <= 768, length.isMultiple(of: 3) else { throw .malformed(.palette) }
            walk.hasPalette = true
        case "tRNS": facts.hasAlpha = true
        case "acTL":
            guard length == 8 else { throw .malformed(.chunk) }
            // Frames that are never decoded, but a file that claims more than any animation has is a bomb.
            guard try reader.big(body, 4) <= limits.frameCountMax else { throw .tooLarge(.frames) }
        case "iCCP":
            facts.hasProfile = true
            guard length <= limits.metadataByteCountMax else { throw .tooLarge(.metadata) }
        case "eXIf":
            facts.hasEXIF = true
            facts.orientation = EXIFOrientation.read(&reader, at: body, byteCount: length)
        default:
            // Frames of an animation may be large; everything else is metadata.
            guard type == "fdAT" || length <= limits.metadataByteCountMax else { throw .tooLarge(.metadata) }
        }
    }
}

extension FourCC {
    /// Whether it is four ASCII letters, as a chunk's type must be.
    fileprivate var isLetters: Bool {
        (0..<4).allSatisfy { (index) in
            let byte = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index))) | 0x20
            return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
    }
}
