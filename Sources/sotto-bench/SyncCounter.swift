import Glibc

/// Counts the calls of this process that wait for a disk, with strace beside it. What is counted is slower for it, so
/// it is never what is timed.
struct SyncCounter {
    private let tracer: pid_t
    private let report: String

    /// Runs `body` with a counter, or with none where strace is missing or may not look into this process.
    static func watching<Result>(
        _ folder: TemporaryFolder, _ body: (SyncCounter?) async throws -> Result
    ) async throws -> Result {
        let counter = SyncCounter("\(folder.path)/syncs")
        defer { counter?.stop() }
        return try await body(counter)
    }

    private init?(_ report: String) {
        self.report = report
        let words = ["strace", "-f", "-qq", "-e", "trace=fdatasync,fsync", "-o", report, "-p", "\(getpid())"]
        guard let tracer = try? ChildProgram.start(words) else { return nil }
        self.tracer = tracer
        let deadline = Monotonic.now() + 5_000_000_000
        while !Self.isTraced {
            var status: Int32 = 0
            if waitpid(tracer, &status, WNOHANG) == tracer { return nil }
            guard Monotonic.now() < deadline else {
                stop()
                return nil
            }
            Monotonic.sleep(nanoseconds: 10_000_000)
        }
    }

    /// How many there were since it began. A call is in the report once it has returned.
    var count: Int { TextFile.read(report).split(separator: "\n").count { $0.contains(") ") && $0.contains("= ") } }

    /// Whether every thread of this process is.
    private static var isTraced: Bool {
        let threads = TemporaryFolder.names(in: "/proc/self/task")
        return !threads.isEmpty && threads.allSatisfy { (thread) in
            TextFile.read("/proc/self/task/\(thread)/status").split(separator: "\n")
                .contains { $0.hasPrefix("TracerPid:") && !$0.hasSuffix("\t0") }
        }
    }

    private func stop() {
        kill(tracer, SIGTERM)
        waitpid(tracer, nil, 0)
    }
}
