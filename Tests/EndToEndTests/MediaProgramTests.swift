import Glibc
import TestKit
import Testing

@Suite("sotto media")
struct MediaProgramTests {
    private static let samples = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        + "/fixtures/media/"

    private func run(_ words: String...) throws -> Terminal.Ended { try Terminal().run(words) }

    @Test("it makes a thumbnail without a server and an account, and says what it decided")
    func thumbnail() throws {
        let folder = try TemporaryFolder()
        let out = folder.path + "/out"
        let made = try run("media", "thumbnail", Self.samples + "orientation-6.jpg", "-o", out, "--size", "48")
        #expect(made.status == 0)
        #expect(made.output.contains("probe     image/jpeg, 96×64, EXIF, orientation 6"))
        #expect(made.output.contains("checked   image/webp, 32×48"))
        #expect(TextFile.bytes(out).starts(with: "RIFF".utf8))
        let json = try run("media", "thumbnail", Self.samples + "rgb.png", "--output=\(out)", "--jpeg", "--json")
        #expect(json.output.contains(#""type":"image/jpeg","width":96"#))
        #expect(TextFile.bytes(out).starts(with: [0xFF, 0xD8]))
    }

    @Test("its exit status tells a refused file from a wrong command line and from a missing worker")
    func statuses() throws {
        let folder = try TemporaryFolder()
        let out = folder.path + "/out"
        let good = Self.samples + "rgb.png"
        let refused = try run(
            "media", "thumbnail", Self.samples + "clip.mp4", "-o", out, "--json", "--programs", "/nowhere")
        #expect(refused.status == 3)
        #expect(refused.output.contains(#""code":"unsupported""#))
        #expect(try run("media", "thumbnail", good).status == 2)
        #expect(try run("media", "thumbnail", good, "-o", out, "--size", "0").status == 2)
        #expect(try run("media", "thumbnail", "/nowhere", "-o", out).status == 2)
        #expect(try run("media", "paint", good, "-o", out).status == 2)
        #expect(try run("media", "thumbnail", good, "-o", out, "--worker", "/bin/true").status == 1)
        #expect(TextFile.bytes(out).isEmpty)
    }

    @Test("it makes the poster of a video, and says what it knows of a file", .enabled(if: hasFFmpeg, "no ffmpeg"))
    func recordings() throws {
        let folder = try TemporaryFolder()
        let out = folder.path + "/out", clip = Self.samples + "clip.mp4"
        let made = try run("media", "thumbnail", clip, "-o", out, "--size", "80")
        #expect(made.status == 0)
        #expect(made.output.contains("probe     video/mp4, 160×120, 2.000 s"))
        #expect(made.output.contains("checked   image/webp, 80×60"))
        #expect(TextFile.bytes(out).starts(with: "RIFF".utf8))
        let seen = try run("media", "inspect", clip, "--json")
        #expect(seen.status == 0 && seen.output.contains(#""durationMs":2000,"waveform":""#))
    }

    @Test("without ffmpeg it says what the head says, and why it is no more")
    func heads() throws {
        let clip = Self.samples + "clip.mp4"
        let seen = try run("media", "inspect", clip, "--programs", "/nowhere")
        #expect(seen.status == 0 && seen.output.contains("probe     video/mp4, 160×120, 2.000 s"))
        #expect(seen.output.contains("there is no ffprobe"))
        let image = try run("media", "inspect", Self.samples + "rgb.png")
        #expect(image.status == 0 && image.output.contains("probe     image/png, 96×64"))
        #expect(try run("media", "inspect", "/bin/true").status == 3)
    }

    private static let hasFFmpeg = access("/usr/bin/ffmpeg", X_OK) == 0 && access("/usr/bin/ffprobe", X_OK) == 0

    @Test("libvips is linked into the worker, and into no other program")
    func linked() {
        func names(_ program: String) -> Bool {
            guard let grep = popen("grep -q -F libvips.so '\(BuildFolder.path)/\(program)'", "r") else { return false }
            return pclose(grep) == 0
        }
        #expect(names("sotto-media"))
        #expect(!names("sottod"))
        #expect(!names("sotto"))
    }
}
