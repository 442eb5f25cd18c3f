/// Reads what a file says it is, without decoding it: magic number, size, frames, and everything that costs.
///
/// Bounded in time and memory for any input, and never traps. What it lets through still goes to a worker that trusts
/// nothing of it.
package struct Probe: Sendable {
    /// What is refused.
    package let limits: MediaLimits

    package init(limits: MediaLimits = MediaLimits()) { self.limits = limits }

    /// - Throws: ``MediaRefusal``, the first reason found.
    package func look(at media: OpenMedia) throws(MediaRefusal) -> ImageFacts {
        guard media.byteCount <= limits.byteCountMax else { throw .tooLarge(.bytes) }
        return try look(ProbeReader(media.file))
    }

    /// The same for bytes in memory, as a worker makes them for itself.
    package func look(inMemory bytes: [UInt8]) throws(MediaRefusal) -> ImageFacts { try look(ProbeReader(bytes)) }

    func look(_ reader: consuming ProbeReader) throws(MediaRefusal) -> ImageFacts {
        var reader = reader
        guard reader.byteCount <= limits.byteCountMax else { throw .tooLarge(.bytes) }
        let facts: ImageFacts
        switch try Self.format(of: &reader) {
        case .jpeg: facts = try JPEGProbe(limits: limits).look(&reader)
        case .png: facts = try PNGProbe(limits: limits).look(&reader)
        case .webp: facts = try WebPProbe(limits: limits).look(&reader)
        case .gif: facts = try GIFProbe(limits: limits).look(&reader)
        case .heif: facts = try HEIFProbe(limits: limits).look(&reader)
        case nil: throw try RecordingFormat.of(&reader) == nil ? .unknownFormat : .unsupported(.recording)
        }
        try limits.check(facts)
        return facts
    }

    /// The format by its magic number.
    static func format(of reader: inout ProbeReader) throws(MediaRefusal) -> ImageFormat? {
        guard reader.byteCount >= 12 else { return nil }
        if try reader.big(0, 3) == 0xFFD8FF { return .jpeg }
        if try reader.big(0, 4) == 0x8950_4E47, try reader.big(4, 4) == 0x0D0A_1A0A { return .png }
        if try reader.has("GIF87a", at: 0) { return .gif }
        if try reader.has("GIF89a", at: 0) { return .gif }
        if try reader.has("RIFF", at: 0), try reader.has("WEBP", at: 8) { return .webp }
        if try HEIFProbe.isHEIF(&reader) { return .heif }
        return nil
    }
}

extension MediaLimits {
    /// The bounds that are the same for every format.
    func check(_ facts: ImageFacts) throws(MediaRefusal) {
        guard facts.width > 0, facts.height > 0 else { throw .empty }
        // Sides first: after it no product of the two can overflow.
        guard facts.width <= sideMax, facts.height <= sideMax else { throw .tooLarge(.side) }
        guard facts.pixelCount <= pixelCountMax else { throw .tooLarge(.pixels) }
        let isWhole = facts.isInterlaced || [.webp, .gif, .heif].contains(facts.format)
        guard !isWhole || facts.pixelCount <= wholePixelCountMax else { throw .tooLarge(.interlacedPixels) }
        guard facts.frameCount <= frameCountMax else { throw .tooLarge(.frames) }
        guard facts.scanCount <= scanCountMax, facts.scanCount * facts.pixelCount <= scannedPixelCountMax else {
            throw .tooLarge(.scans)
        }
        let decodedByteCount = facts.format == .jpeg ? 0 : facts.pixelCount * facts.pixelByteCount
        guard decodedByteCount <= decodedByteCountMax else { throw .tooLarge(.decoded) }
        guard facts.memoryByteCount <= memoryByteCountMax else { throw .tooLarge(.memory) }
    }
}
