import Client
import Glibc
import Synchronization
import Wire

@main
struct Main {
    static func main() async {
        umask(0o077)
        Input.fillStandardDescriptors()
        Interrupts.take()
        let environment: @Sendable (String) -> String? = { (name) in getenv(name).map { String(cString: $0) } }
        let parser = CommandLineParser(commands: SottoCommand.all, environment: environment)
        do {
            switch try parser.parse(try CommandLineParser.texts(words)) {
            case .version: Output.write("sotto \(Release.version)\n", to: STDOUT_FILENO)
            case .help(let commands): Output.write(Help.text(commands) + "\n", to: STDOUT_FILENO)
            case .run(let typed): exit(taken(await status(of: typed, environment)).rawValue)
            }
            exit(taken(.done).rawValue)
        } catch {
            let output = Output(isJSON: parser.wantsRecords(CommandLine.arguments))
            output.failure(error, exit: .usage)
            exit(ExitStatus.usage.rawValue)
        }
    }

    /// The command line as the system gives it: the library mends what is not UTF-8.
    private static var words: [[UInt8]] {
        let all = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
        return all.dropFirst().compactMap { (word) in
            word.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        }
    }

    /// Nothing is done whose results nobody took.
    private static func taken(_ status: ExitStatus) -> ExitStatus {
        guard status == .done, Output.isLost.load(ordering: .relaxed) else { return status }
        Output.complain("What was to be printed was not taken: the disk is full, or standard output is closed.")
        return .failed
    }

    /// Does what was asked for.
    private static func status(
        of typed: Invocation, _ environment: @escaping @Sendable (String) -> String?
    ) async -> ExitStatus {
        let output = Output(isJSON: typed.has("--json"))
        let network = SottoNetwork()
        defer { network.shutdown() }
        do {
            try typed.command.check(typed)
            return try await run(typed, Setup(typed: typed, environment: environment), output, network)
        } catch let signalled as EndedBySignal {
            network.shutdown()
            Interrupts.end(by: signalled)
        } catch {
            let status = ExitStatus(error)
            output.failure(error, exit: status)
            return status
        }
    }

    private static func run(
        _ typed: Invocation, _ setup: Setup, _ output: Output, _ network: SottoNetwork
    ) async throws -> ExitStatus {
        let ending = Ending()
        Interrupts.watch { ending.begin() }
        let work: @Sendable (CommandSession) async throws -> Void
        switch typed.command.work {
        case .alone(let work):
            let task = Task { try await work(typed, output) }
            ending.cancels(task)
            return try await task.value
        case .overNetwork(let work):
            let task = Task { try await work(typed, setup, output, network) }
            ending.cancels(task)
            return try await task.value
        case .withAccount(let given), .beginning(let given): work = given
        }
        let account = try await setup.open(over: network)
        let task = Task { try await work(CommandSession(account: account, typed: typed, output: output)) }
        ending.cancels(task)
        let silence = Task { await Silence.watch(for: .seconds(2), output) }
        let result = await task.result
        silence.cancel()
        await account.close()
        try result.get()
        return .done
    }
}
