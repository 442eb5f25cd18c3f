import Glibc

/// ffprobe and ffmpeg, where they are installed: both are needed.
package struct MediaPrograms: Sendable {
    let ffprobe: LockedProgram
    let ffmpeg: LockedProgram

    /// Where Debian puts them.
    package static let usualFolder = "/usr/bin"

    /// Why there are none.
    package enum Absence: Error, Equatable, Sendable {
        /// Nobody wants them.
        case off
        /// No program of this name in the folder.
        case missing(String)
        /// The kernel has no Landlock, and without it no foreign program is started.
        case noLandlock
    }

    /// - Parameter folder: empty for none.
    package init(folder: String) throws(Absence) {
        guard !folder.isEmpty else { throw .off }
        for name in ["ffprobe", "ffmpeg"] where access("\(folder)/\(name)", X_OK) != 0 { throw .missing(name) }
        guard LockedProgram.isPossible else { throw .noLandlock }
        ffprobe = LockedProgram(path: folder + "/ffprobe")
        ffmpeg = LockedProgram(path: folder + "/ffmpeg")
    }

    /// What both are told of the file, before its name: every choice that they would make by looking at it.
    static func input(_ format: RecordingFormat, byteCount: Int) -> (options: [String], name: String) {
        var options = [
            "-protocol_whitelist", "subfile,file", "-format_whitelist", format.demuxer,
            "-codec_whitelist", decoders.joined(separator: ","), "-max_streams", String(StreamFacts.streamCountMax),
            "-max_pixels", String(StreamFacts.pixelCountMax), "-f", format.demuxer,
        ]
        // Other files that the head names, off as it is by default.
        if format.demuxer == "mov" { options += ["-enable_drefs", "0", "-use_absolute_path", "0"] }
        // A blob's file goes on behind the blob, with digests.
        return (options, "subfile,,start,0,end,\(byteCount),,:\(LockedProgram.inputPath)")
    }

    /// What both are told first.
    static let general = ["-hide_banner", "-v", "quiet", "-max_alloc", String(256 << 20)]

    /// What phones, browsers and recorders write, and the covers and subtitles that ffprobe opens beside it.
    static let decoders = [
        "h264", "hevc", "vp8", "vp9", "libdav1d", "av1", "mpeg4", "aac", "mp3float", "mp3", "opus", "vorbis", "flac",
        "alac", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_u8", "pcm_alaw",
        "pcm_mulaw", "mjpeg", "png", "mov_text", "subrip", "ass", "webvtt",
    ]
}
