import Glibc
import TestKit
import Testing

@testable import Media

/// The pictures of `fixtures/media`, and ways to make more.
enum Samples {
    static let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/fixtures/media/"

    static let names = [
        "alpha.png", "alpha.webp", "animated.gif", "animated.webp", "baseline.jpg", "cmyk.jpg", "grey.jpg", "grey.png",
        "grid.heic", "interlaced.png", "lossless.webp", "lossy.webp", "palette.png", "progressive.jpg", "rgb.png",
        "still.avif", "still.gif", "still.heic",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
        let file = try ReadOnlyFile(path: folder + name)
        return try file.read(at: 0, count: file.byteCount)
    }

    static func media(_ path: String) throws -> OpenMedia {
        let upload = Upload(try ReadOnlyFile(path: path), declared: .open)
        guard case .open(let media) = upload else { throw MediaRefusal.unreadable }
        return media
    }

    /// An open upload that is in no folder.
    static func media(_ bytes: [UInt8]) throws -> OpenMedia {
        guard case .open(let media) = Upload(try file(bytes), declared: .open) else { throw MediaRefusal.unreadable }
        return media
    }

    /// A file that is in no folder.
    static func file(_ bytes: [UInt8]) throws -> ReadOnlyFile {
        let folder = try TemporaryFolder()
        let path = folder.path + "/media"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        return try ReadOnlyFile(path: path)
    }
}

/// A pool with one worker, ended with the test.
final class Workshop: Sendable {
    let pool: WorkerPool

    init(_ change: (inout WorkerPool.Configuration) -> Void = { _ in }) {
        var configuration = WorkerPool.Configuration(workerPath: BuildFolder.path + "/sotto-media")
        change(&configuration)
        pool = WorkerPool(configuration)
    }

    deinit { pool.shutdown() }

    func thumbnails(
        of media: OpenMedia, _ request: ThumbnailRequest = ThumbnailRequest(sides: [64])
    ) async throws -> Thumbnails {
        try await Thumbnailer(pool: pool).thumbnails(of: media, request)
    }

    /// The tiny picture that the worker hands over, which is the one with pixels to look at.
    func tiny(_ media: OpenMedia) async throws -> Picture {
        let facts = try Probe().look(at: media)
        let job = ThumbnailJob(facts, of: media.byteCount, for: ThumbnailRequest(sides: [64]))
        return try await pool.run(job, on: media).tiny
    }

    /// Kilobytes that a worker has held at once at most.
    func peak(_ process: Int32) throws -> Int {
        let status = TextFile.read("/proc/\(process)/status")
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.filter(\.isNumber)))
    }
}

/// A program that is run to its end.
enum Program {
    /// - Returns: its exit status, or the signal that ended it as a negative number.
    static func run(_ words: [String]) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var process: pid_t = 0
        try #require(posix_spawnp(&process, words[0], &actions, nil, &arguments, environ) == 0)
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }
}
