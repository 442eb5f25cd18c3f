/// The fields of one record while it is being read.
///
/// A record names each field once, with its bounds. The same calls serve three masters: CBOR, JSON, and the
/// recorder that writes the schema down and answers with samples.
public struct Fields {
    private let entries: [WireValue.Entry]
    private let context: WireContext
    private let isRecording: Bool
    /// One bit for each entry that was asked for.
    private var asked: UInt128 = 0
    private(set) var recording: [Schema.Field] = []

    init(_ value: WireValue, in context: WireContext) throws(WireError) {
        guard case .map(let entries) = value else {
            throw WireError(.wrongType(expected: "an object", found: value.kind))
        }
        self.entries = entries
        self.context = context
        self.isRecording = false
    }

    private init() {
        self.entries = []
        self.context = WireContext(form: .json, refusesUnknownFields: false)
        self.isRecording = true
    }

    static func recorder() -> Fields { Fields() }

    // MARK: Required

    /// A value that its own type reads.
    public mutating func value<T: WireType>(_ key: String, as type: T.Type = T.self) throws(WireError) -> T {
        if isRecording {
            record(key, T.schema, isRequired: true)
            return T.sample
        }
        return try read(required(key), at: key)
    }

    /// An integer within `range`, which is inclusive.
    public mutating func number(
        _ key: String, in range: ClosedRange<UInt64> = 0...UInt64.max
    ) throws(WireError) -> UInt64 {
        if isRecording {
            record(key, .integer(range), isRequired: true)
            return range.lowerBound
        }
        return try integer(required(key), in: range, at: key)
    }

    /// Text of `length` Unicode scalars, without U+0000.
    public mutating func text(_ key: String, length: ClosedRange<Int>) throws(WireError) -> String {
        if isRecording {
            record(key, .text(length: length), isRequired: true)
            return String(repeating: "x", count: max(length.lowerBound, min(4, length.upperBound)))
        }
        return try text(required(key), length: length, at: key)
    }

    /// Bytes, base64url text in JSON; `count` is that of the bytes.
    public mutating func bytes(_ key: String, count: ClosedRange<Int>) throws(WireError) -> [UInt8] {
        if isRecording {
            record(key, .bytes(count: count), isRequired: true)
            return [UInt8](repeating: 0, count: count.lowerBound)
        }
        return try bytes(required(key), count: count, at: key)
    }

    /// Bytes of exactly this count.
    public mutating func bytes(_ key: String, count: Int) throws(WireError) -> [UInt8] {
        try bytes(key, count: count...count)
    }

    /// A list of `count` items; an error in one names its index.
    public mutating func list<T: WireType>(
        _ key: String, count: ClosedRange<Int>, of type: T.Type = T.self
    ) throws(WireError) -> [T] {
        if isRecording {
            record(key, .list(of: T.schema, count: count), isRequired: true)
            return count.contains(1) ? [T.sample] : []
        }
        return try list(required(key), count: count, at: key)
    }

    // MARK: Optional; absent and null are the same

    /// A value that its own type reads.
    public mutating func valueIfPresent<T: WireType>(_ key: String, as type: T.Type = T.self) throws(WireError) -> T? {
        if isRecording {
            record(key, T.schema, isRequired: false)
            return T.sample
        }
        guard let value = optional(key) else { return nil }
        return try read(value, at: key)
    }

    /// An integer within `range`, which is inclusive.
    public mutating func numberIfPresent(
        _ key: String, in range: ClosedRange<UInt64> = 0...UInt64.max
    ) throws(WireError) -> UInt64? {
        if isRecording {
            record(key, .integer(range), isRequired: false)
            return range.lowerBound
        }
        guard let value = optional(key) else { return nil }
        return try integer(value, in: range, at: key)
    }

    /// Text of `length` Unicode scalars.
    public mutating func textIfPresent(_ key: String, length: ClosedRange<Int>) throws(WireError) -> String? {
        if isRecording {
            record(key, .text(length: length), isRequired: false)
            return String(repeating: "x", count: max(length.lowerBound, min(4, length.upperBound)))
        }
        guard let value = optional(key) else { return nil }
        return try text(value, length: length, at: key)
    }

    /// Bytes, base64url text in JSON; `count` is that of the bytes.
    public mutating func bytesIfPresent(_ key: String, count: ClosedRange<Int>) throws(WireError) -> [UInt8]? {
        if isRecording {
            record(key, .bytes(count: count), isRequired: false)
            return [UInt8](repeating: 0, count: count.lowerBound)
        }
        guard let value = optional(key) else { return nil }
        return try bytes(value, count: count, at: key)
    }

    /// A flag that is false when absent.
    public mutating func flag(_ key: String) throws(WireError) -> Bool {
        if isRecording {
            record(key, .boolean, isRequired: false)
            return false
        }
        guard let value = optional(key) else { return false }
        guard case .boolean(let flag) = value else { throw wrongType("a boolean", value, at: key) }
        return flag
    }

    /// A list that is empty when absent.
    public mutating func listIfPresent<T: WireType>(
        _ key: String, countMax: Int, of type: T.Type = T.self
    ) throws(WireError) -> [T] {
        if isRecording {
            record(key, .list(of: T.schema, count: 0...countMax), isRequired: false)
            return [T.sample]
        }
        guard let value = optional(key) else { return [] }
        return try list(value, count: 0...countMax, at: key)
    }

    // MARK: Finish

    /// Refuses the fields that nobody asked for, where the context says so.
    mutating func finish() throws(WireError) {
        guard context.refusesUnknownFields, !isRecording else { return }
        for index in entries.indices where asked & (1 << UInt128(index)) == 0 {
            throw WireError(path: entries[index].key, .unknownField)
        }
    }

    // MARK: Details

    private mutating func record(_ key: String, _ schema: Schema, isRequired: Bool) {
        recording.append(Schema.Field(key: key, schema: schema, isRequired: isRequired))
    }

    private mutating func optional(_ key: String) -> WireValue? {
        for index in entries.indices where entries[index].key == key {
            asked |= 1 << UInt128(index)
            let value = entries[index].value
            return value == .null ? nil : value
        }
        return nil
    }

    private mutating func required(_ key: String) throws(WireError) -> WireValue {
        guard let value = optional(key) else { throw WireError(path: key, .missing) }
        return value
    }

    private func read<T: WireType>(_ value: WireValue, at path: String) throws(WireError) -> T {
        do { return try T(wire: value, in: context) } catch { throw error.below(path) }
    }

    private func integer(
        _ value: WireValue, in range: ClosedRange<UInt64>, at key: String
    ) throws(WireError) -> UInt64 {
        switch value {
        case .unsigned(let number):
            guard range.contains(number) else { throw outOfBounds("an integer", range, at: key) }
            return number
        case .negative:
            throw outOfBounds("an integer", range, at: key)
        default:
            throw wrongType("an integer", value, at: key)
        }
    }

    private func text(_ value: WireValue, length: ClosedRange<Int>, at key: String) throws(WireError) -> String {
        guard case .text(let text) = value else { throw wrongType("text", value, at: key) }
        // Scalars, so that the bound is the same in every language. The byte count bounds it first and cheaply.
        guard text.utf8.count <= length.upperBound * 4, length.contains(text.unicodeScalars.count) else {
            throw outOfBounds("a length in Unicode scalars", length, at: key)
        }
        // What ends a text in C, and in programs that are written in it.
        guard !text.utf8.contains(0) else { throw WireError(path: key, .outOfBounds("must not hold U+0000")) }
        return text
    }

    private func bytes(_ value: WireValue, count: ClosedRange<Int>, at key: String) throws(WireError) -> [UInt8] {
        let bytes = try [UInt8].read(value, in: context, at: key)
        guard count.contains(bytes.count) else { throw outOfBounds("a byte count", count, at: key) }
        return bytes
    }

    private func list<T: WireType>(
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
