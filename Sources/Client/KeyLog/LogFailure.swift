/// Why the server's key log is not believed (docs/protocol/transparency.md, "What a client does").
public enum LogFailure: Error, Hashable, Sendable {
    /// A device list came without a proof, or the server names no key for its log.
    case missing
    /// The log is signed by another key than the one known for this server.
    case anotherKey
    /// The head of the log is not signed by the server.
    case badSignature
    /// The proof does not lead from the list to the head of the log.
    case notIncluded
    /// The log does not go on from what was seen of it before: it was rewritten, or is another one.
    case forked
    /// The log is shorter than what was seen of it before.
    case rolledBack
}
