/// Something with a meaning on the wire, in both forms.
public protocol WireType: Sendable {
    /// Reads a parsed value. Errors name the path below this value.
    init(wire value: WireValue, in context: WireContext) throws(WireError)
    /// Writes the value in the writer's form.
    func write(to writer: inout WireWriter)
    /// Its shape, for the descriptions.
    static var schema: Schema { get }
    /// A valid value: what schema recording stands in for the real one, and the example in the documentation.
    static var sample: Self { get }
}

extension WireType {
    /// Reads one value that fills `bytes`.
    public static func decode(_ bytes: [UInt8], in context: WireContext) throws(WireError) -> Self {
        try Self(wire: try WireValue.parse(bytes, in: context), in: context)
    }

    /// The value as bytes.
    public func encoded(as form: WireForm) -> [UInt8] {
        var writer = WireWriter(form: form)
        write(to: &writer)
        return writer.bytes
    }
}

/// What reading needs to know besides the value.
public struct WireContext: Sendable {
    public let form: WireForm
    /// A server refuses fields it does not know, since ignoring one could drop a promise the sender relies on;
    /// a client skips them, so that servers can add fields.
    public let refusesUnknownFields: Bool

    /// How to read: which form, and whether unknown fields are refused.
    public init(form: WireForm, refusesUnknownFields: Bool) {
        self.form = form
        self.refusesUnknownFields = refusesUnknownFields
    }

    /// A server reads requests; a client reads pages, which hold more.
    var nodeCountMax: Int { refusesUnknownFields ? WireLimits.requestNodeCountMax : WireLimits.responseNodeCountMax }
}

/// A map with named fields. One initialiser reads it from both forms, writes it, and records its schema.
public protocol WireRecord: WireType {
    /// Names each field once; errors name the path below this record.
    init(fields: inout Fields<Self>) throws(WireError)
    /// Writes each field, in the order in which they are named, into a map that was begun. There is one for all; it is
    /// asked for here so that each type has its own compiled.
    func write(fields writer: inout WireWriter)
    /// Under which the descriptions list it.
    static var name: String { get }
}

extension WireRecord {
    /// The name of the type, unless it says otherwise.
    public static var name: String { String(describing: Self.self) }

    public init(wire value: WireValue, in context: WireContext) throws(WireError) {
        var map = try FieldMap(value, in: context)
        self = try map.record()
        try map.finish()
    }

    /// Runs the initialiser over the record itself.
    public func write(fields writer: inout WireWriter) { Fields.write(self, to: &writer) }

    public func write(to writer: inout WireWriter) {
        writer.record { (writer) in write(fields: &writer) }
    }

    public static var schema: Schema { recorded.schema }

    public static var sample: Self { recorded.sample }

    private static var recorded: (schema: Schema, sample: Self) {
        var fields = Fields<Self>.describing()
        do {
            let sample = try Self(fields: &fields)
            return (.record(name: name, fields: fields.description), sample)
        } catch {
            preconditionFailure("\(name) refuses its own samples at \(error.path): \(error.explanation)")
        }
    }
}
