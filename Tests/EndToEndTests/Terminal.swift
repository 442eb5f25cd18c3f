import CLinux
import Glibc
import TestKit
import Testing

/// Runs `sotto` with a folder of its own, as somebody at a terminal would.
final class Terminal {
    struct Ended {
        let status: Int32
        let output: String
        let errors: String
    }

    /// A program that runs. Owned by one test.
    final class Running {
        let pid: pid_t
        private let output: Int32
        private let errors: Int32

        init(pid: pid_t, output: Int32, errors: Int32) {
            self.pid = pid
            self.output = output
            self.errors = errors
        }

        /// The next line of its output.
        func readLine() -> String { Self.readLine(of: output) }

        /// The next line of what it says beside that.
        func readErrorLine() -> String { Self.readLine(of: errors) }

        private static func readLine(of descriptor: Int32) -> String {
            var line: [UInt8] = []
            var byte: UInt8 = 0
            while read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
                // A terminal puts one before each end of a line.
                if byte != UInt8(ascii: "\r") { line.append(byte) }
            }
            return String(decoding: line, as: UTF8.self)
        }

        /// Waits for its end.
        func end() -> Ended {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1, errno == EINTR {}
            // What it said fits a pipe. Its end is not waited for: a child of another test may have inherited one.
            let texts = [Self.readWhatIsThere(output), Self.readWhatIsThere(errors)]
            // Whatever is printed for programs is in the catalogue.
            if texts[0].hasPrefix("{") {
                for failure in RecordCheck.failures(in: texts[0]) { Issue.record("\(failure)") }
            }
            return Ended(
                status: status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F), output: texts[0], errors: texts[1])
        }

        private static func readWhatIsThere(_ descriptor: Int32) -> String {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(descriptor, &chunk, chunk.count)
                if count == -1, errno == EINTR { continue }
                guard count > 0 else { break }
                bytes += chunk[..<count]
            }
            close(descriptor)
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private let folder: TemporaryFolder
    private let environment: [String]

    init(_ house: House) throws {
        folder = try TemporaryFolder()
        environment = [
            "SOTTO_SERVER=http://127.0.0.1:\(house.server.port)", "SOTTO_CLIENT_DATA=\(folder.path)/account",
            "PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=no",
        ]
    }

    /// Without a server, for what needs none.
    init() throws {
        folder = try TemporaryFolder()
        environment = ["SOTTO_CLIENT_DATA=\(folder.path)/account", "PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=no"]
    }

    func run(_ arguments: String..., input: String = "") throws -> Ended {
        try run(arguments, input: input)
    }

    func run(_ arguments: [String], input: String = "") throws -> Ended {
        try start(arguments, input: input).end()
    }

    /// - Parameters:
    ///   - input: at most what a pipe holds, 64 KiB; `nil` for none at all, not even an empty one.
    ///   - isWatched: whether standard error is a terminal.
    func start(_ arguments: [String], input: String? = "", isWatched: Bool = false) throws -> Running {
        let (fromInput, toInput) = try pipeEnds()
        let (fromOutput, toOutput) = try pipeEnds()
        let (fromErrors, toErrors) = try isWatched ? terminalEnds() : pipeEnds()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (end, standard) in [(fromInput, 0), (toOutput, 1), (toErrors, 2)] as [(Int32, Int32)] {
            posix_spawn_file_actions_adddup2(&actions, end, standard)
        }
        if input == nil { posix_spawn_file_actions_addclose(&actions, 0) }
        let program = BuildFolder.path + "/sotto"
        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup($0) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, nil, &argv, &envp)
        for end in [fromInput, toOutput, toErrors] { close(end) }
        guard code == 0 else { throw ServerProcess.Failure(description: "cannot start sotto: \(code)") }
        let bytes = Array((input ?? "").utf8)
        _ = write(toInput, bytes, bytes.count)
        close(toInput)
        return Running(pid: pid, output: fromOutput, errors: fromErrors)
    }

    /// Both ends of a terminal, which are not for other children.
    private func terminalEnds() throws -> (from: Int32, to: Int32) {
        let from = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, UInt32) = (0, 0)
        // TIOCSPTLCK lets the other end be opened, TIOCGPTN says which it is: Glibc has calls, and its module none.
        guard from >= 0, ioctl(from, 0x4004_5431, &lock) == 0, ioctl(from, 0x8004_5430, &number) == 0 else {
            throw ServerProcess.Failure(description: "no terminal")
        }
        let to = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard to >= 0 else { throw ServerProcess.Failure(description: "no terminal") }
        return (from, to)
    }

    /// Both ends, which are not for other children.
    private func pipeEnds() throws -> (from: Int32, to: Int32) {
        var ends: [Int32] = [0, 0]
        guard sotto_pipe(&ends) == 0 else { throw ServerProcess.Failure(description: "no pipe") }
        return (ends[0], ends[1])
    }
}
