/// Walks the blocks of a GIF (GIF89a, section 13 on): a screen, then extensions and frames in chains of sub-blocks.
struct GIFProbe {
    let limits: MediaLimits

    func look(_ reader: inout ProbeReader) throws(MediaRefusal) -> ImageFacts {
        let width = try reader.little(6, 2), height = try reader.little(8, 2)
        let flags = try reader.byte(10)
        guard width > 0, height > 0 else { throw .empty }
        var facts = ImageFacts(.gif, width: width, height: height)
        facts.frameCount = 0
        facts.isInterlaced = false
        facts.pixelByteCount = 4
        // The canvas and the copy that leaves the decoder.
        facts.memoryByteCount = width * height * 8
        var offset = 13 + Self.paletteByteCount(flags)
        var blockCount = 0
        while offset < reader.byteCount {
            blockCount += 1
            guard blockCount <= limits.chunkCountMax else { throw .tooLarge(.chunks) }
            switch try reader.byte(offset) {
            case 0x2C:
                try frame(&reader, &offset, facts)
                facts.frameCount += 1
                guard facts.frameCount <= limits.frameCountMax else { throw .tooLarge(.frames) }
            case 0x21:
                // A graphic control with the transparency flag.
                if try reader.byte(offset + 1) == 0xF9, try reader.byte(offset + 2) == 4,
                    try reader.byte(offset + 3) & 1 == 1
                {
                    facts.hasAlpha = true
                }
                offset += 2
                try chain(&reader, &offset)
            case 0x3B:
                guard facts.frameCount > 0 else { throw .malformed(.frame) }
                facts.trailingByteCount = reader.byteCount - offset - 1
                return facts
            // Many encoders leave zeros between blocks.
            case 0x00: offset += 1
            default: throw .malformed(.frame)
            }
        }
        guard facts.frameCount > 0 else { throw .truncated }
        return facts
    }

    private static func paletteByteCount(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }

    /// A frame's descriptor, palette and data.
    private func frame(_ reader: inout ProbeReader, _ offset: inout Int, _ facts: ImageFacts) throws(MediaRefusal) {
        let left = try reader.little(offset + 1, 2), top = try reader.little(offset + 3, 2)
        let width = try reader.little(offset + 5, 2), height = try reader.little(offset + 7, 2)
        guard width > 0, height > 0 else { throw .empty }
        guard left + width <= facts.width, top + height <= facts.height else { throw .malformed(.frame) }
        let flags = try reader.byte(offset + 9)
        offset += 10 + Self.paletteByteCount(flags)
        guard (1...11).contains(try reader.byte(offset)) else { throw .malformed(.frame) }
        offset += 1
        try chain(&reader, &offset)
    }

    /// Sub-blocks: a length and so many bytes, until a length of zero. Bounded by the file.
    private func chain(_ reader: inout ProbeReader, _ offset: inout Int) throws(MediaRefusal) {
        while true {
            let length = Int(try reader.byte(offset))
            offset += 1 + length
            if length == 0 { return }
        }
    }
}
