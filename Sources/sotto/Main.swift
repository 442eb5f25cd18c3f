import Client
import Glibc
import Wire

@main
struct Main {
    static func main() async {
        umask(0o077)
        Input.fillStandardDescriptors()
        Interrupts.take()
        if CommandLine.arguments.dropFirst() == ["--version"] {
            return Output.write("sotto \(Release.version)\n", to: STDOUT_FILENO)
        }
        let arguments: Arguments
        do {
            guard let read = try Arguments.read(Array(CommandLine.arguments.dropFirst())) else {
                return Output.write(Help.general + "\n", to: STDOUT_FILENO)
            }
            arguments = read
        } catch {
            Output.complain(error.message)
            exit(2)
        }
        if arguments.switches.contains("--help") {
            return Output.write(Help.of(arguments.verb) + "\n", to: STDOUT_FILENO)
        }
        let output = Output(isJSON: arguments.switches.contains("--json"))
        let network = SottoNetwork()
        let status = await status(output) { try await run(arguments, over: network, output) }
        network.shutdown()
        exit(status)
    }

    /// Does what was asked for.
    /// - Returns: the status to end with.
    private static func status(_ output: Output, _ work: @Sendable () async throws -> Int32) async -> Int32 {
        do {
            return try await work()
        } catch let error as SottoError {
            output.failure(error)
            return 1
        } catch let error as UsageError {
            Output.complain(error.message)
            return 2
        } catch {
            Output.complain("\(error)")
            return 1
        }
    }

    private static func run(
        _ arguments: Arguments, over network: SottoNetwork, _ output: Output
    ) async throws -> Int32 {
        let setup = Setup(arguments: arguments) { (name) in getenv(name).map { String(cString: $0) } }
        switch arguments.verb.work {
        case .alone(let work): return try await work(arguments, output)
        case .overNetwork(let work): return try await work(arguments, setup, output, network)
        case .withAccount(let work):
            let client = try await setup.open(over: network)
            let work = Task { try await work(client, arguments, output) }
            Interrupts.watch { work.cancel() }
            let silence = Task { await Silence.watch(for: .seconds(2), output) }
            let result = await work.result
            silence.cancel()
            await client.close()
            try result.get()
            return 0
        }
    }
}
