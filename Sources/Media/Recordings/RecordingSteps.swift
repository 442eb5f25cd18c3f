/// The three things that are asked of ffprobe and ffmpeg for one file, each by a process of its own. Blocks.
struct RecordingSteps {
    let programs: MediaPrograms
    let file: ReadOnlyFile
    /// By the head.
    let format: RecordingFormat
    let isCancelled: @Sendable () -> Bool
    /// Told what each of them has computed.
    let spent: @Sendable (Int) -> Void

    /// The longer side of a poster: the largest thumbnail.
    static let posterSide = 1280
    private static let posterByteCountMax = 16 << 20
    /// Where a poster is taken: not the very first moment, which is often black.
    private static let posterMillisecondsMax = 1000
    private static let factsByteCountMax = 1 << 16
    /// Of sound that is folded; and how many times a second its loudness is looked at.
    private static let soundSecondsMax = 3600
    private static let soundFrequency = 8000

    /// Which streams there are.
    func facts() throws(MediaRefusal) -> StreamFacts {
        let (options, name) = MediaPrograms.input(format, byteCount: file.byteCount)
        let asked = "format=duration:stream=index,codec_type,width,height,sample_aspect_ratio"
            + ":stream_disposition=attached_pic:stream_side_data=rotation"
        let words = MediaPrograms.general + options + ["-of", "flat", "-show_entries", asked, "-i", name]
        var output: [UInt8] = []
        try run(programs.ffprobe, words, seconds: 2, byteCountMax: Self.factsByteCountMax) { output += $0 }
        return try StreamFacts(output)
    }

    /// One frame as a PNG, no longer than ``posterSide``.
    func poster(_ facts: StreamFacts, _ picture: StreamFacts.Picture) throws(MediaRefusal) -> [UInt8] {
        let moment = min(Self.posterMillisecondsMax, (facts.durationMilliseconds ?? 0) / 10)
        if moment > 0 {
            let later = try frame(picture, at: moment)
            if !later.isEmpty { return later }
        }
        // The duration was a lie, or the only frame is the first.
        let first = try frame(picture, at: 0)
        guard !first.isEmpty else { throw .undecodable }
        return first
    }

    private func frame(_ picture: StreamFacts.Picture, at moment: Int) throws(MediaRefusal) -> [UInt8] {
        let size = picture.size.fitted(to: Self.posterSide)
        let filter = "scale=\(size.width):\(size.height):flags=area,setsar=1,format=rgb24"
        var output: [UInt8] = []
        var words = ["-ss", "\(moment / 1000).\(String(1000 + moment % 1000).dropFirst())", "-an", "-sn", "-dn"]
        if !picture.isTurned { words.append("-noautorotate") }
        try decode(words, [
            "-map", "0:\(picture.index)", "-frames:v", "1", "-vf", filter, "-map_metadata", "-1", "-c:v", "png",
            "-compression_level", "1", "-f", "image2pipe",
        ], seconds: 4, byteCountMax: Self.posterByteCountMax) { output += $0 }
        return output
    }

    /// How loud the sound is, from its start to its end, and how long that is unless it was cut.
    func waveform(_ stream: Int) throws(MediaRefusal) -> (buckets: [UInt8]?, milliseconds: Int?) {
        var waveform = Waveform()
        let seconds = Self.soundSecondsMax, rate = Self.soundFrequency
        try decode(["-vn", "-sn", "-dn"], [
            "-map", "0:\(stream)", "-t", String(seconds), "-map_metadata", "-1", "-ac", "1", "-ar", String(rate),
            "-c:a", "pcm_s16le", "-f", "s16le",
        ], seconds: 6, byteCountMax: (seconds + 1) * rate * 2) { waveform.take($0) }
        let isWhole = waveform.sampleCount < seconds * rate
        return (waveform.buckets, isWhole ? waveform.sampleCount * 1000 / rate : nil)
    }

    private func decode(
        _ before: [String], _ after: [String], seconds: Int, byteCountMax: Int, take: ([UInt8]) -> Void
    ) throws(MediaRefusal) {
        let (options, name) = MediaPrograms.input(format, byteCount: file.byteCount)
        let words = ["-nostdin"] + MediaPrograms.general + options + ["-threads", "1"] + before + ["-i", name]
            + after + ["-threads", "1", "-filter_threads", "1", "pipe:1"]
        try run(programs.ffmpeg, words, seconds: seconds, byteCountMax: byteCountMax, take: take)
    }

    private func run(
        _ program: LockedProgram, _ words: [String], seconds: Int, byteCountMax: Int, take: ([UInt8]) -> Void
    ) throws(MediaRefusal) {
        var bounds = LockedProgram.Bounds(processorSecondsMax: seconds, outputByteCountMax: byteCountMax)
        (bounds.isCancelled, bounds.spent) = (isCancelled, spent)
        do throws(LockedProgram.Failure) {
            try program.run(words, on: file, within: bounds, take: take)
        } catch {
            switch error {
            case .unavailable, .cancelled: throw .unavailable
            case .refused: throw .undecodable
            case .died: throw .crashed
            case .late: throw .timedOut
            case .tooLong: throw .badOutput
            }
        }
    }
}
