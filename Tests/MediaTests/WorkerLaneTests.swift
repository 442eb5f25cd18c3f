import Glibc
import TestKit
import Testing

@testable import Media

/// Workers that somebody else wrote, so that these tests run under sanitizers too: a real one may not have the memory.
@Suite("The lane of a worker")
struct WorkerLaneTests {
    private let good = Samples.folder + "rgb.png"

    private func refusal(_ body: () async throws -> Void) async -> MediaRefusal? {
        do { try await body() } catch { return error as? MediaRefusal }
        return nil
    }

    /// A worker that somebody else wrote.
    private func impostor(_ body: String) throws -> (folder: TemporaryFolder, path: String) {
        let folder = try TemporaryFolder()
        let path = folder.path + "/impostor"
        let script = """
            #!/usr/bin/python3
            import ctypes, os, socket, struct, sys, time
            ctypes.CDLL(None).prctl(1, 9)  # ends with the thread that started it, as the real one does
            peer = socket.socket(fileno=3)
            def say(frame): peer.sendall(struct.pack("<I", len(frame)) + frame)
            def numbers(*all): return struct.pack("<%dI" % len(all), *all)
            say(b"\\x01" + numbers(0, 1))
            job = peer.recv(4096)
            \(body)
            """
        let text = path + ".py"
        let descriptor = open(text, O_WRONLY | O_CREAT | O_CLOEXEC, 0o700)
        try #require(write(descriptor, script, script.utf8.count) == script.utf8.count)
        close(descriptor)
        // A copy that no descriptor of this process ever wrote to: a program that another test starts right now holds
        // those until its exec, and what is open for writing is not run.
        try #require(system("cp -p '\(text)' '\(path)'") == 0)
        return (folder, path)
    }

    @Test("a worker that dies of an image twice, and one that lies, cost that image alone", arguments: [
        ("sys.exit(1)", MediaRefusal.crashed),
        ("say(b'\\x09nonsense')", .badOutput),
        ("peer.sendall(struct.pack('<I', 0xffffffff)); time.sleep(5)", .crashed),
        ("say(b'\\x03' + numbers(1, 3) + b'\\x1b[2')", .undecodable),
        ("say(b'\\x03' + numbers(2, 0))", .contradictory),
        ("say(b'\\x03' + numbers(4, 0))", .unsupported(.noDecoder)),
        ("while True: pass", .timedOut),
        // The right sizes, and no picture in them.
        ("say(b'\\x02' + numbers(1, 64, 43, 4) + b'GIF8' + numbers(64, 43, 11008) + bytes(11008) + numbers(0, 0, 0))",
            .badOutput),
        // Another size than was asked for.
        ("say(b'\\x02' + numbers(1, 9, 9, 0) + numbers(64, 43, 11008) + bytes(11008) + numbers(0, 0, 0))", .badOutput),
        ("say(b'\\x02' + numbers(1, 64, 43, 0xffffffff))", .badOutput),
    ])
    func impostors(body: String, expected: MediaRefusal) async throws {
        let impostor = try impostor(body)
        // By the clock there is time enough on a busy machine: what ends the one that spins is how much it computes.
        let workshop = Workshop {
            ($0.workerPath, $0.startMilliseconds, $0.deadlineMilliseconds) = (impostor.path, 60_000, 60_000)
        }
        #expect(await refusal { _ = try await workshop.thumbnails(of: Samples.media(good)) } == expected)
        if expected == .crashed { #expect(workshop.pool.counts.crashed == 2) }
    }

    @Test("two lanes answer everything that was taken, also what waits at the shutdown")
    func crowd() async throws {
        let impostor = try impostor("while job: say(b'\\x03' + numbers(1, 0)); job = peer.recv(4096)")
        let workshop = Workshop { ($0.workerPath, $0.laneCount, $0.queueCountMax) = (impostor.path, 2, 1000) }
        let media = try Samples.media(good)
        let refusals = await withTaskGroup(of: MediaRefusal?.self) { (group) in
            for number in 0..<200 {
                group.addTask {
                    if number == 150 { workshop.pool.shutdown() }
                    return await refusal { _ = try await workshop.thumbnails(of: media) }
                }
            }
            return await group.reduce(into: [MediaRefusal?]()) { $0.append($1) }
        }
        #expect(refusals.count == 200)
        #expect(refusals.allSatisfy { $0 == .undecodable || $0 == .unavailable })
    }
}
