/// What a key log must never show. Each is proof, with the signed heads, that its server told two stories or broke the
/// rules of the log (docs/protocol/transparency.md, "Auditing").
public enum KeyLogFraud: Error, Hashable, Sendable {
    /// The log is signed by another key than before.
    case anotherKey
    /// The head is not signed by the server.
    case badSignature
    /// Two trees of one size have different roots.
    case forked(size: UInt64)
    /// The log is shorter than it was.
    case rolledBack(knownSize: UInt64, size: UInt64)
    /// An entry is another than it was.
    case rewritten(index: UInt64)
    /// The entries do not make the root that the server signed.
    case otherRoot(size: UInt64)
    /// The server signed a larger tree than it gives out entries of.
    case withheld(index: UInt64)
    /// Bytes that are no entry.
    case noEntry(index: UInt64)
    /// An adopted entry behind one that is not.
    case adoptedLate(index: UInt64)
    /// An account's epochs leave some out before this entry.
    case missingEntry(index: UInt64, expectedEpoch: UInt64, epoch: UInt64)
    /// An account has this epoch, or a later one, already.
    case repeatedEpoch(index: UInt64, epoch: UInt64)
}

extension KeyLogFraud: CustomStringConvertible {
    /// A sentence for whoever runs an auditor.
    public var description: String {
        switch self {
        case .anotherKey: "The log is signed by another key than before."
        case .badSignature: "The head of the log is not signed by the server."
        case .forked(let size): "Forked: the server signed two different trees of \(size) entries."
        case .rolledBack(let known, let size): "Rolled back: the log had \(known) entries, and has \(size)."
        case .rewritten(let index): "Rewritten: entry \(index) is another than it was."
        case .otherRoot(let size): "The \(size) entries do not make the root that the server signed."
        case .withheld(let index): "Withheld: the server signed entry \(index) and does not give it out."
        case .noEntry(let index): "What stands at \(index) is no entry."
        case .adoptedLate(let index): "Entry \(index) is adopted, after changes were logged."
        case .missingEntry(let index, let expected, let epoch):
            "Missing entry: at \(index) an account's list \(epoch) follows, where list \(expected) is due."
        case .repeatedEpoch(let index, let epoch):
            "Repeated: at \(index) stands a list \(epoch) of an account that has one already."
        }
    }
}
