/// A decimal number in a path or a query.
enum PlainNumber {
    /// `nil` outside of `range`, and for a sign or a zero in front.
    static func read(_ text: String, in range: ClosedRange<UInt64>) -> UInt64? {
        guard let number = UInt64(text), range.contains(number), String(number) == text else { return nil }
        return number
    }
}

/// Something that a request may say in its query, or in a field of its head.
public struct Parameter<Value: Sendable>: Sendable {
    /// What the table knows of it.
    public let facts: ParameterFacts
    private let reading: @Sendable (String) -> Value?
    private let writing: @Sendable (Value) -> String

    private init(
        _ facts: ParameterFacts, reading: @escaping @Sendable (String) -> Value?,
        writing: @escaping @Sendable (Value) -> String
    ) {
        self.facts = facts
        self.reading = reading
        self.writing = writing
    }

    /// - Throws: `malformed` for a text that is no such value.
    public func read(_ text: String) throws(Problem) -> Value {
        guard let value = reading(text) else {
            throw Problem(.malformed, facts.schema.demand, field: "query.\(facts.name)")
        }
        return value
    }

    /// The parameter with a value, to be sent.
    public func callAsFunction(_ value: Value) -> Argument { Argument(name: facts.name, text: writing(value)) }
}

/// What the table of endpoints knows of a parameter.
public struct ParameterFacts: Sendable {
    public let name: String
    public let schema: Schema
    /// One line for the description.
    public let summary: String
    /// Whether every request has to have it.
    public private(set) var isRequired = false

    init(name: String, schema: Schema, summary: String) {
        (self.name, self.schema, self.summary) = (name, schema, summary)
    }

    /// The same, as one without which an endpoint refuses.
    var required: ParameterFacts {
        var facts = self
        facts.isRequired = true
        return facts
    }
}

/// A parameter with its value.
public struct Argument: Sendable, Equatable {
    public let name: String
    public let text: String
}

extension Parameter where Value: PlaceValue {
    init(_ name: String, _ type: Value.Type, _ summary: String) {
        self.init(
            ParameterFacts(name: name, schema: Value.placeSchema, summary: summary),
            reading: { Value(place: $0) }, writing: \.place)
    }
}

extension Parameter where Value: WireEnumeration & RawRepresentable, Value.RawValue == String {
    init(_ name: String, _ type: Value.Type, _ summary: String) {
        self.init(
            ParameterFacts(name: name, schema: Value.schema, summary: summary),
            reading: { Value(word: $0) }, writing: \.rawValue)
    }
}

extension Parameter<UInt64> {
    init(_ name: String, _ range: ClosedRange<UInt64>, _ summary: String) {
        self.init(
            ParameterFacts(name: name, schema: .integer(range), summary: summary),
            reading: { PlainNumber.read($0, in: range) }, writing: { String($0) })
    }
}

extension Parameter<Bool> {
    init(_ name: String, _ summary: String) {
        self.init(
            ParameterFacts(name: name, schema: .boolean, summary: summary),
            reading: { $0 == "true" ? true : $0 == "false" ? false : nil }, writing: { $0 ? "true" : "false" })
    }
}

extension Parameter<String> {
    init(_ name: String, length: ClosedRange<Int>, _ summary: String) {
        self.init(
            ParameterFacts(name: name, schema: .text(length: length), summary: summary),
            reading: { length.contains($0.unicodeScalars.count) ? $0 : nil }, writing: { $0 })
    }
}

extension Schema {
    /// What a value must be, for who sent another.
    fileprivate var demand: String {
        switch self {
        case .integer(let range): "must be a number from \(range.lowerBound) to \(range.upperBound)"
        case .text(let length): "must have \(length.lowerBound) to \(length.upperBound) characters"
        case .boolean: "must be true or false"
        case .enumeration(_, let words): "must be \(words.joined(separator: " or "))"
        default: "must be \(name ?? "another value")"
        }
    }
}
