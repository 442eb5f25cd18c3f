/// The way of an open video or sound: head, programs, poster, and from there the way of an image.
package struct RecordingReader: Sendable {
    private let lane: RecordingLane?
    private let thumbnailer: Thumbnailer?
    private let probe: Probe

    /// - Parameters:
    ///   - lane: `nil` where there are no programs; then the head alone is read.
    ///   - thumbnailer: `nil` where no picture is wanted.
    package init(lane: RecordingLane?, thumbnailer: Thumbnailer?, limits: MediaLimits = MediaLimits()) {
        (self.lane, self.thumbnailer) = (lane, thumbnailer)
        probe = Probe(limits: limits)
    }

    /// Never throws: what was found before something went wrong stays found.
    package func read(
        _ media: OpenMedia, _ request: ThumbnailRequest = ThumbnailRequest(), wantsWaveform: Bool = true
    ) async -> Recording {
        var recording = Recording()
        do throws(MediaRefusal) {
            let head = try probe.lookAtRecording(media)
            recording.facts = head
            guard let lane else { throw .unsupported(.recording) }
            let answer = try await lane.look(
                at: media, head, wantsPoster: thumbnailer != nil, wantsWaveform: wantsWaveform)
            recording.facts = answer.facts
            if let refusal = answer.refusal { throw refusal }
            guard let poster = answer.poster, let size = answer.facts.size, let thumbnailer else { return recording }
            recording.poster = try await thumbnails(poster, size, of: media, request, by: thumbnailer)
        } catch {
            recording.refusal = error
        }
        return recording
    }

    /// The poster is looked at as if a stranger had sent it.
    private func thumbnails(
        _ poster: [UInt8], _ size: PixelSize, of media: OpenMedia, _ request: ThumbnailRequest,
        by thumbnailer: Thumbnailer
    ) async throws(MediaRefusal) -> Thumbnails {
        let made = try await thumbnailer.thumbnails(of: try media.part(ReadOnlyFile(inMemory: poster)), request)
        guard made.facts.format == .png, made.size == size.fitted(to: RecordingSteps.posterSide) else {
            throw .badOutput
        }
        return made
    }
}

/// What was made of a recording.
package struct Recording: Equatable, Sendable {
    /// `nil` where not even the head could be read.
    package var facts: RecordingFacts?
    /// One frame in all its sizes; `nil` for sound alone.
    package var poster: Thumbnails?
    /// What went wrong; `nil` when all that was to be made is there.
    package var refusal: MediaRefusal?

    /// Nothing yet.
    init() {}
}
