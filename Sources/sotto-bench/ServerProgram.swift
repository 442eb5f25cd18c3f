/// What is started and driven: `sottod`, or the bare relay of `Benchmarks/relay` that says what is left of the time
/// when a server only commits and forwards.
struct ServerProgram: Sendable {
    let name: String
    let path: String
    /// Before those that every program gets.
    let words: [String]
    /// The relay takes the number of any account as its token; a server wants accounts to be registered.
    let takesAnyAccount: Bool

    static func sottod(_ path: String) -> ServerProgram {
        ServerProgram(name: "Sotto", path: path, words: ["--log-level", "warning"], takesAnyAccount: false)
    }

    /// How the relay keeps messages.
    enum RelayStore: String, CaseIterable { case log, sqlite }

    static func relay(_ path: String, _ store: RelayStore) -> ServerProgram {
        ServerProgram(
            name: store == .log ? "relay, log" : "relay, SQLite", path: path, words: ["--store", store.rawValue],
            takesAnyAccount: true)
    }
}
