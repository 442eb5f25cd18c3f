import Glibc
import Transport

/// What every verb works with: a folder on the disk that is measured, the server's program, and this run's ceiling.
final class Rig {
    static let bodyByteCount = 500

    /// `--bytes` of the loads that take it.
    var bodyByteCount: Int { arguments.number("bytes", default: Self.bodyByteCount) }
    let arguments: BenchArguments
    let folder: TemporaryFolder
    /// The server that is measured.
    let program: ServerProgram
    let group = EventLoopGroup(count: 1)
    let ceiling: Ceiling
    var loop: EventLoop { group.loops[0] }
    var isQuick: Bool { arguments.has("quick") }
    private var serverCount = 0
    private var madeCertificate: BenchCertificate?

    init(_ arguments: BenchArguments) throws(BenchError) {
        self.arguments = arguments
        folder = try TemporaryFolder(in: arguments["data"] ?? ".")
        do throws(BenchError) {
            program = .sottod(try Self.program(arguments["server-binary"], orNeighbour: "sottod"))
            ceiling = try Ceiling(
                in: folder.path, bodyByteCount: Self.bodyByteCount, seconds: arguments.has("quick") ? 0.4 : 1)
        } catch {
            folder.remove()
            group.shutdown()
            throw error
        }
    }

    /// Stops what runs and removes the folder.
    func close() {
        group.shutdown()
        folder.remove()
    }

    /// Runs `body` with a server over an empty folder of its own, and ends the server whatever happens.
    func withServer<Result>(
        _ program: ServerProgram? = nil, prefix: [String] = [], isSecure: Bool = false,
        _ body: (ServerProcess) async throws -> Result
    ) async throws -> Result {
        serverCount += 1
        let certificate = isSecure ? try certificate() : nil
        let server = try ServerProcess(
            program ?? self.program, dataFolder: dataFolder, prefix: prefix, certificate: certificate)
        defer { server.stop() }
        try server.waitUntilReady()
        return try await body(server)
    }

    /// One for all servers of the run.
    private func certificate() throws(BenchError) -> BenchCertificate {
        if let madeCertificate { return madeCertificate }
        let made = try BenchCertificate(in: folder.path)
        madeCertificate = made
        return made
    }

    /// The folder of the latest server.
    var dataFolder: String { "\(folder.path)/\(dataName)" }
    var dataName: String { "data-\(serverCount)" }

    /// A server over a folder that another one left.
    func restart(over folder: String) throws(BenchError) -> ServerProcess {
        try ServerProcess(program, dataFolder: folder)
    }

    func seconds(_ usual: Double, quick: Double) -> Double {
        arguments["seconds"].flatMap { Double($0) } ?? (isQuick ? quick : usual)
    }

    /// The figures on the disk, for a table of their own.
    var ceilingFigures: [Figure] {
        [
            Figure("ceilingPerSecond", "group-commit log, 256 in flight", ceiling.recordsPerSecond, "/s"),
            Figure("ceilingGroupP50", "one group, p50", ceiling.group.microseconds(at: 0.5), "µs"),
            Figure("ceilingGroupP99", "one group, p99", ceiling.group.microseconds(at: 0.99), "µs"),
            Figure("ceilingCPU", "CPU a record", ceiling.cpuMicrosecondsPerRecord, "µs"),
            Figure("fdatasyncP50", "one record and its fdatasync, p50", ceiling.single.microseconds(at: 0.5), "µs"),
            Figure("fdatasyncP99", "one record and its fdatasync, p99", ceiling.single.microseconds(at: 0.99), "µs"),
        ]
    }

    /// The program that was named, or else the one beside this one.
    static func program(_ given: String?, orNeighbour name: String) throws(BenchError) -> String {
        if let given { return given }
        return try neighbour(name)
    }

    /// A program beside this one.
    static func neighbour(_ name: String) throws(BenchError) -> String {
        guard let path = realpath("/proc/self/exe", nil) else { throw .system("no path to this program", errno: errno) }
        defer { free(path) }
        let own = String(cString: path)
        guard let slash = own.lastIndex(of: "/") else { throw .usage("give --server-binary") }
        return own[...slash] + name
    }
}
