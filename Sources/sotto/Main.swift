import Client
import Glibc

@main
struct Main {
    static func main() async {
        umask(0o077)
        Interrupts.take()
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
        if arguments.verb == .media { exit(await runMedia(arguments)) }
        let network = ClientNetwork()
        let status = arguments.verb == .auditLog
            ? await runAudit(arguments, over: network) : await run(arguments, over: network)
        network.shutdown()
        exit(status)
    }

    /// Needs no account and no server.
    private static func runMedia(_ arguments: Arguments) async -> Int32 {
        do {
            return try await Verb.media(arguments, Output(isJSON: arguments.switches.contains("--json")))
        } catch let error as UsageError {
            Output.complain(error.message)
            return 2
        } catch {
            Output.complain("\(error)")
            return 1
        }
    }

    /// Needs no account.
    private static func runAudit(_ arguments: Arguments, over network: ClientNetwork) async -> Int32 {
        let output = Output(isJSON: arguments.switches.contains("--json"))
        let setup = Setup(arguments: arguments) { (name) in getenv(name).map { String(cString: $0) } }
        do {
            return try await Verb.auditLog(arguments, setup, output, over: network)
        } catch let error as ClientError {
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

    private static func run(_ arguments: Arguments, over network: ClientNetwork) async -> Int32 {
        let output = Output(isJSON: arguments.switches.contains("--json"))
        let setup = Setup(arguments: arguments) { (name) in getenv(name).map { String(cString: $0) } }
        do {
            let client = try setup.open(over: network)
            let work = Task { try await arguments.verb.run(client, arguments, output) }
            Interrupts.watch { work.cancel() }
            let result = await work.result
            await client.close()
            try result.get()
            return 0
        } catch let error as ClientError {
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
}
