import BlobsEngine
import Glibc
import Server
import Store
import Wire

/// What else the program does than to serve.
private enum DaemonVerb: String {
    case verify
    case acceptLoss = "accept-loss"
}

@main
struct Main {
    static func main() async {
        Hardening.apply()
        let configuration: ServerConfiguration
        do {
            var environment: [String: String] = [:]
            for name in ServerSettings.variables { environment[name] = getenv(name).map { String(cString: $0) } }
            var arguments = Array(CommandLine.arguments.dropFirst())
            let verb = arguments.first.flatMap { DaemonVerb(rawValue: $0) }
            if verb != nil { arguments.removeFirst() }
            let rowsOnly = verb == .verify && arguments.contains(VerifyVerb.rowsOnly)
            if rowsOnly { arguments.removeAll { $0 == VerifyVerb.rowsOnly } }
            let read = try ServerSettings.read(
                arguments: arguments, environment: environment, only: verb.map { (_) in [ServerSettings.dataFlag] },
                program: verb.map { "sottod \($0.rawValue)" } ?? "sottod")
            switch (read, verb) {
            case (.version, _): return print("sottod \(Release.version)")
            case (.help(let text), nil): return print(text)
            case (.help, .verify): return print(VerifyVerb.help)
            case (.help, .acceptLoss): return print(AcceptLossVerb.help)
            case (.run(let read), .verify): exit(VerifyVerb.run(read, rowsOnly: rowsOnly))
            case (.run(let read), .acceptLoss): exit(AcceptLossVerb.run(read))
            case (.run(var read), nil):
                read.mediaWorkerPath = read.mediaWorkerPath ?? workerBesideUs
                configuration = read
            }
        } catch {
            fail(error.message, status: 2)
        }
        let problems = configuration.problems()
        guard problems.isEmpty else { fail(problems.joined(separator: "\n"), status: 2) }
        let signals = Signals()
        let server: Server
        do {
            server = try await Server(configuration, clock: Clock.now) { (afterBatch) in
                var storage = StoreConfiguration()
                storage.shard = configuration.shard
                // What is written between two checkpoints, and a quarter more for what comes during one.
                storage.logByteCountAhead = storage.checkpointByteCount * 5 / 4
                storage.floorByteCount = configuration.diskFloorByteCount
                storage.reserveByteCount = storage.checkpointByteCount * 2
                return try Store.open(
                    folder: configuration.dataFolder, configuration: storage, afterBatch: afterBatch)
            } openBlobs: {
                try DiskBlobs.open(
                    folder: configuration.mediaFolder, floorByteCount: configuration.diskFloorByteCount)
            }
        } catch {
            fail("The server did not start: \(sentence(error))", status: 1)
        }
        Welcome.print(configuration, port: server.port, adminPort: server.adminPort)
        await signals.wait { server.reloadCertificate() }
        await server.shutdown()
    }

    /// `sotto-media` in the folder of this program; `nil` where there is none.
    private static var workerBesideUs: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let end = own.lastIndex(of: "/") else { return nil }
        let path = own[...end] + "sotto-media"
        return access(String(path), X_OK) == 0 ? String(path) : nil
    }

    private static func sentence(_ error: any Error) -> String {
        switch error {
        case let problem as Problem: problem.detail
        case BlobError.full: "The disk that holds the folder of media is full. Free some space and start again."
        case BlobError.failing(let reason): "The folder of media cannot be used: \(reason)."
        default: "\(error)"
        }
    }

    private static func fail(_ message: String, status: Int32) -> Never {
        let line = Array("sottod: \(message)\n".utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(status)
    }
}
