/// What holds the tracks of a video or a sound, by its first bytes alone.
package enum RecordingFormat: String, Sendable, CaseIterable {
    case mp4, quicktime, webm, matroska, ogg, mp3, flac, wav

    /// Of ffmpeg's that reads it. Always named, so that it never guesses: a playlist is no demuxer of ours.
    var demuxer: String {
        switch self {
        case .mp4, .quicktime: "mov"
        case .webm, .matroska: "matroska"
        case .ogg, .mp3, .flac, .wav: rawValue
        }
    }

    /// As it is told to clients.
    package func mediaType(hasPicture: Bool) -> String {
        switch self {
        case .mp4, .webm, .ogg: (hasPicture ? "video/" : "audio/") + rawValue
        case .quicktime: "video/quicktime"
        case .matroska: hasPicture ? "video/x-matroska" : "audio/x-matroska"
        case .mp3: "audio/mpeg"
        case .flac: "audio/flac"
        case .wav: "audio/wav"
        }
    }

    /// `nil` for what is on no list. Which of its siblings an MP4 or WebM is, the whole head tells.
    static func of(_ reader: inout ProbeReader) throws(MediaRefusal) -> RecordingFormat? {
        guard reader.byteCount >= 16 else { return nil }
        if try reader.big(0, 4) == 0x1A45_DFA3 { return .webm }
        if try reader.has("OggS", at: 0) { return .ogg }
        if try reader.has("fLaC", at: 0) { return .flac }
        if try reader.has("RIFF", at: 0), try reader.has("WAVE", at: 8) { return .wav }
        if try reader.tag(4) == "ftyp" { return try HEIFProbe.isHEIF(&reader) ? nil : .mp4 }
        return try MP3Probe.isMP3(&reader) ? .mp3 : nil
    }
}
