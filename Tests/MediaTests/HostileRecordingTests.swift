import Glibc
import TestKit
import Testing

@testable import Media

/// Mirrors `RecordingLane` and `RecordingSteps`.
///
/// Files that were made to hurt, through the real programs in their sandbox.
@Suite("Hostile recordings", .serialized, .enabled(if: Studio.isInstalled, Studio.absence))
struct HostileRecordingTests {
    /// For one file: the bounds of the four programs that it may cost are 2, 4, 4 and 6 seconds, and few come near.
    private static let millisecondsMax = 2000

    /// Looks at a file, then at a good one; neither may cost more than it should.
    private func outcome(_ bytes: [UInt8], _ studio: Studio, _ name: Comment) async throws -> Recording {
        let before = studio.lane.counts
        let recording = await studio.read(try Samples.media(bytes))
        let after = studio.lane.counts
        let spent = after.processorMilliseconds - before.processorMilliseconds
        #expect(spent < Self.millisecondsMax, name)
        #expect(after.programs - before.programs <= 8, name)
        for refusal in [MediaRefusal.busy, .unavailable, .badOutput] { #expect(recording.refusal != refusal, name) }
        return recording
    }

    private func check(_ files: [(String, [UInt8])], refusedAll: Bool) async throws {
        let studio = try Studio()
        let good = try Samples.media(Samples.folder + "clip.mp4")
        let expected = await studio.read(good)
        #expect(expected.refusal == nil)
        for (name, bytes) in files {
            let recording = try await outcome(bytes, studio, "\(name)")
            #expect(!refusedAll || recording.refusal != nil, "\(name)")
            #expect(await studio.read(good) == expected, "after \(name)")
        }
    }

    @Test("what only pretends to be a recording is refused, whatever it asks to open")
    func disguises() async throws {
        let list = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
        let concat = "ffconcat version 1.0\nfile /etc/passwd\n"
        let box: [UInt8] = [0, 0, 0, 16] + Array("ftypisom".utf8) + [0, 0, 0, 0]
        var files: [(String, [UInt8])] = [
            ("playlist", Array(list.utf8)), ("concat", Array(concat.utf8)),
            ("playlist in mp4", box + Array(list.utf8)), ("concat in mp4", box + Array(concat.utf8)),
            ("playlist in ogg", Array("OggS\u{0}\u{2}".utf8) + Array(list.utf8)),
            ("playlist in flac", Array("fLaC".utf8) + [0, 0, 0, 34] + Array(list.utf8)),
            ("playlist in webm", [0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0xFF] + Array(list.utf8)),
            ("playlist in mp3", Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 0] + Array(list.utf8)),
            ("playlist in wav", Array("RIFF\u{0}\u{0}\u{0}\u{0}WAVE".utf8) + Array(list.utf8)),
        ]
        files.append(("image in mp4", box + (try Samples.bytes("rgb.png"))))
        try await check(files, refusedAll: true)
    }

    @Test("a head that names another file does not have it read")
    func references() async throws {
        let bytes = try Samples.bytes("clip.mp4")
        let studio = try Studio()
        let path = Array("/etc/passwd".utf8)
        // A reference of a Macintosh: an absolute path in a record of kind 18.
        var alias = [UInt8](repeating: 0, count: 150) + [0, 18, 0, UInt8(path.count)] + path + [0]
        alias += [0xFF, 0xFF, 0, 0]
        let url = [UInt8](repeating: 0, count: 4) + Array("file:///etc/passwd".utf8) + [0]
        for (kind, content) in [("alis", [0, 0, 0, 0] + alias), ("url ", url)] {
            let changed = try MovieSurgery.replacing("dref", in: bytes, by: [0, 0, 0, 0, 0, 0, 0, 1]
                + MovieSurgery.box(kind, content))
            let recording = try await outcome(changed, studio, "\(kind)")
            #expect(recording.refusal != nil || recording.facts?.size == PixelSize(width: 160, height: 120))
        }
    }

    @Test("lies about sizes and counts cost little", arguments: ["clip.mp4"])
    func lies(name: String) async throws {
        let bytes = try Samples.bytes(name)
        let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        func patched(_ box: String, at offset: Int, _ value: [UInt8]) throws -> [UInt8] {
            try MovieSurgery.patching(box, at: offset, value, in: bytes)
        }
        let frames: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1] + huge + [0, 0, 0, 1]
        try await check([
            ("no duration", try patched("mvhd", at: 16, [0, 0, 0, 0])),
            ("endless", try patched("mvhd", at: 16, [0xFF, 0xFF, 0xFF, 0xFE])),
            ("no time scale", try patched("mvhd", at: 12, [0, 0, 0, 0])),
            ("billions of frames", try MovieSurgery.replacing("stts", in: bytes, by: frames)),
            ("billions of sizes", try patched("stsz", at: 8, huge)),
            ("billions of samples of one byte", try patched("stsz", at: 4, [0, 0, 0, 1] + huge)),
            ("billions of chunks", try patched("stco", at: 4, huge)),
            ("billions of entries", try patched("stsc", at: 4, huge)),
            ("giant picture", try patched("mp4v", at: 24, [0xFF, 0xFF, 0xFF, 0xFF])),
            ("no picture", try patched("mp4v", at: 24, [0, 0, 0, 0])),
            ("giant matrix", try patched("tkhd", at: 40, huge)),
        ], refusedAll: false)
    }

    @Test("a file that was cut is refused or shown as far as it goes", arguments: ["clip.mp4", "clip.webm"])
    func cuts(name: String) async throws {
        let bytes = try Samples.bytes(name)
        let counts = [16, 40, 500, bytes.count / 4, bytes.count / 2, bytes.count - 100, bytes.count - 1]
        try await check(counts.map { ("\(name) cut at \($0)", Array(bytes.prefix($0))) }, refusedAll: false)
    }

    /// All of them with `SOTTO_MEDIA_MUTATIONS=1000`; some in every run.
    @Test("mutations never hurt more than themselves", arguments: [
        "clip.mp4", "clip.webm", "a.mp3", "a.ogg", "a.flac", "a.wav",
    ])
    func mutations(name: String) async throws {
        let count = getenv("SOTTO_MEDIA_MUTATIONS").flatMap { Int(String(cString: $0)) } ?? 8
        let bytes = name.hasPrefix("clip") ? try Samples.bytes(name) : try Studio.make(name, Studio.sound)
        let studio = try Studio()
        let good = try Samples.media(Samples.folder + "clip.mp4")
        let expected = await studio.read(good)
        var dice = SplitMix(seed: 23)
        for number in 0..<count {
            _ = try await outcome(Mutation.of(bytes, &dice), studio, "\(name), seed 23, number \(number)")
        }
        #expect(await studio.read(good) == expected)
    }
}

/// Changes of one box of an MP4 file whose head stands at its end, so that nothing points behind it.
enum MovieSurgery {
    static func box(_ kind: String, _ content: [UInt8]) -> [UInt8] {
        let count = content.count + 8
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + Array(kind.utf8) + content
    }

    /// With other bytes from `offset` on in the content of the first box of that kind.
    static func patching(_ kind: String, at offset: Int, _ value: [UInt8], in bytes: [UInt8]) throws -> [UInt8] {
        var changed = bytes
        let start = try #require(place(of: kind, in: bytes)) + 8 + offset
        changed.replaceSubrange(start..<(start + value.count), with: value)
        return changed
    }

    /// With another content of the first box of that kind; what holds it grows along.
    static func replacing(_ kind: String, in bytes: [UInt8], by content: [UInt8]) throws -> [UInt8] {
        let start = try #require(place(of: kind, in: bytes))
        let end = start + size(at: start, in: bytes)
        var changed = bytes
        changed.replaceSubrange(start..<end, with: box(kind, content))
        for holder in ["moov", "trak", "mdia", "minf", "dinf", "stbl"] {
            guard let place = place(of: holder, in: bytes), place < start else { continue }
            let count = size(at: place, in: bytes)
            guard place + count >= end else { continue }
            let grown = box(holder, [UInt8](repeating: 0, count: count + content.count + 8 - (end - start) - 8))
            changed.replaceSubrange(place..<(place + 4), with: grown.prefix(4))
        }
        return changed
    }

    private static func size(at place: Int, in bytes: [UInt8]) -> Int {
        bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func place(of kind: String, in bytes: [UInt8]) -> Int? {
        let wanted = Array(kind.utf8)
        return (4..<(bytes.count - 4)).first { Array(bytes[$0..<($0 + 4)]) == wanted }.map { $0 - 4 }
    }
}
