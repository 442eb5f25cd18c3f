/// The way of an open image: probe, plan, worker, check of what came back.
package struct Thumbnailer: Sendable {
    private let probe: Probe
    private let pool: WorkerPool

    /// With the bounds of the server, unless others are given.
    package init(pool: WorkerPool, limits: MediaLimits = MediaLimits()) {
        self.pool = pool
        probe = Probe(limits: limits)
    }

    /// - Throws: ``MediaRefusal``, from whichever step refuses first.
    package func thumbnails(
        of media: OpenMedia, _ request: ThumbnailRequest = ThumbnailRequest()
    ) async throws(MediaRefusal) -> Thumbnails {
        let facts = try probe.look(at: media)
        let job = ThumbnailJob(facts, of: media.byteCount, for: request)
        let answer = try await pool.run(job, on: media)
        return try Thumbnails(facts, job, answer)
    }
}

/// What is made of an image, all of it checked: safe to store and to serve.
package struct Thumbnails: Equatable, Sendable {
    /// What the probe read, confirmed by the decoder.
    package let facts: ImageFacts
    /// Of the image as it is looked at.
    package let size: PixelSize
    /// The largest first.
    package let pictures: [Picture]
    package let encoding: ThumbnailRequest.Encoding
    /// An animated WebP, of animations.
    package let preview: Picture?
    package let thumbHash: ThumbHash

    /// - Throws: ``MediaRefusal/badOutput`` for anything that was not asked for.
    init(_ facts: ImageFacts, _ job: ThumbnailJob, _ answer: ThumbnailAnswer) throws(MediaRefusal) {
        guard answer.thumbnails.map(\.size) == job.targets.map(job.upright) else { throw .badOutput }
        var pictures: [Picture] = []
        for picture in answer.thumbnails { pictures.append(try OutputCheck.still(picture, as: job.encoding)) }
        guard answer.tiny.size == job.upright(job.tiny),
            let hash = ThumbHash(
                rgba: answer.tiny.bytes, width: answer.tiny.size.width, height: answer.tiny.size.height)
        else { throw .badOutput }
        if let preview = answer.preview {
            guard job.previewFrameCount > 1, preview.size == job.upright(job.preview) else { throw .badOutput }
            self.preview = try Self.checked(preview, frameCountMax: job.previewFrameCount)
        } else {
            preview = nil
        }
        self.facts = facts
        size = job.upright(job.stored)
        self.pictures = pictures
        encoding = job.encoding
        thumbHash = hash
    }

    /// `nil` where all frames look the same: then the encoder writes one picture, which the thumbnail is already.
    private static func checked(_ preview: Picture, frameCountMax: Int) throws(MediaRefusal) -> Picture? {
        do {
            return try OutputCheck.animation(preview, frameCountMax: frameCountMax)
        } catch {
            _ = try OutputCheck.still(preview, as: .webp)
            return nil
        }
    }
}
