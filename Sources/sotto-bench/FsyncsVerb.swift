import Glibc

/// `fsyncs`: a short one-to-one with the server under strace, which counts what the kernel was really asked for.
enum FsyncsVerb {
    static func measure(_ rig: Rig) async throws -> Measurement {
        let report = "\(rig.folder.path)/strace"
        // -D: the tracer is a grandchild, so that the process we started is the server.
        let prefix = ["strace", "-D", "-f", "-c", "-e", "trace=fdatasync,fsync", "-o", report]
        let run: PairRun
        do {
            run = try await PairRun(rig, PairShape(), seconds: 2, prefix: prefix)
        } catch BenchError.system(let what, ENOENT) {
            throw BenchError.server("\(what): strace is needed to count system calls")
        }
        var calls: Double?
        for _ in 0..<100 where calls == nil {
            calls = count(in: TextFile.read(report))
            Monotonic.sleep(nanoseconds: 20_000_000)
        }
        guard let calls else { throw BenchError.server("strace left no report") }
        return Measurement(
            verb: "fsyncs", title: "fsyncs: one-to-one with the server under strace, from its start to its end",
            figures: [
                Figure("fsyncs", "fdatasync and fsync calls", calls, ""),
                Figure("commits", "commits up to the end of the load", Double(run.commitsInAll), ""),
                Figure(
                    "fsyncsPerCommit", "calls a commit", calls / Double(max(1, run.commitsInAll)), "",
                    target: .atLeast(1)),
                Figure("messages", "messages accepted and delivered while measuring", Double(run.messages), ""),
            ])
    }

    /// Adds the column `calls` up; `nil` while the report is not complete.
    private static func count(in report: String) -> Double? {
        guard report.contains("total") else { return nil }
        var sum = 0.0
        for line in report.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let name = words.last, name == "fdatasync" || name == "fsync", words.count > 3 else { continue }
            sum += Double(words[3]) ?? 0
        }
        return sum
    }
}
