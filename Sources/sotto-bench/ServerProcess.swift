import Glibc
import Transport
import Wire

/// A server of our own, on free loopback ports, with its bounds raised so that they are not what is measured.
final class ServerProcess {
    let pid: pid_t
    let port: UInt16
    let adminPort: UInt16
    private var isRunning = true

    /// Rates that no load of ours reaches.
    private static let limits = [
        "SOTTO_LIMIT_REQUESTS", "SOTTO_LIMIT_REGISTRATIONS", "SOTTO_LIMIT_LOGINS", "SOTTO_LIMIT_CLAIMS",
        "SOTTO_LIMIT_SENDS",
    ]

    /// Starts `binary` over `dataFolder`; it may not answer yet: see ``waitUntilReady(secondsMax:)``.
    /// - Parameter prefix: a program that runs it, such as a tracer with its options.
    init(binary: String, dataFolder: String, prefix: [String] = []) throws(BenchError) {
        let ports = [try FreePort.take(), try FreePort.take()]
        port = ports[0]
        adminPort = ports[1]
        let words = prefix + [
            binary, "--data", dataFolder, "--listen", "127.0.0.1:\(port)", "--admin", "127.0.0.1:\(adminPort)",
            "--log-level", "warning",
        ]
        var environment = Self.limits.map { "\($0)=1000000000/1000000000" }
        environment += [
            "SOTTO_LIMIT_UPLOAD_BYTES=1e15/1e15", "SOTTO_MEDIA_FILE_BYTES=\(Limits.mediaByteCountMax)",
            "SOTTO_MEDIA_ACCOUNT_BYTES=\(UInt64(1) << 50)", "SOTTO_MEDIA_SERVER_BYTES=\(UInt64(1) << 50)",
        ]
        for name in ["PATH", "LD_LIBRARY_PATH", "HOME", "SOTTO_LOOPS"] {
            if let value = getenv(name) { environment.append("\(name)=\(String(cString: value))") }
        }
        pid = try Self.spawn(words, environment)
    }

    deinit { stop() }

    /// Waits for the first answer of the client port.
    /// - Returns: nanoseconds from `start` to the answer.
    @discardableResult
    func waitUntilReady(since start: UInt64 = Monotonic.now(), secondsMax: UInt64 = 60) throws(BenchError) -> UInt64 {
        while Monotonic.now() - start < secondsMax * 1_000_000_000 {
            try Interruption.check()
            if RawSocket.answers(port: port, target: "/v1/time") { return Monotonic.now() - start }
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid {
                isRunning = false
                throw .server("the server ended at once; run it by hand to see why")
            }
            Monotonic.sleep(nanoseconds: 300_000)
        }
        throw .server("the server does not answer on port \(port)")
    }

    /// Ends it in order and waits for that.
    func stop() { end(by: SIGTERM) }

    /// Ends it as a power cut would, short of losing what the kernel holds.
    func kill() { end(by: SIGKILL) }

    private func end(by signal: Int32) {
        guard isRunning else { return }
        isRunning = false
        Glibc.kill(pid, signal)
        var status: Int32 = 0
        for _ in 0..<2000 {
            if waitpid(pid, &status, WNOHANG) != 0 { return }
            Monotonic.sleep(nanoseconds: 10_000_000)
        }
        Glibc.kill(pid, SIGKILL)
        waitpid(pid, &status, 0)
    }

    private static func spawn(_ words: [String], _ environment: [String]) throws(BenchError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        var arguments = words.map { strdup($0) }
        var variables = environment.map { strdup($0) }
        defer { for text in arguments + variables { free(text) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, words[0], &actions, nil, &arguments.terminated, &variables.terminated)
        guard code == 0 else { throw .system("cannot start \(words[0])", errno: code) }
        return pid
    }
}

private extension [UnsafeMutablePointer<CChar>?] {
    /// Ended by the null that C wants.
    var terminated: [UnsafeMutablePointer<CChar>?] {
        get { self + [nil] }
        set { self = newValue.dropLast() }
    }
}

/// Ports that nobody listens on just now.
enum FreePort {
    static func take() throws(BenchError) -> UInt16 {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(file) }
        var address = RawSocket.loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { (pointer) in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, size) == 0 && getsockname(file, $0, &size) == 0
            }
        }
        guard isBound else { throw .system("no free port", errno: errno) }
        return UInt16(bigEndian: address.sin_port)
    }
}
