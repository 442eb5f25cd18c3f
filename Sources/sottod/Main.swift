import BlobsEngine
import Glibc
import Server
import Store
import Wire

@main
struct Main {
    static func main() async {
        Hardening.apply()
        let configuration: ServerConfiguration
        do {
            var environment: [String: String] = [:]
            for name in ServerSettings.variables { environment[name] = getenv(name).map { String(cString: $0) } }
            var arguments = Array(CommandLine.arguments.dropFirst())
            let isVerifying = arguments.first == "verify"
            if isVerifying { arguments.removeFirst() }
            let acceptsLoss = arguments.first == "accept-loss"
            if acceptsLoss { arguments.removeFirst() }
            switch try ServerSettings.read(arguments: arguments, environment: environment) {
            case .help(let text):
                print(isVerifying ? VerifyVerb.help : acceptsLoss ? AcceptLossVerb.help : text)
                return
            case .run(let read) where isVerifying: exit(VerifyVerb.run(read))
            case .run(let read) where acceptsLoss: exit(AcceptLossVerb.run(read))
            case .run(var read):
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
                return try Store.open(
                    folder: configuration.dataFolder, configuration: storage, afterBatch: afterBatch)
            } openBlobs: {
                try DiskBlobs.open(
                    folder: configuration.dataFolder + "/media",
                    freeByteCountMin: configuration.mediaFreeByteCountMin)
            }
        } catch {
            fail("The server did not start: \(error)", status: 1)
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

    private static func fail(_ message: String, status: Int32) -> Never {
        let line = Array("sottod: \(message)\n".utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(status)
    }
}
