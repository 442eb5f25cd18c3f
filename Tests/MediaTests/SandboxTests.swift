import Glibc
import TestKit
import Testing

@testable import Media

/// Starts a prisoner that enters the worker's sandbox and tries to get out.
@Suite("The worker's sandbox")
struct SandboxTests {
    static let attempts = [
        "read-file", "create-file", "list-folder", "read-proc", "stat-file", "internet-socket", "unix-socket", "exec",
        "spawn", "fork", "executable-memory", "make-executable", "signal-parent", "read-parent", "trace", "namespaces",
        "write-elsewhere", "memory", "raise-limit", "allow-dumping", "io-uring", "bpf", "userfaultfd", "other-numbers",
    ]

    /// What an ordinary process may do anywhere, so that a refusal is the sandbox's.
    static let ordinary = [
        "read-file", "list-folder", "read-proc", "stat-file", "internet-socket", "unix-socket", "exec", "spawn", "fork",
        "executable-memory", "make-executable", "signal-parent", "trace", "write-elsewhere", "memory", "allow-dumping",
    ]

    private func outcome(_ mode: String, _ attempt: String) throws -> Int32 {
        try Program.run([BuildFolder.path + "/media-prisoner", mode, attempt])
    }

    @Test("nothing gets through", arguments: attempts)
    func locked(attempt: String) throws {
        #expect([0, -SIGSYS].contains(try outcome("locked", attempt)))
    }

    @Test("without it, the same attempts get through", arguments: ordinary)
    func free(attempt: String) throws {
        #expect(try outcome("free", attempt) == 10)
    }

    @Test("the filter alone refuses what Landlock refuses too, for kernels without it", arguments: [
        "read-file", "create-file", "list-folder", "read-proc", "signal-parent", "read-parent", "unix-socket",
    ])
    func filterAlone(attempt: String) throws {
        #expect([0, -SIGSYS].contains(try outcome("filter", attempt)))
    }

    @Test("Landlock alone refuses every file", arguments: ["read-file", "create-file", "list-folder", "read-proc"])
    func landlockAlone(attempt: String) throws {
        #expect(try outcome("landlock", attempt) == 0)
    }

    @Test("a worker holds no descriptor but its socket and no variable of its parent, and is filtered")
    func worker() async throws {
        setenv("SOTTO_TEST_SECRET", "canary", 1)
        let workshop = Workshop()
        _ = try await workshop.thumbnails(of: Samples.media(Samples.folder + "rgb.png"))
        let process = try #require(workshop.pool.counts.processes.first)
        let status = TextFile.read("/proc/\(process)/status")
        #expect(status.contains("\nSeccomp:\t2\n"))
        #expect(status.contains("\nNoNewPrivs:\t1\n"))
        let limits = TextFile.read("/proc/\(process)/limits").split(separator: "\n").map { (line) in
            line.split(separator: " ").joined(separator: " ")
        }
        #expect(limits.contains("Max file size 0 0 bytes"))
        #expect(limits.contains("Max core file size 0 0 bytes"))
        #expect(limits.contains("Max address space \(640 << 20) \(640 << 20) bytes"))
        // Readable for root alone, since the worker forbids its own dumping.
        guard geteuid() == 0 else { return }
        #expect(!TextFile.read("/proc/\(process)/environ").contains("canary"))
        let folder = try #require(opendir("/proc/\(process)/fd"))
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        #expect(count - 2 == 4)
    }
}
