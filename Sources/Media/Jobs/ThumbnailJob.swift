/// What a worker is told to do with one image. The image itself comes as a descriptor beside it.
///
/// A frame of numbers of four bytes each, the lowest first:
///
/// | field | |
/// |---|---|
/// | bytes | how much of the file is the image |
/// | format, encoding, quality | |
/// | width, height | what the probe read; the worker refuses another size |
/// | orientation | 1 to 8 |
/// | shrink | 1, 2, 4 or 8: how much a JPEG's decoder shrinks by itself |
/// | count, then width and height of each | thumbnails, the largest first, before any turn |
/// | width, height | the tiny picture, in raw RGBA |
/// | frames, width, height | the preview of an animation; 0 frames for none |
package struct ThumbnailJob: Equatable, Sendable {
    package var byteCount: Int
    package var format: ImageFormat
    package var encoding: ThumbnailRequest.Encoding
    package var quality: Int
    package var stored: PixelSize
    package var orientation: Int
    package var shrink: Int
    package var targets: [PixelSize]
    package var tiny: PixelSize
    package var previewFrameCount: Int
    package var preview: PixelSize

    /// Frames of a preview at most, and its longer side.
    static let previewFrameCountMax = 40
    static let previewSide = 320
    /// Of the frames that are decoded for it.
    static let previewByteCountMax = 96 << 20
    /// Of the picture that becomes a ThumbHash.
    static let tinySide = 64

    /// Decides how `facts` become what `request` asks for.
    /// - Parameter byteCount: of the file that it was read from.
    package init(_ facts: ImageFacts, of byteCount: Int, for request: ThumbnailRequest) {
        self.byteCount = byteCount
        format = facts.format
        encoding = request.encoding
        quality = request.quality
        stored = PixelSize(width: facts.width, height: facts.height)
        orientation = facts.orientation
        var sizes: [PixelSize] = []
        // Every size below the image's own, and one at it when a larger one is asked for.
        for side in request.sides.sorted() where sizes.last != stored { sizes.append(stored.fitted(to: side)) }
        var seen: Set<PixelSize> = []
        targets = sizes.reversed().filter { seen.insert($0).inserted }
        tiny = stored.fitted(to: Self.tinySide)
        // A little is left for the better filter.
        let factor = Double(stored.longerSide) / Double(targets.first?.longerSide ?? 1)
        shrink = format == .jpeg ? [8, 4, 2].first { factor >= Double($0) * 1.15 } ?? 1 : 1
        let canvasByteCount = max(1, facts.pixelCount * 4)
        let frames = min(facts.frameCount, Self.previewFrameCountMax, Self.previewByteCountMax / canvasByteCount)
        let isWanted = request.wantsPreview && [.gif, .webp].contains(format) && frames > 1
        previewFrameCount = isWanted ? frames : 0
        preview = stored.fitted(to: Self.previewSide)
    }

    /// A thumbnail as it comes out, turned upright.
    package func upright(_ size: PixelSize) -> PixelSize { orientation >= 5 ? size.turned : size }
}

extension ThumbnailJob {
    /// As bytes for the worker.
    package var bytes: [UInt8] {
        var writer = NumberWriter()
        for number in [
            byteCount, Int(format.rawValue), Int(encoding.rawValue), quality, stored.width, stored.height, orientation,
            shrink, targets.count,
        ] { writer.put(number) }
        for size in targets { writer.put(size) }
        writer.put(tiny)
        writer.put(previewFrameCount)
        writer.put(preview)
        return writer.bytes
    }

    /// Of bytes from whoever started the worker; `nil` for anything that is no job.
    package init?(bytes: [UInt8]) {
        var reader = NumberReader(bytes)
        guard let byteCount = reader.next(),
            let format = reader.next().flatMap({ ImageFormat(rawValue: UInt8(clamping: $0)) }),
            let encoding = reader.next().flatMap({ ThumbnailRequest.Encoding(rawValue: UInt8(clamping: $0)) }),
            let quality = reader.next(), let stored = reader.nextSize(), let orientation = reader.next(),
            let shrink = reader.next(), let count = reader.next(), (1...ThumbnailRequest.sideCountMax).contains(count)
        else { return nil }
        (self.byteCount, self.format, self.encoding, self.quality) = (byteCount, format, encoding, quality)
        (self.stored, self.orientation, self.shrink) = (stored, orientation, shrink)
        targets = []
        for _ in 0..<count {
            guard let size = reader.nextSize() else { return nil }
            targets.append(size)
        }
        guard let tiny = reader.nextSize(), let frames = reader.next(), let preview = reader.nextSize(),
            reader.isAtEnd
        else { return nil }
        (self.tiny, previewFrameCount, self.preview) = (tiny, frames, preview)
    }
}
