/// The fields of one record, which names each of them once, with its key, its property and its bounds:
///
/// ```
/// init(fields: inout Fields<Self>) throws(WireError) {
///     account = try fields.value("account", \.account)
///     text = try fields.text("text", \.text, length: 1...100)
/// }
/// ```
///
/// The same calls serve four masters: readers of CBOR and JSON, the writer of both, and the recorder that writes the
/// schema down and answers with samples. Written is the property of the record at hand, and the same value is given
/// back; bounds hold for what is read.
public struct Fields<Record> {
    /// What is written; valid for as long as ``write(_:to:)`` runs. A pointer, since a record in an optional is copied
    /// whole for each field.
    private let record: UnsafePointer<Record>?
    private var writer: WireWriter
    /// What is read.
    private(set) var map: FieldMap
    private let isDescribing: Bool
    private(set) var description: [Schema.Field]

    init(reading map: FieldMap) {
        self.init(record: nil, writer: WireWriter(form: .cbor, byteCountHint: 0), map: map)
    }

    private init(
        record: UnsafePointer<Record>?, writer: WireWriter, map: FieldMap, isDescribing: Bool = false,
        description: [Schema.Field] = []
    ) {
        self.record = record
        self.writer = writer
        self.map = map
        self.isDescribing = isDescribing
        self.description = description
    }

    static func describing() -> Fields {
        Fields(record: nil, writer: WireWriter(form: .cbor, byteCountHint: 0), map: FieldMap(), isDescribing: true)
    }

    /// Writes the fields of a record, behind those that were written.
    static func write(_ record: Record, to writer: inout WireWriter) where Record: WireRecord {
        // Taken, so that its bytes have one owner and are not copied.
        withUnsafePointer(to: record) { (pointer) in
            var fields = Fields(record: pointer, writer: writer.taken(), map: FieldMap())
            do throws(WireError) {
                _ = try Record(fields: &fields)
            } catch {
                preconditionFailure("\(Record.name) does not write itself at \(error.path): \(error.explanation)")
            }
            writer = fields.writer
        }
    }

    // MARK: Required

    /// A value that its own type reads and writes.
    public mutating func value<T: WireType>(_ key: String, _ get: (Record) -> T) throws(WireError) -> T {
        if let record {
            let value = get(record.pointee)
            writer.put(key, value)
            return value
        }
        if isDescribing {
            describe(key, T.schema, isRequired: true)
            return T.sample
        }
        return try map.read(map.required(key), at: key)
    }

    /// The same of a property that is there only in records of this kind.
    public mutating func value<T: WireType>(_ key: String, _ get: (Record) -> T?) throws(WireError) -> T {
        if let record, let value = get(record.pointee) {
            writer.put(key, value)
            return value
        }
        if isDescribing {
            describe(key, T.schema, isRequired: true)
            return T.sample
        }
        return try map.read(map.required(key), at: key)
    }

    /// An integer within `range`, which is inclusive.
    public mutating func number<N: FixedWidthInteger & UnsignedInteger>(
        _ key: String, _ get: (Record) -> N, in range: ClosedRange<N> = 0...N.max
    ) throws(WireError) -> N {
        if let record {
            let value = get(record.pointee)
            writer.put(key, number: UInt64(value))
            return value
        }
        if isDescribing {
            describe(key, Self.schema(range), isRequired: true)
            return range.lowerBound
        }
        return try map.integer(map.required(key), in: range, at: key)
    }

    /// Text of `length` Unicode scalars, without U+0000; in requests without other control characters too, but tabs and
    /// ends of lines.
    public mutating func text(
        _ key: String, _ get: (Record) -> String, length: ClosedRange<Int>
    ) throws(WireError) -> String {
        if let record {
            let value = get(record.pointee)
            writer.put(key, text: value)
            return value
        }
        if isDescribing { return describeText(key, length, isRequired: true) }
        return try map.text(map.required(key), length: length, at: key)
    }

    /// Bytes, base64url text in JSON; `count` is that of the bytes.
    public mutating func bytes(
        _ key: String, _ get: (Record) -> [UInt8], count: ClosedRange<Int>
    ) throws(WireError) -> [UInt8] {
        if let record {
            let value = get(record.pointee)
            writer.put(key, bytes: value)
            return value
        }
        if isDescribing { return describeBytes(key, count, isRequired: true) }
        return try map.bytes(map.required(key), count: count, at: key)
    }

    /// Bytes of exactly this count.
    public mutating func bytes(_ key: String, _ get: (Record) -> [UInt8], count: Int) throws(WireError) -> [UInt8] {
        try bytes(key, get, count: count...count)
    }

    /// A list of `count` items; an error in one names its index.
    /// - Parameter growsLater: whether a client takes longer ones too.
    public mutating func list<T: WireType>(
        _ key: String, _ get: (Record) -> [T], count: ClosedRange<Int>, growsLater: Bool = false
    ) throws(WireError) -> [T] {
        if let record {
            let value = get(record.pointee)
            writer.put(key, list: value)
            return value
        }
        if isDescribing {
            describe(key, .list(of: T.schema, count: count), isRequired: true)
            return count.contains(1) ? [T.sample] : []
        }
        let bounds = growsLater && !map.isStrict ? count.lowerBound...Int.max : count
        return try map.list(map.required(key), count: bounds, at: key)
    }

    /// The fields of another record, in the same map.
    public mutating func embedded<Other: WireRecord>(_ get: (Record) -> Other) throws(WireError) -> Other {
        if let record {
            let other = get(record.pointee)
            other.write(fields: &writer)
            return other
        }
        var inner = Fields<Other>(
            record: nil, writer: writer, map: map, isDescribing: isDescribing, description: description)
        let other = try Other(fields: &inner)
        (map, description) = (inner.map, inner.description)
        return other
    }

    /// A number that is always this one.
    public mutating func constant(_ key: String, number: UInt64) throws(WireError) {
        _ = try self.number(key, { (_) in number }, in: number...number)
    }

    // MARK: Optional; absent and null are the same

    /// A value that its own type reads and writes.
    public mutating func valueIfPresent<T: WireType>(_ key: String, _ get: (Record) -> T?) throws(WireError) -> T? {
        if let record {
            let value = get(record.pointee)
            writer.put(key, value)
            return value
        }
        if isDescribing {
            describe(key, T.schema, isRequired: false)
            return T.sample
        }
        guard let value = map.optional(key) else { return nil }
        return try map.read(value, at: key)
    }

    /// A value that is absent where it is the usual one.
    public mutating func value<T: WireType & Equatable>(
        _ key: String, _ get: (Record) -> T, or usual: T
    ) throws(WireError) -> T {
        try valueIfPresent(key) { (record) in
            let value = get(record)
            return value == usual ? nil : value
        } ?? usual
    }

    /// An integer within `range`, which is inclusive.
    public mutating func numberIfPresent<N: FixedWidthInteger & UnsignedInteger>(
        _ key: String, _ get: (Record) -> N?, in range: ClosedRange<N> = 0...N.max
    ) throws(WireError) -> N? {
        if let record {
            let value = get(record.pointee)
            writer.put(key, number: value.map { UInt64($0) })
            return value
        }
        if isDescribing {
            describe(key, Self.schema(range), isRequired: false)
            return range.lowerBound
        }
        guard let value = map.optional(key) else { return nil }
        return try map.integer(value, in: range, at: key)
    }

    /// An integer that is absent where it is the usual one.
    public mutating func number<N: FixedWidthInteger & UnsignedInteger>(
        _ key: String, _ get: (Record) -> N, in range: ClosedRange<N> = 0...N.max, or usual: N
    ) throws(WireError) -> N {
        try numberIfPresent(key, { (record) in
            let value = get(record)
            return value == usual ? nil : value
        }, in: range) ?? usual
    }

    /// Text of `length` Unicode scalars, without U+0000; in requests without other control characters too, but tabs and
    /// ends of lines.
    /// - Parameter readLengthMax: up to which a text that is too long is read all the same, for a layer above that
    ///   refuses it by a name of its own.
    public mutating func textIfPresent(
        _ key: String, _ get: (Record) -> String?, length: ClosedRange<Int>, readLengthMax: Int? = nil
    ) throws(WireError) -> String? {
        if let record {
            let value = get(record.pointee)
            writer.put(key, text: value)
            return value
        }
        if isDescribing { return describeText(key, length, isRequired: false) }
        guard let value = map.optional(key) else { return nil }
        return try map.text(value, length: length.lowerBound...(readLengthMax ?? length.upperBound), at: key)
    }

    /// Text that is absent where it is empty.
    public mutating func textIfAny(
        _ key: String, _ get: (Record) -> String, length: ClosedRange<Int>
    ) throws(WireError) -> String {
        try textIfPresent(key, { (record) in
            let text = get(record)
            return text.isEmpty ? nil : text
        }, length: length) ?? ""
    }

    /// Bytes, base64url text in JSON; `count` is that of the bytes.
    public mutating func bytesIfPresent(
        _ key: String, _ get: (Record) -> [UInt8]?, count: ClosedRange<Int>
    ) throws(WireError) -> [UInt8]? {
        if let record {
            let value = get(record.pointee)
            writer.put(key, bytes: value)
            return value
        }
        if isDescribing { return describeBytes(key, count, isRequired: false) }
        guard let value = map.optional(key) else { return nil }
        return try map.bytes(value, count: count, at: key)
    }

    /// A flag that is false when absent.
    public mutating func flag(_ key: String, _ get: (Record) -> Bool) throws(WireError) -> Bool {
        if let record {
            let value = get(record.pointee)
            writer.put(key, flag: value)
            return value
        }
        if isDescribing {
            describe(key, .boolean, isRequired: false)
            return false
        }
        guard let value = map.optional(key) else { return false }
        return try map.flag(value, at: key)
    }

    /// A list that is absent when empty.
    public mutating func listIfAny<T: WireType>(
        _ key: String, _ get: (Record) -> [T], countMax: Int
    ) throws(WireError) -> [T] {
        if let record {
            let value = get(record.pointee)
            if !value.isEmpty { writer.put(key, list: value) }
            return value
        }
        if isDescribing {
            describe(key, .list(of: T.schema, count: 0...countMax), isRequired: false)
            return [T.sample]
        }
        guard let value = map.optional(key) else { return [] }
        return try map.list(value, count: 0...countMax, at: key)
    }

    // MARK: What fields have to do with each other

    /// Refuses what is read where `isSound` is false; says at which field and why.
    public func require(
        _ isSound: @autoclosure () -> Bool, at key: String, _ rule: @autoclosure () -> String
    ) throws(WireError) {
        guard record == nil, !isDescribing, !isSound() else { return }
        throw WireError(path: key, .outOfBounds(rule()))
    }

    // MARK: Details

    private mutating func describe(_ key: String, _ schema: Schema, isRequired: Bool) {
        description.append(Schema.Field(key: key, schema: schema, isRequired: isRequired))
    }

    private mutating func describeText(_ key: String, _ length: ClosedRange<Int>, isRequired: Bool) -> String {
        describe(key, .text(length: length), isRequired: isRequired)
        return String(repeating: "x", count: max(length.lowerBound, min(4, length.upperBound)))
    }

    private mutating func describeBytes(_ key: String, _ count: ClosedRange<Int>, isRequired: Bool) -> [UInt8] {
        describe(key, .bytes(count: count), isRequired: isRequired)
        return [UInt8](repeating: 0, count: count.lowerBound)
    }

    private static func schema<N: FixedWidthInteger & UnsignedInteger>(_ range: ClosedRange<N>) -> Schema {
        .integer(UInt64(range.lowerBound)...UInt64(range.upperBound))
    }
}
