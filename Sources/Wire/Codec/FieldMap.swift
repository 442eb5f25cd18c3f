/// The entries of a map while they are read: what was asked for is ticked off.
public struct FieldMap {
    private let entries: [WireValue.Entry]
    private let context: WireContext
    /// One bit for each entry that was asked for.
    private var asked: UInt128 = 0

    init(_ value: WireValue, in context: WireContext) throws(WireError) {
        guard case .map(let entries) = value else {
            throw WireError(.wrongType(expected: "an object", found: value.kind))
        }
        self.entries = entries
        self.context = context
    }

    /// Of nothing that is read.
    init() {
        entries = []
        context = WireContext(form: .json, refusesUnknownFields: false)
    }

    /// The record whose fields these are, or the rest of them.
    public mutating func record<Record: WireRecord>(as type: Record.Type = Record.self) throws(WireError) -> Record {
        var fields = Fields<Record>(reading: self)
        let record = try Record(fields: &fields)
        self = fields.map
        return record
    }

    /// Whether what is not known is refused: a server's reading, and not a client's.
    var isStrict: Bool { context.refusesUnknownFields }

    /// Refuses the fields that nobody asked for, where the context says so.
    func finish() throws(WireError) {
        guard context.refusesUnknownFields else { return }
        for index in entries.indices where asked & (1 << UInt128(index)) == 0 {
            throw WireError(path: entries[index].key, .unknownField)
        }
    }

    // MARK: Values

    /// Absent and null are the same.
    mutating func optional(_ key: String) -> WireValue? {
        for index in entries.indices where entries[index].key == key {
            asked |= 1 << UInt128(index)
            // Looked at, and not compared: that would copy it.
            if case .null = entries[index].value { return nil }
            return entries[index].value
        }
        return nil
    }

    mutating func required(_ key: String) throws(WireError) -> WireValue {
        guard let value = optional(key) else { throw WireError(path: key, .missing) }
        return value
    }

    func read<T: WireType>(_ value: WireValue, at path: String) throws(WireError) -> T {
        do { return try T(wire: value, in: context) } catch { throw error.below(path) }
    }

    func integer<N: FixedWidthInteger & UnsignedInteger>(
        _ value: WireValue, in range: ClosedRange<N>, at key: String
    ) throws(WireError) -> N {
        switch value {
        case .unsigned(let number):
            guard let exact = N(exactly: number), range.contains(exact) else {
                throw outOfBounds("an integer", range, at: key)
            }
            return exact
        case .negative:
            throw outOfBounds("an integer", range, at: key)
        default:
            throw wrongType("an integer", value, at: key)
        }
    }

    func text(_ value: WireValue, length: ClosedRange<Int>, at key: String) throws(WireError) -> String {
        guard case .text(let text) = value else { throw wrongType("text", value, at: key) }
        // Scalars, so that the bound is the same in every language. The byte count bounds it first and cheaply.
        guard text.utf8.count <= length.upperBound * 4, length.contains(text.unicodeScalars.count) else {
            throw outOfBounds("a length in Unicode scalars", length, at: key)
        }
        // What ends a text in C, and in programs that are written in it.
        guard !text.utf8.contains(0) else { throw WireError(path: key, .outOfBounds("must not hold U+0000")) }
        // JSON writes each of them six times as long, to everybody who reads it. Who reads takes what was written.
        if isStrict, text.utf8.contains(where: { $0 < 0x20 && !Self.controls.contains($0) }) {
            throw WireError(path: key, .outOfBounds("must hold no control characters but tabs and ends of lines"))
        }
        return text
    }

    /// Tab, line feed and carriage return.
    private static let controls: [UInt8] = [0x09, 0x0A, 0x0D]

    func bytes(_ value: WireValue, count: ClosedRange<Int>, at key: String) throws(WireError) -> [UInt8] {
        let bytes = try [UInt8].read(value, in: context, at: key)
        guard count.contains(bytes.count) else { throw outOfBounds("a byte count", count, at: key) }
        return bytes
    }

    func flag(_ value: WireValue, at key: String) throws(WireError) -> Bool {
        guard case .boolean(let flag) = value else { throw wrongType("a boolean", value, at: key) }
        return flag
    }

    func list<T: WireType>(
        _ value: WireValue, count: ClosedRange<Int>, at key: String
    ) throws(WireError) -> [T] {
        guard case .list(let values) = value else { throw wrongType("a list", value, at: key) }
        guard count.contains(values.count) else { throw outOfBounds("a count of items", count, at: key) }
        var items: [T] = []
        items.reserveCapacity(values.count)
        for (index, value) in values.enumerated() { items.append(try read(value, at: "\(key)[\(index)]")) }
        return items
    }

    private func wrongType(_ expected: String, _ value: WireValue, at key: String) -> WireError {
        WireError(path: key, .wrongType(expected: expected, found: value.kind))
    }

    private func outOfBounds<T>(_ what: String, _ range: ClosedRange<T>, at key: String) -> WireError {
        let bounds = range.lowerBound == range.upperBound
            ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        return WireError(path: key, .outOfBounds("must be \(what) of \(bounds)"))
    }
}

extension [UInt8] {
    /// Bytes as each form carries them: a byte string in CBOR, base64url text in JSON.
    static func read(_ value: WireValue, in context: WireContext, at path: String = "") throws(WireError) -> [UInt8] {
        switch (context.form, value) {
        case (.cbor, .bytes(let bytes)):
            return bytes
        case (.json, .text(let text)):
            guard let bytes = Base64URL.decode(text) else {
                throw WireError(path: path, .outOfBounds("must be base64url without padding"))
            }
            return bytes
        case (.cbor, _):
            throw WireError(path: path, .wrongType(expected: "bytes", found: value.kind))
        case (.json, _):
            throw WireError(path: path, .wrongType(expected: "base64url text", found: value.kind))
        }
    }
}
