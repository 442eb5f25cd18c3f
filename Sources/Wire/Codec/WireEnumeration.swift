/// An enumeration written as its text.
///
/// One that may get more words later has a case named `later`: a client reads every word that it does not know as that
/// one, and goes on. A server refuses such a word, and nobody ever means the word "later" by it.
public protocol WireEnumeration: WireType, CaseIterable, RawRepresentable where RawValue == String {}

extension WireEnumeration {
    private static var laterWord: String { "later" }

    /// The case of that word, where it is known.
    public init?(word: String) {
        guard word != Self.laterWord, let known = Self(rawValue: word) else { return nil }
        self = known
    }

    public init(wire value: WireValue, in context: WireContext) throws(WireError) {
        guard case .text(let text) = value else { throw WireError(.wrongType(expected: "text", found: value.kind)) }
        if let known = Self(word: text) {
            self = known
        } else if !context.refusesUnknownFields, let later = Self(rawValue: Self.laterWord) {
            self = later
        } else {
            throw WireError(.outOfBounds("must be one of \(Self.words.joined(separator: ", "))"))
        }
    }

    /// The cases that have a word, in their order.
    public static var known: [Self] { allCases.filter { $0.rawValue != laterWord } }

    /// The words that are known, in their order.
    public static var words: [String] { known.map(\.rawValue) }

    public func write(to writer: inout WireWriter) { writer.write(text: rawValue) }

    public static var schema: Schema { .enumeration(name: String(describing: Self.self), cases: words) }

    public static var sample: Self {
        guard let first = known.first else { preconditionFailure("an enumeration without cases") }
        return first
    }
}
