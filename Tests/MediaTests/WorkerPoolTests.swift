import Glibc
import TestKit
import Testing

@testable import Media

@Suite("The worker pool")
struct WorkerPoolTests {
    private let good = Samples.folder + "rgb.png"

    private func refusal(_ body: () async throws -> Void) async -> MediaRefusal? {
        do { try await body() } catch { return error as? MediaRefusal }
        return nil
    }

    @Test("a worker that was killed is replaced, and the image comes through all the same")
    func killed() async throws {
        let workshop = Workshop()
        _ = try await workshop.thumbnails(of: Samples.media(good))
        let first = try #require(workshop.pool.counts.processes.first)
        kill(first, SIGKILL)
        _ = try await workshop.thumbnails(of: Samples.media(good))
        let counts = workshop.pool.counts
        #expect(counts.processes.first != first)
        #expect((counts.done, counts.crashed, counts.refused) == (2, 1, 0))
    }

    @Test("a worker that hangs is killed at the deadline, and the next image comes through")
    func hung() async throws {
        let workshop = Workshop { $0.deadlineMilliseconds = 400 }
        _ = try await workshop.thumbnails(of: Samples.media(good))
        let first = try #require(workshop.pool.counts.processes.first)
        kill(first, SIGSTOP)
        #expect(await refusal { _ = try await workshop.thumbnails(of: Samples.media(good)) } == .timedOut)
        #expect(kill(first, 0) == -1)
        _ = try await workshop.thumbnails(of: Samples.media(good))
        #expect(workshop.pool.counts.timedOut == 1)
    }

    @Test("a worker is replaced after its share of images")
    func recycled() async throws {
        let workshop = Workshop { $0.imagesPerWorkerMax = 2 }
        for _ in 0..<5 { _ = try await workshop.thumbnails(of: Samples.media(good)) }
        #expect(workshop.pool.counts.done == 5)
        #expect(workshop.pool.counts.started == 3)
    }

    @Test("a full queue refuses at once, and what was taken is answered")
    func busy() async throws {
        let workshop = Workshop { ($0.queueCountMax, $0.deadlineMilliseconds) = (1, 300) }
        _ = try await workshop.thumbnails(of: Samples.media(good))
        kill(try #require(workshop.pool.counts.processes.first), SIGSTOP)
        let refusals = await withTaskGroup(of: MediaRefusal?.self) { (group) in
            for _ in 0..<8 {
                group.addTask { await refusal { _ = try await workshop.thumbnails(of: Samples.media(good)) } }
            }
            return await group.reduce(into: [MediaRefusal?]()) { $0.append($1) }
        }
        #expect(refusals.filter { $0 == .busy }.count == 6)
        #expect(refusals.filter { $0 == .timedOut }.count == 1)
        #expect(refusals.filter { $0 == nil }.count == 1)
    }

    @Test("a pool without a program refuses, and says so")
    func missing() async throws {
        for path in ["/nowhere/sotto-media", "/bin/true"] {
            let workshop = Workshop { $0.workerPath = path }
            #expect(await refusal { _ = try await workshop.thumbnails(of: Samples.media(good)) } == .unavailable)
        }
    }

    @Test("after the shutdown there is no worker left, and every image is refused")
    func shutdown() async throws {
        let workshop = Workshop()
        _ = try await workshop.thumbnails(of: Samples.media(good))
        let process = try #require(workshop.pool.counts.processes.first)
        workshop.pool.shutdown()
        #expect(kill(process, 0) == -1)
        #expect(await refusal { _ = try await workshop.thumbnails(of: Samples.media(good)) } == .unavailable)
    }

    /// A worker that somebody else wrote.
    private func impostor(_ body: String) throws -> (folder: TemporaryFolder, path: String) {
        let folder = try TemporaryFolder()
        let path = folder.path + "/impostor"
        let script = """
            #!/usr/bin/python3
            import os, socket, struct, sys, time
            peer = socket.socket(fileno=3)
            def say(frame): peer.sendall(struct.pack("<I", len(frame)) + frame)
            def numbers(*all): return struct.pack("<%dI" % len(all), *all)
            say(b"\\x01" + numbers(0, 1))
            job = peer.recv(4096)
            \(body)
            """
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o700)
        try #require(write(descriptor, script, script.utf8.count) == script.utf8.count)
        close(descriptor)
        return (folder, path)
    }

    @Test("a worker that dies of an image twice, and one that lies, cost that image alone", arguments: [
        ("sys.exit(1)", MediaRefusal.crashed),
        ("say(b'\\x09nonsense')", .badOutput),
        ("peer.sendall(struct.pack('<I', 0xffffffff)); time.sleep(5)", .crashed),
        ("say(b'\\x03' + numbers(1, 3) + b'\\x1b[2')", .undecodable),
        ("say(b'\\x03' + numbers(2, 0))", .contradictory),
        // The right sizes, and no picture in them.
        ("say(b'\\x02' + numbers(1, 64, 43, 4) + b'GIF8' + numbers(64, 43, 11008) + bytes(11008) + numbers(0, 0, 0))",
            .badOutput),
        // Another size than was asked for.
        ("say(b'\\x02' + numbers(1, 9, 9, 0) + numbers(64, 43, 11008) + bytes(11008) + numbers(0, 0, 0))", .badOutput),
        ("say(b'\\x02' + numbers(1, 64, 43, 0xffffffff))", .badOutput),
    ])
    func impostors(body: String, expected: MediaRefusal) async throws {
        let impostor = try impostor(body)
        let workshop = Workshop { $0.workerPath = impostor.path }
        #expect(await refusal { _ = try await workshop.thumbnails(of: Samples.media(good)) } == expected)
        if expected == .crashed { #expect(workshop.pool.counts.crashed == 2) }
    }
}
