import CLinux
public import Glibc
public import Wire

/// A real `sottod` on free loopback ports with a data folder of its own.
public final class ServerProcess: @unchecked Sendable {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        public init(description: String) { self.description = description }
    }

    public let port: UInt16
    public let adminPort: UInt16
    public let dataFolder: String
    public let pid: pid_t
    /// Where its standard error goes.
    public let logPath: String
    // Whoever ends the process first; tests use one task for that.
    private var hasEnded = false

    /// Starts it and waits until it says where it listens.
    /// - Parameters:
    ///   - shard: what it is told to be; `nil` leaves it to the server.
    ///   - arguments: after `--data`, `--shard`, `--listen` and `--admin`, which are given.
    public init(
        dataFolder: String, shard: Shard? = .ofTests, arguments: [String] = [], environment: [String] = [],
        prefix: [String] = [], logPath: String? = nil
    ) throws {
        self.dataFolder = dataFolder
        self.logPath = logPath ?? dataFolder + ".log"
        let program = BuildFolder.path + "/sottod"
        let command =
            prefix + [
                program, "--data", dataFolder, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--log-form",
                "json",
            ] + (shard.map { ["--shard", "\($0)"] } ?? []) + arguments
        var ends: [Int32] = [0, 0]
        // Closed on exec from the first moment: a server started beside this one that inherited an end would keep us
        // waiting for the end of the text, for as long as it runs.
        guard sotto_pipe(&ends) == 0 else { throw Failure(description: "no pipe") }
        pid = try Self.spawn(command, environment: environment, output: ends[1], logPath: self.logPath)
        close(ends[1])
        let text = Self.readWelcome(ends[0])
        close(ends[0])
        let ports = text.split(separator: "\n").compactMap { (line) -> UInt16? in
            guard line.contains("http"), let colon = line.lastIndex(of: ":") else { return nil }
            return UInt16(line[line.index(after: colon)...].prefix { $0.isNumber })
        }
        guard ports.count >= 2 else {
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            throw Failure(description: "sottod ended with \(status >> 8 & 0xFF): \(TextFile.read(self.logPath))")
        }
        (port, adminPort) = (ports[0], ports[1])
    }

    deinit {
        if !hasEnded { end(SIGKILL) }
    }

    /// Ends it in order and gives its exit status.
    @discardableResult
    public func stop() -> Int32 { end(SIGTERM) }

    /// As a power cut would, but for the disk.
    public func kill() { end(SIGKILL) }

    /// As a bug in memory safety would.
    public func crash() { end(SIGSEGV) }

    @discardableResult
    private func end(_ signal: Int32) -> Int32 {
        hasEnded = true
        Glibc.kill(pid, signal)
        if !ends(within: 120) {
            // A test that never ends would say less than this.
            print("sottod did not end after signal \(signal). Its threads wait in:\n\(waits)\n\(log)")
            Glibc.kill(pid, SIGABRT)
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    private func ends(within seconds: Int32) -> Bool {
        let file = sotto_process_file(pid)
        guard file >= 0 else { return true }
        defer { close(file) }
        var waiting = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, seconds * 1000) != 0
    }

    /// What the kernel says of each thread: its name, and what it waits for.
    private var waits: String {
        TemporaryFolder.names("/proc/\(pid)/task").map { (thread) in
            let place = "/proc/\(pid)/task/\(thread)"
            return TextFile.read(place + "/comm") + TextFile.read(place + "/wchan")
        }.joined(separator: "\n")
    }

    public var log: String { TextFile.read(logPath) }

    private static func spawn(
        _ command: [String], environment: [String], output: Int32, logPath: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var pid: pid_t = 0
        var argv = command.map { strdup($0) } + [nil]
        var envp = (environment + ["PATH=/usr/bin:/bin:/usr/sbin:/sbin"]).map { strdup($0) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        let code = posix_spawnp(&pid, command[0], &actions, nil, &argv, &envp)
        guard code == 0 else {
            throw Failure(description: "cannot start \(command[0]): \(String(cString: strerror(code)))")
        }
        return pid
    }

    /// Everything up to the last line of the welcome, or the end.
    private static func readWelcome(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == -1, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[0..<count]
            if String(decoding: bytes, as: UTF8.self).contains("nothing accepted is lost.") { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Where the build put the programs: beside the test bundle.
public enum BuildFolder {
    public static let path: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let executable =
            count > 0 ? String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
        return executable.lastIndex(of: "/").map { String(executable[..<$0]) } ?? "."
    }()
}

public enum TextFile {
    /// The file's bytes as text; empty when there is none.
    public static func read(_ path: String) -> String { String(decoding: bytes(path), as: UTF8.self) }

    public static func bytes(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { return bytes }
            bytes += chunk[0..<count]
        }
    }
}

/// A folder that goes with the value that made it.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() throws {
        let root = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
        var template = Array("\(root)/sotto-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ServerProcess.Failure(description: "no temporary folder in \(root)")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// Every regular file below, with its path.
    public var files: [String] { Self.files(below: path) }

    private static func files(below folder: String) -> [String] {
        entries(folder).flatMap { (name, isFolder) in
            isFolder ? files(below: "\(folder)/\(name)") : ["\(folder)/\(name)"]
        }
    }

    static func names(_ folder: String) -> [String] { entries(folder).map { $0.name } }

    private static func remove(_ folder: String) {
        for (name, isFolder) in entries(folder) {
            if isFolder { remove("\(folder)/\(name)") } else { unlink("\(folder)/\(name)") }
        }
        rmdir(folder)
    }

    private static func entries(_ folder: String) -> [(name: String, isFolder: Bool)] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [(String, Bool)] = []
        while let entry = readdir(stream) {
            // In its place: a copy would be of the longest name that there may be, and read behind the last entry.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { (raw) in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { found.append((name, entry.pointee.d_type == UInt8(DT_DIR))) }
        }
        return found
    }
}
