/// One of several records, told apart by the text in one field.
public protocol WireUnion: WireType {
    /// Under which the descriptions list it.
    static var unionName: String { get }
    /// The field whose text tells the cases apart; no case has a field of that name.
    static var tagKey: String { get }
    /// Each tag with the record that stands under it.
    static var cases: [Schema.Case] { get }
    /// `nil` for a tag that is not known.
    init?(tag: String, fields: inout Fields) throws(WireError)
    /// What a reader that skips the unknown makes of a later version's case; `nil` where it cannot.
    static func later(tag: String) -> Self?
    /// The tag and the record to write under it.
    var tagged: (tag: String, record: any WireRecord) { get }
}

extension WireUnion {
    public init(wire value: WireValue, in context: WireContext) throws(WireError) {
        var fields = try Fields(value, in: context)
        let tag = try fields.text(Self.tagKey, length: 1...64)
        guard let known = try Self(tag: tag, fields: &fields) else {
            if !context.refusesUnknownFields, let unknown = Self.later(tag: tag) {
                self = unknown
                return
            }
            let tags = Self.cases.map(\.tag).joined(separator: ", ")
            throw WireError(path: Self.tagKey, .outOfBounds("must be one of \(tags)"))
        }
        try fields.finish()
        self = known
    }

    /// Nothing, unless the union has a case for it.
    public static func later(tag: String) -> Self? { nil }

    public func write(to writer: inout WireWriter) {
        let (tag, record) = tagged
        writer.record { (writer) in
            writer.put(Self.tagKey, text: tag)
            record.write(fields: &writer)
        }
    }

    public static var schema: Schema { .union(name: unionName, tag: tagKey, cases: cases) }
}

/// What is known of a case that a later version added: nothing.
struct UnknownRecord: WireRecord {
    init() {}
    init(fields: inout Fields) throws(WireError) {}
    func write(fields writer: inout WireWriter) {}
}
