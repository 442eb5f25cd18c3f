import Glibc
import TestKit
import Testing

@testable import Media

/// Mirrors `Probe`, `WorkerPool` and `Sandbox`.
///
/// Every file of `Scripts/make-hostile-media.py` through the real worker.
@Suite("Hostile media", .serialized)
struct HostileMediaTests {
    private static let script = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        + "/Scripts/make-hostile-media.py"
    /// Beyond what the worker holds once it has decoded a good image.
    private static let growthKilobytesMax = 256 << 10
    private static let secondsMax = 2.0

    private func expectations(_ folder: String) -> [(name: String, outcome: String)] {
        TextFile.read(folder + "/expected.txt").split(separator: "\n").compactMap { (line) in
            let words = line.split(separator: " ")
            return words.count == 2 ? (String(words[0]), String(words[1])) : nil
        }
    }

    private func processorTime(_ process: pid_t?) -> Int {
        var clock = clockid_t()
        var time = timespec()
        guard let process, clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    @Test("each is refused or done in two seconds of CPU and 256 MB, and a good image comes through after it")
    func corpus() async throws {
        let folder = try TemporaryFolder()
        try #require(try Program.run(["python3", Self.script, folder.path]) == 0)
        let files = expectations(folder.path)
        try #require(files.count >= 100)
        let workshop = Workshop()
        let good = try Samples.media(Samples.folder + "baseline.jpg")
        let expected = try await workshop.thumbnails(of: good)
        var base = try workshop.peak(#require(workshop.pool.counts.processes.first))
        var process = workshop.pool.counts.processes.first
        for file in files {
            let before = FrameSocket.now(), computed = processorTime(process)
            var outcome = "done"
            do {
                _ = try await workshop.thumbnails(
                    of: Samples.media(folder.path + "/" + file.name), ThumbnailRequest(sides: [320]))
            } catch let refusal as MediaRefusal {
                #expect(refusal != .crashed && !refusal.isPassing && refusal != .badOutput, "\(file.name): \(refusal)")
                outcome = "refused"
            }
            // What the worker computed; the clock only where it is gone, since other tests have the processors too.
            let isSame = workshop.pool.counts.processes.first == process
            let milliseconds = isSame ? processorTime(process) - computed : FrameSocket.now() - before
            let seconds = Double(milliseconds) / 1000
            #expect(seconds < Self.secondsMax, "\(file.name): \(seconds) s")
            #expect(file.outcome == "either" || outcome == file.outcome, "\(file.name): \(outcome)")
            #expect(try await workshop.thumbnails(of: good) == expected, "after \(file.name)")
            let now = try #require(workshop.pool.counts.processes.first)
            let peak = try workshop.peak(now)
            if now != process { (process, base) = (now, min(base, peak)) }
            #expect(peak - base < Self.growthKilobytesMax, "\(file.name): \(peak - base) kB")
        }
    }

    /// All of them with `SOTTO_MEDIA_MUTATIONS=10000`; some in every run.
    @Test("mutations of every sample never hurt more than one worker", arguments: Samples.names)
    func mutations(name: String) async throws {
        let count = getenv("SOTTO_MEDIA_MUTATIONS").flatMap { Int(String(cString: $0)) } ?? 60
        let workshop = Workshop()
        let good = try Samples.media(Samples.folder + "baseline.jpg")
        let expected = try await workshop.thumbnails(of: good)
        let bytes = try Samples.bytes(name)
        var dice = SplitMix(seed: 16)
        for number in 0..<count {
            let mutated = try Samples.media(Mutation.of(bytes, &dice))
            do {
                _ = try await workshop.thumbnails(of: mutated)
            } catch let refusal as MediaRefusal {
                #expect(!refusal.isPassing && refusal != .badOutput, "seed 16, number \(number): \(refusal)")
            }
            if number.isMultiple(of: 20) { #expect(try await workshop.thumbnails(of: good) == expected) }
        }
        #expect(try await workshop.thumbnails(of: good) == expected)
    }
}
