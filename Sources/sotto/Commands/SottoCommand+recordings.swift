import Client
import Media
import Wire

/// What a server would make of an open video or sound, without one: head, programs, poster and waveform.
extension SottoCommand {
    /// Everything that can be known, without a picture of it.
    static func inspect(_ media: OpenMedia, _ typed: Invocation, _ output: Output) async -> ExitStatus {
        let programs = programs(typed)
        let lane = try? RecordingLane(programs.get())
        let found = await RecordingReader(lane: lane, thumbnailer: nil).read(media)
        lane?.shutdown()
        guard let facts = found.facts else { return refused(found.refusal ?? .undecodable, output) }
        // Without programs the head is all that there is to say.
        if lane != nil, let refusal = found.refusal { return refused(refusal, output) }
        output.print(.recording, RecordingRecord(facts, isDecoded: isThere(programs)))
        say(facts, programs, output)
        return .done
    }

    /// The poster of a video, as a thumbnail.
    static func poster(
        of media: OpenMedia, _ request: ThumbnailRequest, _ pool: WorkerPool, to path: String,
        _ typed: Invocation, _ output: Output
    ) async throws -> ExitStatus {
        let programs = programs(typed)
        let lane = try? RecordingLane(programs.get())
        let found = await RecordingReader(lane: lane, thumbnailer: Thumbnailer(pool: pool)).read(media, request)
        lane?.shutdown()
        guard let facts = found.facts, found.refusal == nil, let made = found.poster, let picture = made.pictures.first
        else {
            let absence: String? = if case .failure(let absence) = programs { words(absence) } else { nil }
            let hint = found.refusal == .unsupported(.recording) ? absence : nil
            return refused(found.refusal ?? .unsupported(.sound), output, hint: hint)
        }
        try write(picture.bytes, to: path)
        output.print(
            .thumbnail,
            ThumbnailRecord(
                made, picture, path: path, of: RecordingRecord(facts, isDecoded: isThere(programs)),
                landlock: pool.counts.landlock))
        say(facts, programs, output)
        output.say("poster    \(made.size), one frame, looked at like any image")
        say(made, picture, pool.counts, output)
        return .done
    }

    private static func programs(_ typed: Invocation) -> Result<MediaPrograms, MediaPrograms.Absence> {
        Result { () throws(MediaPrograms.Absence) in
            try MediaPrograms(folder: typed.values["--programs"] ?? MediaPrograms.usualFolder)
        }
    }

    private static func words(_ absence: MediaPrograms.Absence) -> String {
        switch absence {
        case .off: "none are wanted"
        case .missing(let name): "there is no \(name); install ffmpeg, or say where: --programs FOLDER"
        case .noLandlock: "this kernel has no Landlock, and without it no other program is started"
        }
    }

    private static func isThere(_ programs: Result<MediaPrograms, MediaPrograms.Absence>) -> Bool {
        if case .success = programs { true } else { false }
    }

    private static func say(
        _ facts: RecordingFacts, _ programs: Result<MediaPrograms, MediaPrograms.Absence>, _ output: Output
    ) {
        let duration = facts.durationMilliseconds.map { "\($0 / 1000).\(String(1000 + $0 % 1000).dropFirst()) s" }
        let parts = [facts.mediaType, facts.size?.description, duration ?? "of unknown duration"]
        output.say("probe     \(parts.compactMap(\.self).joined(separator: ", "))")
        switch programs {
        case .success: output.say("programs  ffprobe and ffmpeg, each in a process of its own, locked in")
        case .failure(let absence): output.say("programs  none, so only the head was read: \(words(absence))")
        }
        guard let waveform = facts.waveform else { return }
        let steps = Array("▁▂▃▄▅▆▇█")
        // Every second bucket, so that it fits a terminal.
        let line = stride(from: 0, to: waveform.count - 1, by: 2).map { (index) in
            steps[Int(max(waveform[index], waveform[index + 1])) * (steps.count - 1) / 255]
        }
        output.say("waveform  \(String(line))")
    }
}
