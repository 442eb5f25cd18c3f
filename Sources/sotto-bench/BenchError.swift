/// Why a measurement did not come about. All of it is for a person to read.
enum BenchError: Error, CustomStringConvertible {
    case usage(String)
    case system(String, errno: Int32)
    case server(String)
    /// The server broke a promise: lost, doubled, reordered or refused something.
    case broken(String)
    case interrupted

    var description: String {
        switch self {
        case .usage(let text): text
        case .system(let what, let code): "\(what): \(Monotonic.errorText(code))"
        case .server(let text): text
        case .interrupted: "interrupted"
        case .broken(let text): "the ledger does not balance: \(text)"
        }
    }
}
