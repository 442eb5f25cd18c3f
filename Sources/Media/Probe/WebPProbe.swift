/// Walks the chunks of a WebP file (RFC 9649, section 2): type, length in little-endian, data, padding to even.
///
/// | chunk | what is read |
/// |---|---|
/// | `VP8 ` | lossy: size from the key frame's head |
/// | `VP8L` | lossless: size and alpha |
/// | VP8X | extended: the canvas; what follows may not leave it |
/// | ANMF | a frame of an animation, itself a list of chunks |
struct WebPProbe {
    let limits: MediaLimits

    func look(_ reader: inout ProbeReader) throws(MediaRefusal) -> ImageFacts {
        let end = try reader.little(4, 4) + 8
        guard end <= reader.byteCount else { throw .truncated }
        guard end >= 20 else { throw .malformed(.header) }
        var facts: ImageFacts
        switch try reader.tag(12) {
        case "VP8 ", "VP8L": facts = try still(&reader, 12)
        case "VP8X": facts = try extended(&reader, end)
        default: throw .malformed(.header)
        }
        facts.pixelByteCount = 4
        facts.trailingByteCount = reader.byteCount - end
        return facts
    }

    /// The head of a bitstream chunk at `offset`.
    private func still(_ reader: inout ProbeReader, _ offset: Int) throws(MediaRefusal) -> ImageFacts {
        let length = try reader.little(offset + 4, 4)
        guard length <= reader.byteCount - offset - 8 else { throw .truncated }
        let body = offset + 8
        guard try reader.tag(offset) == "VP8L" else {
            // RFC 6386, 9.1: a key frame, three bytes of start code, two times 14 bits.
            guard length >= 10, try reader.byte(body) & 1 == 0, try reader.big(body + 3, 3) == 0x9D012A else {
                throw .malformed(.frame)
            }
            let width = try reader.little(body + 6, 2) & 0x3FFF, height = try reader.little(body + 8, 2) & 0x3FFF
            guard width > 0, height > 0 else { throw .empty }
            var facts = ImageFacts(.webp, width: width, height: height)
            facts.memoryByteCount = width * height * 4
            return facts
        }
        guard length >= 5, try reader.byte(body) == 0x2F else { throw .malformed(.frame) }
        let bits = try reader.little(body + 1, 4)
        guard bits >> 29 == 0 else { throw .malformed(.frame) }
        var facts = ImageFacts(.webp, width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1)
        facts.hasAlpha = bits >> 28 & 1 == 1
        facts.memoryByteCount = facts.pixelCount * 8
        return facts
    }

    private func extended(_ reader: inout ProbeReader, _ end: Int) throws(MediaRefusal) -> ImageFacts {
        guard try reader.little(16, 4) == 10 else { throw .malformed(.header) }
        let flags = try reader.byte(20)
        let width = try reader.little(24, 3) + 1, height = try reader.little(27, 3) + 1
        guard width <= limits.sideMax, height <= limits.sideMax else { throw .tooLarge(.side) }
        var facts = ImageFacts(.webp, width: width, height: height)
        facts.hasAlpha = flags & 0x10 != 0
        let isAnimation = flags & 0x02 != 0
        facts.memoryByteCount = width * height * (isAnimation ? 12 : 8)
        var frameCount = 0, chunkCount = 0
        var offset = 30
        while offset < end {
            chunkCount += 1
            guard chunkCount <= limits.chunkCountMax else { throw .tooLarge(.chunks) }
            let length = try reader.little(offset + 4, 4)
            guard length <= end - offset - 8 else { throw .truncated }
            switch try reader.tag(offset) {
            case "VP8 ", "VP8L":
                guard !isAnimation else { throw .malformed(.chunk) }
                let head = try still(&reader, offset)
                guard head.width == width, head.height == height else { throw .contradictory }
                frameCount += 1
            case "ANMF":
                guard isAnimation else { throw .malformed(.chunk) }
                try frame(&reader, offset + 8, length, facts)
                frameCount += 1
            case "ICCP", "EXIF", "XMP ":
                guard length <= limits.metadataByteCountMax else { throw .tooLarge(.metadata) }
                try metadata(&reader, offset, length, &facts)
            default: break
            }
            guard frameCount <= limits.frameCountMax else { throw .tooLarge(.frames) }
            offset += 8 + length + length & 1
        }
        guard frameCount > 0 else { throw .malformed(.frame) }
        guard isAnimation || frameCount == 1 else { throw .malformed(.frame) }
        facts.frameCount = frameCount
        return facts
    }

    private func metadata(
        _ reader: inout ProbeReader, _ offset: Int, _ length: Int, _ facts: inout ImageFacts
    ) throws(MediaRefusal) {
        switch try reader.tag(offset) {
        case "ICCP": facts.hasProfile = true
        case "EXIF":
            facts.hasEXIF = true
            let skipped = try reader.has("Exif\0\0", at: offset + 8) ? 6 : 0
            facts.orientation = EXIFOrientation.read(
                &reader, at: offset + 8 + skipped, byteCount: max(0, length - skipped))
        default: break
        }
    }

    /// A frame must lie on the canvas and hold one bitstream of its own size.
    private func frame(
        _ reader: inout ProbeReader, _ body: Int, _ length: Int, _ canvas: ImageFacts
    ) throws(MediaRefusal) {
        guard length >= 24 else { throw .malformed(.frame) }
        let left = 2 * (try reader.little(body, 3)), top = 2 * (try reader.little(body + 3, 3))
        let width = try reader.little(body + 6, 3) + 1, height = try reader.little(body + 9, 3) + 1
        guard left + width <= canvas.width, top + height <= canvas.height else { throw .malformed(.frame) }
        var offset = body + 16
        let end = body + length
        var chunkCount = 0
        while offset < end {
            chunkCount += 1
            guard chunkCount <= 16 else { throw .tooLarge(.chunks) }
            guard end - offset >= 8 else { throw .malformed(.frame) }
            let size = try reader.little(offset + 4, 4)
            guard size <= end - offset - 8 else { throw .truncated }
            let tag = try reader.tag(offset)
            if tag == "VP8 " || tag == "VP8L" {
                let head = try still(&reader, offset)
                guard head.width == width, head.height == height else { throw .contradictory }
                return
            }
            offset += 8 + size + size & 1
        }
        throw .malformed(.frame)
    }
}
