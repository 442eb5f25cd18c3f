import Media

/// How one job becomes pictures. Shrinks first, so that colours, turns and metadata cost little.
struct Decoding {
    let job: ThumbnailJob

    func answer(from file: MappedFile) throws(Image.Failure) -> ThumbnailAnswer {
        if job.previewFrameCount > 1, let animated = try? animation(from: file) { return animated }
        return try still(from: file)
    }

    private func still(from file: MappedFile) throws(Image.Failure) -> ThumbnailAnswer {
        let largest = job.targets[0]
        // WebP's decoder scales by itself as well; the last step is ours, for the exact size.
        let scale = job.format == .webp
            ? min(1, 1.3 * Double(largest.longerSide) / Double(job.stored.longerSide)) : 1
        let image = try Image(
            file: file, format: job.format.rawValue, shrink: job.shrink, scale: scale)
        try compare(image, shrink: Double(job.shrink) / scale)
        return try answer(of: image, preview: nil)
    }

    /// A size that differs from what the probe read is a file that shows itself differently to different readers.
    private func compare(_ image: Image, shrink: Double) throws(Image.Failure) {
        for (seen, told) in [(image.width, job.stored.width), (image.frameHeight, job.stored.height)] {
            guard abs(Double(seen) - Double(told) / shrink) < 1.01 else { throw .contradictory }
        }
    }

    private func answer(of image: Image, preview: Picture?) throws(Image.Failure) -> ThumbnailAnswer {
        var current = image
        var thumbnails: [Picture] = []
        for (index, target) in job.targets.enumerated() {
            current = try current.resized(target.width, target.height)
            // Once: the smaller ones are made of the largest.
            current = index == 0 ? try current.inSRGB().inMemory() : try current.inMemory()
            thumbnails.append(try encoded(try current.upright(job.orientation)))
        }
        let tiny = try current.resized(job.tiny.width, job.tiny.height).upright(job.orientation)
        let pixels = Picture(size: PixelSize(width: tiny.width, height: tiny.height), bytes: try tiny.rgba())
        return ThumbnailAnswer(thumbnails: thumbnails, tiny: pixels, preview: preview)
    }

    private func encoded(_ image: Image) throws(Image.Failure) -> Picture {
        let size = PixelSize(width: image.width, height: image.height)
        switch job.encoding {
        case .webp: return Picture(size: size, bytes: try image.webp(quality: job.quality))
        case .jpeg: return Picture(size: size, bytes: try image.onWhite().jpeg(quality: job.quality))
        }
    }

    /// The first frames in one pass: the first of them is the thumbnail, all of them the preview.
    private func animation(from file: MappedFile) throws(Image.Failure) -> ThumbnailAnswer {
        let count = job.previewFrameCount
        let tall = try Image(file: file, format: job.format.rawValue, frameCount: count)
        try compare(tall, shrink: 1)
        let height = tall.frameHeight
        guard tall.height == height * count else { throw .contradictory }
        let delays = tall.delays(count), loop = tall.loop
        let decoded = try tall.inMemory()
        var frames: [Image] = []
        for index in 0..<count {
            let frame = try decoded.cropped(top: index * height, height: height)
            let small = try frame.resized(job.preview.width, job.preview.height)
            frames.append(try small.inSRGB().upright(job.orientation).inMemory())
        }
        let stacked = try Image.stacked(frames, delays: delays, loop: loop)
        let size = PixelSize(width: frames[0].width, height: frames[0].height)
        let preview = Picture(size: size, bytes: try stacked.webp(quality: job.quality, effort: 2))
        return try answer(of: try decoded.cropped(top: 0, height: height), preview: preview)
    }
}
