import Glibc
import Transport

/// What every verb works with: a folder on the disk that is measured, the server's program, and this run's ceiling.
final class Rig {
    static let bodyByteCount = 500

    let arguments: Arguments
    let folder: TemporaryFolder
    let binary: String
    let group = EventLoopGroup(count: 1)
    let ceiling: Ceiling
    var loop: EventLoop { group.loops[0] }
    var isQuick: Bool { arguments.has("quick") }
    private var serverCount = 0

    init(_ arguments: Arguments) throws(BenchError) {
        self.arguments = arguments
        folder = try TemporaryFolder(in: arguments["data"] ?? ".")
        do throws(BenchError) {
            if let given = arguments["server-binary"] { binary = given } else { binary = try Self.neighbour("sottod") }
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
        prefix: [String] = [], _ body: (ServerProcess) async throws -> Result
    ) async throws -> Result {
        serverCount += 1
        let server = try ServerProcess(binary: binary, dataFolder: dataFolder, prefix: prefix)
        defer { server.stop() }
        try server.waitUntilReady()
        return try await body(server)
    }

    /// The folder of the latest server.
    var dataFolder: String { "\(folder.path)/\(dataName)" }
    var dataName: String { "data-\(serverCount)" }

    /// A server over a folder that another one left.
    func restart(over folder: String) throws(BenchError) -> ServerProcess {
        try ServerProcess(binary: binary, dataFolder: folder)
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

    /// A program beside this one.
    static func neighbour(_ name: String) throws(BenchError) -> String {
        guard let path = realpath("/proc/self/exe", nil) else { throw .system("no path to this program", errno: errno) }
        defer { free(path) }
        let own = String(cString: path)
        guard let slash = own.lastIndex(of: "/") else { throw .usage("give --server-binary") }
        return own[...slash] + name
    }
}
