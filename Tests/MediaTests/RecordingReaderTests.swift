import Glibc
import TestKit
import Testing

@testable import Media

/// The real programs, in their sandbox.
@Suite("Recordings", .serialized, .enabled(if: Studio.isInstalled, Studio.absence))
struct RecordingReaderTests {
    private func quarters(_ recording: Recording, _ studio: Studio) async throws -> String {
        let largest = try #require(recording.poster?.pictures.first)
        return try await Quarters.of(studio.workshop.tiny(Samples.media(largest.bytes)))
    }

    @Test("videos of every kind have a poster, a duration, a size and a waveform", arguments: [
        ("a.mp4", ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"], "video/mp4"),
        ("a.mov", ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le"], "video/quicktime"),
        ("a.mp4", ["-c:v", "libx265", "-x265-params", "log-level=none", "-c:a", "aac"], "video/mp4"),
        ("a.mp4", ["-c:v", "libx264", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"], "video/mp4"),
        ("a.webm", ["-c:v", "libvpx", "-c:a", "libvorbis"], "video/webm"),
        ("a.webm", ["-c:v", "libvpx-vp9", "-c:a", "libopus"], "video/webm"),
        ("a.webm", ["-c:v", "libaom-av1", "-cpu-used", "8", "-c:a", "libopus"], "video/webm"),
        ("a.mkv", ["-c:v", "libx264", "-c:a", "flac"], "video/x-matroska"),
    ])
    func videos(name: String, codecs: [String], mediaType: String) async throws {
        let studio = try Studio()
        let bytes = try Studio.make(name, Studio.picture + Studio.sound + codecs)
        let recording = await studio.read(try Samples.media(bytes))
        #expect(recording.refusal == nil)
        let facts = try #require(recording.facts)
        #expect(facts.mediaType == mediaType && facts.size == PixelSize(width: 96, height: 64))
        #expect((1900...2200).contains(facts.durationMilliseconds ?? 0))
        let waveform = try #require(facts.waveform)
        #expect(waveform.count == 100 && waveform[10...80].allSatisfy { $0 > 20 })
        #expect(try await quarters(recording, studio) == "RGBW")
        #expect(recording.poster?.pictures.map(\.size) == [PixelSize(width: 96, height: 64)])
    }

    @Test("sounds of every kind have a duration and a waveform, and no poster", arguments: [
        ("a.mp3", ["-c:a", "libmp3lame"], "audio/mpeg"), ("a.m4a", ["-c:a", "aac"], "audio/mp4"),
        ("a.ogg", ["-c:a", "libopus"], "audio/ogg"), ("a.ogg", ["-c:a", "libvorbis"], "audio/ogg"),
        ("a.flac", ["-c:a", "flac"], "audio/flac"), ("a.wav", ["-c:a", "pcm_s16le"], "audio/wav"),
        ("a.mp3", ["-c:a", "libmp3lame", "-id3v2_version", "0", "-write_xing", "0"], "audio/mpeg"),
        ("a.webm", ["-c:a", "libopus"], "audio/webm"),
    ])
    func sounds(name: String, codecs: [String], mediaType: String) async throws {
        let studio = try Studio()
        // A second of silence before two of sound.
        let delayed = Studio.sound + ["-af", "volume=8,adelay=1000:all=1"]
        let recording = await studio.read(try Samples.media(Studio.make(name, delayed + codecs)))
        #expect(recording.refusal == nil && recording.poster == nil)
        let facts = try #require(recording.facts)
        #expect(facts.mediaType == mediaType && facts.size == nil)
        #expect((2900...3200).contains(facts.durationMilliseconds ?? 0))
        let waveform = try #require(facts.waveform)
        #expect(waveform[0..<28].allSatisfy { $0 < 10 } && waveform[40..<90].allSatisfy { $0 > 100 })
    }

    @Test("a video that was held upright is shown upright, and pixels that are no squares are made so")
    func shapes() async throws {
        let studio = try Studio()
        let h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p"]
        // Held in a descriptor, which ffmpeg may open like a name.
        let lying = try Samples.file(Studio.make("a.mp4", Studio.picture + h264))
        let path = "/proc/\(getpid())/fd/\(lying.descriptor)"
        let turned = try Studio.make("a.mp4", ["-i", path, "-c", "copy", "-metadata:s:v:0", "rotate=90"])
        let recording = await studio.read(try Samples.media(turned))
        #expect(recording.facts?.size == PixelSize(width: 64, height: 96))
        #expect(["BRWG", "GWRB"].contains(try await quarters(recording, studio)))
        #expect(try Probe().lookAtRecording(Samples.media(turned)).size == PixelSize(width: 64, height: 96))
        let wide = try Studio.make("a.mp4", Studio.picture + h264 + ["-aspect", "3:1"])
        #expect(await studio.read(try Samples.media(wide)).facts?.size == PixelSize(width: 192, height: 64))
    }

    @Test("a large video has a poster of 1280 pixels, and its own size is told")
    func large() async throws {
        let studio = try Studio()
        let words = ["-f", "lavfi", "-i", Studio.quarters(width: 2560, height: 1440, seconds: 1)]
        let bytes = try Studio.make("a.mp4", words + ["-c:v", "libx264", "-preset", "ultrafast"])
        let recording = await studio.read(try Samples.media(bytes))
        #expect(recording.facts?.size == PixelSize(width: 2560, height: 1440))
        #expect(recording.poster?.pictures.map(\.size.width) == [1280, 96])
        #expect(try await quarters(recording, studio) == "RGBW")
    }

    @Test("a cover in a sound is no video")
    func cover() async throws {
        let studio = try Studio()
        let words = Studio.sound + ["-i", Samples.folder + "rgb.png", "-map", "0:a", "-map", "1:v", "-c:v", "copy"]
        let bytes = try Studio.make("a.mp3", words + ["-c:a", "libmp3lame", "-disposition:v", "attached_pic"])
        let recording = await studio.read(try Samples.media(bytes))
        #expect(recording.refusal == nil && recording.poster == nil && recording.facts?.size == nil)
        #expect(recording.facts?.waveform?.count == 100)
    }

    @Test("what stands behind a blob's bytes in its file is not seen")
    func trailer() async throws {
        let studio = try Studio()
        // A sound that would go on for as long again, if the file were read to its end.
        let bytes = try Studio.make("a.mp3", Studio.sound + ["-c:a", "libmp3lame", "-write_xing", "0"])
        let file = try Samples.file(bytes + bytes)
        let blob = try ReadOnlyFile(sharing: file.descriptor, byteCount: bytes.count)
        guard case .open(let media) = Upload(blob, declared: .open) else { return }
        let alone = await studio.read(try Samples.media(bytes))
        #expect(await studio.read(media) == alone)
        #expect(try await studio.read(Samples.media(bytes + bytes)).facts?.durationMilliseconds ?? 0 > 3900)
    }

    @Test("without programs the head is read, and that is said")
    func programless() async throws {
        let media = try Samples.media(Samples.folder + "clip.mp4")
        let recording = await RecordingReader(lane: nil, thumbnailer: nil).read(media)
        #expect(recording.refusal == .unsupported(.recording))
        #expect(recording.facts?.size == PixelSize(width: 160, height: 120))
        #expect(recording.facts?.durationMilliseconds != nil && recording.facts?.waveform == nil)
        #expect(throws: MediaPrograms.Absence.off) { try MediaPrograms(folder: "") }
        #expect(throws: MediaPrograms.Absence.missing("ffprobe")) { try MediaPrograms(folder: "/nowhere") }
    }

    @Test("a full queue refuses at once, and a shutdown ends what runs")
    func shutdown() async throws {
        let studio = try Studio(queueCountMax: 1)
        let media = try Samples.media(Samples.folder + "clip.mp4")
        let outcomes = await withTaskGroup(of: MediaRefusal?.self) { (group) in
            for _ in 0..<8 { group.addTask { await studio.read(media).refusal } }
            return await group.reduce(into: [MediaRefusal?]()) { $0.append($1) }
        }
        #expect(outcomes.contains(.busy) && outcomes.contains(nil))
        async let last = studio.read(media)
        studio.lane.shutdown()
        #expect([nil, .unavailable].contains(await last.refusal))
        #expect(await studio.read(media).refusal == .unavailable)
    }
}
