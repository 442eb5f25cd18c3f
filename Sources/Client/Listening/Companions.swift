/// What is done beside a connection, at most for as long as it lasts: of each kind one at a time, however often it is
/// asked for. What is asked for meanwhile is done once more afterwards, since it may have come too late for the first.
struct Companions {
    enum Kind: Hashable, CaseIterable {
        /// Until the server says hello.
        case greeting
        case heartbeat
        /// Whether the connection still leads to the server.
        case probe
        case acknowledgement
        case care
        case files
        case preKeys
        case ownList
        /// Of conversations of which entries are missing.
        case catchUp
        /// Of all of them.
        case catchUpAll
    }

    private var running: [Kind: Task<Void, Never>] = [:]
    private var wanted: Set<Kind> = []

    /// All that are under way.
    var tasks: [Task<Void, Never>] { Array(running.values) }

    /// Asks for one.
    /// - Parameter start: called where none of its kind is under way.
    mutating func ask(for kind: Kind, _ start: () -> Task<Void, Never>) {
        if running[kind] == nil { running[kind] = start() } else { wanted.insert(kind) }
    }

    /// Whether one was asked for again.
    func isWantedAgain(_ kind: Kind) -> Bool { wanted.contains(kind) }

    /// Is done no more.
    func end(_ kind: Kind) { running[kind]?.cancel() }

    /// One has come to its end.
    /// - Returns: whether it goes on once more.
    mutating func hasEnded(_ kind: Kind) -> Bool {
        if wanted.remove(kind) != nil { return true }
        running[kind] = nil
        return false
    }
}
