import Glibc
import Transport
import Wire

/// A server of our own, on free loopback ports, with its bounds raised so that they are not what is measured.
final class ServerProcess {
    let pid: pid_t
    let program: ServerProgram
    let address: BenchServerAddress
    let adminPort: UInt16
    var port: UInt16 { address.port }
    private var isRunning = true

    /// Rates that no load of ours reaches.
    private static let limits = [
        "SOTTO_LIMIT_REQUESTS", "SOTTO_LIMIT_REGISTRATIONS", "SOTTO_LIMIT_LOGINS", "SOTTO_LIMIT_CLAIMS",
        "SOTTO_LIMIT_SENDS", "SOTTO_LIMIT_SOCKETS", "SOTTO_LIMIT_SEALED_CLAIMS", "SOTTO_LIMIT_SEALED_DELIVERIES",
        "SOTTO_LIMIT_SEALED_REQUESTS",
    ]

    /// Starts `program` over `dataFolder`; it may not answer yet: see ``waitUntilReady(secondsMax:)``.
    /// - Parameter prefix: a program that runs it, such as a tracer with its options.
    /// - Parameter certificate: what it speaks TLS with; without one it speaks none.
    init(
        _ program: ServerProgram, dataFolder: String, prefix: [String] = [], certificate: BenchCertificate? = nil
    ) throws(BenchError) {
        let ports = [try FreePort.take(), try FreePort.take()]
        self.program = program
        address = BenchServerAddress(port: ports[0], certificate: certificate)
        adminPort = ports[1]
        var words = prefix + [program.path] + program.words + [
            "--data", dataFolder, "--listen", "127.0.0.1:\(ports[0])", "--admin", "127.0.0.1:\(ports[1])",
        ]
        if let certificate { words += ["--tls-certificate", certificate.path, "--tls-key", certificate.keyPath] }
        var environment = Self.limits.map { "\($0)=1000000000/1000000000" }
        environment += [
            "SOTTO_LIMIT_UPLOAD_BYTES=1e15/1e15", "SOTTO_LIMIT_SEALED_BYTES=1e15/1e15",
            "SOTTO_LIMIT_ADDED_BYTES=1e15/1e15", "SOTTO_LIMIT_ADDED_ROWS=1e15/1e15",
            "SOTTO_ACCOUNT_LOG_BYTES=\(UInt64(1) << 50)", "SOTTO_ACCOUNT_MEMBERSHIPS=1000000000",
            "SOTTO_MEDIA_FILE_BYTES=\(Limits.mediaByteCountMax)",
            "SOTTO_MEDIA_ACCOUNT_BYTES=\(UInt64(1) << 50)", "SOTTO_MEDIA_SERVER_BYTES=\(UInt64(1) << 50)",
        ]
        for name in ["PATH", "LD_LIBRARY_PATH", "HOME", "SOTTO_LOOPS"] {
            if let value = getenv(name) { environment.append("\(name)=\(String(cString: value))") }
        }
        pid = try ChildProgram.start(words, environment: environment)
    }

    deinit { stop() }

    /// Waits for the first answer of the client port, or under TLS of the other one, which comes later.
    /// - Returns: nanoseconds from `start` to the answer.
    @discardableResult
    func waitUntilReady(since start: UInt64 = Monotonic.now(), secondsMax: UInt64 = 60) throws(BenchError) -> UInt64 {
        while Monotonic.now() - start < secondsMax * 1_000_000_000 {
            try Interruption.check()
            let isReady = address.certificate == nil
                ? RawSocket.answers(port: port, target: "/v1/time")
                : RawSocket.answers(port: adminPort, target: "/healthz")
            if isReady { return Monotonic.now() - start }
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
}

/// Where the clients' side of a server listens, and what it proves itself with.
struct BenchServerAddress: Sendable {
    let port: UInt16
    var certificate: BenchCertificate?
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
