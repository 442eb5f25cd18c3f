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
        let workshop = Workshop { $0.deadlineMilliseconds = 4000 }
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
        let workshop = Workshop { ($0.queueCountMax, $0.deadlineMilliseconds) = (1, 4000) }
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
            // That nothing came is seen at its end, and not when its time is over.
            let workshop = Workshop { ($0.workerPath, $0.startMilliseconds) = (path, 3_600_000) }
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
}
