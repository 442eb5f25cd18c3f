import Glibc
import TestKit
import Testing

@testable import Media

/// Programs that every system has, and a prisoner that tries to get out.
@Suite("A foreign program, locked in", .enabled(if: LockedProgram.isPossible, "this kernel has no Landlock"))
struct LockedProgramTests {
    /// Where this test's own libraries come from, which the prisoner needs too.
    private static let libraryFolders: [String] = {
        let maps = TextFile.read("/proc/self/maps").split(separator: "\n").compactMap { (line) -> String? in
            guard let slash = line.firstIndex(of: "/"), line.contains(".so") else { return nil }
            return line[slash...].split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
        }
        return ProgramFiles.usualLibraryFolders + Array(Set(maps))
    }()

    private func run(
        _ path: String, _ arguments: [String] = [], on bytes: [UInt8] = Array("input".utf8),
        change: (inout LockedProgram.Bounds) -> Void = { (_) in }
    ) throws -> (output: String, failure: LockedProgram.Failure?) {
        var bounds = LockedProgram.Bounds(processorSecondsMax: 5, outputByteCountMax: 1 << 20)
        change(&bounds)
        var output: [UInt8] = []
        let program = LockedProgram(path: path, libraryFolders: Self.libraryFolders)
        let input = try Samples.file(bytes)
        do throws(LockedProgram.Failure) {
            try program.run(arguments, on: input, within: bounds) { output += $0 }
        } catch {
            return (String(decoding: output, as: UTF8.self), error)
        }
        return (String(decoding: output, as: UTF8.self), nil)
    }

    @Test("it reads its file and writes to its output")
    func work() throws {
        let result = try run("/bin/cat", [LockedProgram.inputPath])
        #expect(result.output == "input" && result.failure == nil)
    }

    @Test("it sees no variable of its parent, no other descriptor, and no other file", arguments: [
        "/etc/passwd", "/etc/hostname", "/proc/self/environ", "/proc/self/maps", "/proc/1/cmdline", "/dev/zero",
        #filePath,
    ])
    func blindness(path: String) throws {
        setenv("SOTTO_TEST_SECRET", "canary", 1)
        #expect(try run("/usr/bin/env").output == "LC_ALL=C\n")
        let result = try run("/bin/cat", [path])
        #expect(result.output.isEmpty && result.failure == .refused(1))
        #expect(try run("/bin/ls", ["/proc/self/fd"]).failure == .refused(2))
    }

    @Test("nothing gets through", arguments: [
        "read-file", "create-file", "list-folder", "read-proc", "internet-socket", "unix-socket", "exec", "spawn",
        "fork", "executable-memory", "make-executable", "signal-parent", "read-parent", "trace", "namespaces", "memory",
        "raise-limit", "allow-dumping", "io-uring", "bpf", "userfaultfd", "other-numbers", "exec-descriptor",
        "write-input", "map-written", "memory-file",
    ])
    func escapes(attempt: String) throws {
        // 10 would say that it got through, 2 that there is no such attempt.
        let failure = try run(BuildFolder.path + "/media-prisoner", on: Array(attempt.utf8)).failure
        #expect([nil, .died(SIGSYS)].contains(failure))
    }

    @Test("the prisoner is there, and says what it was not told to try")
    func prisoner() throws {
        #expect(try run(BuildFolder.path + "/media-prisoner", on: Array("nonsense".utf8)).failure == .refused(2))
    }

    @Test("without the lock, what is new here gets through too", arguments: [
        "exec-descriptor", "memory-file",
    ])
    func free(attempt: String) throws {
        #expect(try Program.run([BuildFolder.path + "/media-prisoner", "free", attempt]) == 10)
    }

    @Test("a program that waits, computes or writes for ever is ended, and so is one that nobody wants any more")
    func ends() throws {
        #expect(try run("/bin/sleep", ["100"]) { $0.milliseconds = 200 }.failure == .late)
        let endless = try run("/usr/bin/yes") { $0.outputByteCountMax = 100_000 }
        #expect(endless.failure == .tooLong && endless.output.utf8.count <= 100_000)
        let busy = try run("/usr/bin/yes") { ($0.processorSecondsMax, $0.outputByteCountMax) = (1, .max) }
        #expect(busy.failure == .late)
        #expect(try run("/bin/sleep", ["100"]) { $0.isCancelled = { true } }.failure == .cancelled)
    }

    @Test("how it ended is told")
    func statuses() throws {
        #expect(try run("/bin/false").failure == .refused(1))
        #expect(try run("/bin/sh", ["-c", "exit 7"]).failure == .refused(7))
        // The shell starts another program, which the filter takes for an intruder.
        #expect(try run("/bin/sh", ["-c", "/bin/true; true"]).failure != nil)
        #expect(try run("/nowhere/program").failure == .unavailable)
    }

    @Test("a script is not started: its interpreter would have to be let in too")
    func script() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/script"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o700)
        _ = write(descriptor, "#!/bin/sh\necho hello\n", 21)
        close(descriptor)
        #expect(try run(path).failure == .unavailable)
    }

    @Test("no child is left behind, and no descriptor")
    func leftovers() throws {
        func count() throws -> Int {
            let folder = try #require(opendir("/proc/self/fd"))
            defer { closedir(folder) }
            var count = 0
            while readdir(folder) != nil { count += 1 }
            return count
        }
        // Other tests open files at the same time, a few: a leak would show as many.
        let before = try count()
        for _ in 0..<40 { _ = try run("/bin/true") }
        #expect(try count() < before + 30)
    }
}
