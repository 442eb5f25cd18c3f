import Glibc
import TestKit
import Testing

@testable import Media

/// ffmpeg outside of any sandbox, for samples; and a lane with the same programs inside of theirs.
final class Studio: Sendable {
    /// Said where tests are skipped.
    static let absence: Comment = "ffmpeg and ffprobe are not installed, or this kernel has no Landlock"
    static let isInstalled = (try? MediaPrograms(folder: MediaPrograms.usualFolder)) != nil

    let lane: RecordingLane
    let workshop = Workshop()

    init(queueCountMax: Int = 16) throws {
        lane = RecordingLane(try MediaPrograms(folder: MediaPrograms.usualFolder), queueCountMax: queueCountMax)
    }

    deinit { lane.shutdown() }

    func read(_ media: OpenMedia, sides: [Int] = [1280, 96]) async -> Recording {
        await RecordingReader(lane: lane, thumbnailer: Thumbnailer(pool: workshop.pool)).read(
            media, ThumbnailRequest(sides: sides))
    }

    /// Two seconds of four coloured quarters, red and green above blue and white, and of a tone.
    static let picture = ["-f", "lavfi", "-i", quarters(width: 96, height: 64)]
    static let sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=2"]

    static func quarters(width: Int, height: Int, seconds: Int = 2) -> String {
        let half = "\(width / 2)x\(height / 2)"
        let colors = ["red", "0x00ff00", "blue", "white"].enumerated().map { (index, color) in
            "color=\(color):size=\(half):rate=10:duration=\(seconds)[c\(index)]"
        }
        return colors.joined(separator: ";") + ";[c0][c1]hstack[a];[c2][c3]hstack[b];[a][b]vstack"
    }

    /// What ffmpeg makes of these words.
    static func make(_ name: String, _ words: [String]) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let path = folder.path + "/" + name
        let status = try Program.run(["ffmpeg", "-nostdin", "-v", "error", "-y"] + words + ["-bitexact", path])
        try #require(status == 0, "ffmpeg makes \(name)")
        return TextFile.bytes(path)
    }
}
