import Glibc
import Transport

/// Measures, and serves what is measured against. One verb a file.
@main
struct SottoBench {
    static func main() async {
        let arguments = Arguments(CommandLine.arguments.dropFirst())
        do {
            switch arguments.verb {
            case "echo": try await EchoVerb.run(arguments)
            case "load": try await LoadVerb.run(arguments)
            default:
                print("usage: sotto-bench echo --port N [--threads N] [--cert FILE --key FILE]")
                print("       sotto-bench load --port N --kind http|ws|hub|idle [--pid SERVER] [--connections N] ...")
                exit(2)
            }
        } catch {
            print("sotto-bench: \(error)")
            exit(1)
        }
    }
}
