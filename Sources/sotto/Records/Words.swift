import Wire

/// Text of a record: whatever characters its author gave it, as long as it may be for any of them.
struct Words: WireType, Equatable {
    /// Longer than whatever is typed, read or sent.
    static let lengths = 0...1 << 20

    let text: String

    init(_ text: String) { self.text = text }

    init(wire value: WireValue, in context: WireContext) throws(WireError) {
        guard case .text(let text) = value else { throw WireError(.outOfBounds("must be text")) }
        self.text = text
    }

    func write(to writer: inout WireWriter) { writer.write(text: text) }

    static var schema: Schema { .text(length: lengths) }
    static var sample: Words { Words("xxxx") }
}

extension Fields {
    mutating func words(_ key: String, _ get: (Record) -> String) throws(WireError) -> String {
        try text(key, get, length: Words.lengths)
    }

    mutating func wordsIfPresent(_ key: String, _ get: (Record) -> String?) throws(WireError) -> String? {
        try textIfPresent(key, get, length: Words.lengths)
    }
}

extension WireEnumeration {
    /// `nil` for a word of a later version, which this one cannot tell.
    var told: Self? { Self.words.contains(rawValue) ? self : nil }
}
