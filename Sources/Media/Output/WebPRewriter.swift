/// Writes a WebP anew from its bitstreams (RFC 9649, section 2.7): nothing but `VP8 `, `VP8L` and ALPH with the VP8X
/// that they need; in animations ANIM and ANMF. No ICCP, EXIF, XMP or unknown chunk comes through.
enum WebPRewriter {
    private struct Chunk {
        let tag: FourCC
        let body: ArraySlice<UInt8>
    }

    private static let alphaFlag: UInt8 = 0x10
    private static let animationFlag: UInt8 = 0x02
    private static let extendedTag: FourCC = "VP8X"

    static func still(_ picture: Picture) throws(MediaRefusal) -> [UInt8] {
        let chunks = try chunks(of: picture.bytes)
        guard let (stream, hasAlpha) = bitstream(chunks) else { throw .badOutput }
        guard stream.count > 1 else { return file(stream) }
        return file([extended(picture.size, hasAlpha ? alphaFlag : 0)] + stream)
    }

    static func animation(_ picture: Picture, frameCountMax: Int) throws(MediaRefusal) -> [UInt8] {
        let chunks = try chunks(of: picture.bytes)
        guard let control = chunks.first(where: { $0.tag == "ANIM" }), control.body.count == 6 else { throw .badOutput }
        var frames: [Chunk] = []
        var hasAlpha = false
        for chunk in chunks where chunk.tag == "ANMF" {
            guard chunk.body.count > 16, frames.count < frameCountMax else { throw .badOutput }
            let inner = try parts(of: chunk.body.dropFirst(16))
            guard let (stream, frameHasAlpha) = bitstream(inner) else { throw .badOutput }
            hasAlpha = hasAlpha || frameHasAlpha
            // Where, how large, how long, and the two bits that say how it is laid over the one before.
            var head = Array(chunk.body.prefix(16))
            head[15] &= 0x03
            frames.append(Chunk(tag: "ANMF", body: (head + stream.flatMap(bytes))[...]))
        }
        guard !frames.isEmpty else { throw .badOutput }
        // Any background colour is white to us; browsers ignore it.
        let plain = Chunk(tag: "ANIM", body: ([255, 255, 255, 255] + control.body.suffix(2))[...])
        let flags = animationFlag | (hasAlpha ? alphaFlag : 0)
        return file([extended(picture.size, flags), plain] + frames)
    }

    /// The chunks that are one picture: a lossless stream, or a lossy one with its alpha before it.
    private static func bitstream(_ chunks: [Chunk]) -> (stream: [Chunk], hasAlpha: Bool)? {
        let streams = chunks.filter { $0.tag == "VP8 " || $0.tag == "VP8L" }
        guard streams.count == 1, let stream = streams.first else { return nil }
        let alphas = chunks.filter { $0.tag == "ALPH" }
        if stream.tag == "VP8L" {
            // Bit 28 after the signature: whether alpha is used.
            guard stream.body.count >= 5, let flags = stream.body.dropFirst(4).first else { return nil }
            return ([stream], flags & 0x10 != 0)
        }
        guard alphas.count <= 1 else { return nil }
        return (alphas + [stream], !alphas.isEmpty)
    }

    private static func chunks(of bytes: [UInt8]) throws(MediaRefusal) -> [Chunk] {
        guard bytes.count >= 12, bytes.starts(with: "RIFF".utf8), bytes[8..<12].elementsEqual("WEBP".utf8),
            number(bytes[4..<8]) == bytes.count - 8
        else { throw .badOutput }
        return try parts(of: bytes.dropFirst(12))
    }

    private static func parts(of bytes: ArraySlice<UInt8>) throws(MediaRefusal) -> [Chunk] {
        var chunks: [Chunk] = []
        var rest = bytes
        while !rest.isEmpty {
            guard rest.count >= 8, chunks.count < 1024 else { throw .badOutput }
            let tag = FourCC(rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
            let count = number(rest.dropFirst(4).prefix(4))
            rest = rest.dropFirst(8)
            guard count <= rest.count else { throw .badOutput }
            chunks.append(Chunk(tag: tag, body: rest.prefix(count)))
            rest = rest.dropFirst(count + count & 1)
        }
        return chunks
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }

    private static func little(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private static func extended(_ size: PixelSize, _ flags: UInt8) -> Chunk {
        let body = [flags, 0, 0, 0] + little(size.width - 1, 3) + little(size.height - 1, 3)
        return Chunk(tag: extendedTag, body: body[...])
    }

    private static func bytes(_ chunk: Chunk) -> [UInt8] {
        let tag = (0..<4).map { UInt8(truncatingIfNeeded: chunk.tag.value >> UInt32(24 - 8 * $0)) }
        let padding: [UInt8] = chunk.body.count.isMultiple(of: 2) ? [] : [0]
        return tag + little(chunk.body.count, 4) + chunk.body + padding
    }

    private static func file(_ chunks: [Chunk]) -> [UInt8] {
        let body = Array("WEBP".utf8) + chunks.flatMap(bytes)
        return Array("RIFF".utf8) + little(body.count, 4) + body
    }
}
