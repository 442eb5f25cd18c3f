/// The last gate: what a worker made is written anew from the parts that an image needs, and everything else is left
/// out. A worker that an image has taken over can at most lie about the pixels.
package enum OutputCheck {
    /// Of one thumbnail.
    static let byteCountMax = 8 << 20

    /// - Returns: the same picture in a container of our own.
    /// - Throws: ``MediaRefusal/badOutput`` for another type or size.
    static func still(
        _ picture: Picture, as encoding: ThumbnailRequest.Encoding
    ) throws(MediaRefusal) -> Picture {
        guard picture.bytes.count <= byteCountMax else { throw .badOutput }
        let bytes: [UInt8]
        switch encoding {
        case .webp: bytes = try WebPRewriter.still(picture)
        case .jpeg: bytes = try JPEGRewriter.rewrite(picture)
        }
        return try confirmed(Picture(size: picture.size, bytes: bytes), frameCountMax: 1)
    }

    /// The same for an animated WebP.
    static func animation(_ picture: Picture, frameCountMax: Int) throws(MediaRefusal) -> Picture {
        guard picture.bytes.count <= byteCountMax else { throw .badOutput }
        let bytes = try WebPRewriter.animation(picture, frameCountMax: frameCountMax)
        return try confirmed(Picture(size: picture.size, bytes: bytes), frameCountMax: frameCountMax)
    }

    /// The same for a picture of a stranger, whose size nobody here has asked for: it is read from the bytes, bounded,
    /// and no pixel is decoded.
    /// - Parameter side: of the longer side at most.
    /// - Throws: ``MediaRefusal``, from the probe or as ``MediaRefusal/badOutput``.
    package static func foreign(
        _ bytes: [UInt8], as encoding: ThumbnailRequest.Encoding, sideMax side: Int
    ) throws(MediaRefusal) -> Picture {
        guard bytes.count <= byteCountMax else { throw .badOutput }
        let facts = try Probe().look(inMemory: bytes)
        let size = PixelSize(width: facts.width, height: facts.height)
        guard size.longerSide <= side else { throw .tooLarge(.side) }
        return try still(Picture(size: size, bytes: bytes), as: encoding)
    }

    /// Our own probe must read what we wrote as what it shall be.
    private static func confirmed(_ picture: Picture, frameCountMax: Int) throws(MediaRefusal) -> Picture {
        let facts: ImageFacts
        do {
            facts = try Probe().look(ProbeReader(picture.bytes))
        } catch {
            throw .badOutput
        }
        guard facts.width == picture.size.width, facts.height == picture.size.height,
            facts.frameCount <= frameCountMax, !facts.hasEXIF, !facts.hasProfile, facts.orientation == 1,
            facts.trailingByteCount == 0
        else { throw .badOutput }
        return picture
    }
}
