/// One of several records, told apart by the text in one field.
public protocol WireUnion: WireType {
    /// Under which the descriptions list it.
    static var unionName: String { get }
    /// The field whose text tells the cases apart; no case has a field of that name.
    static var tagKey: String { get }
    /// Each tag with the record that stands under it.
    static var cases: [Schema.Case] { get }
    /// `nil` for a tag that is not known.
    init?(tag: String, map: inout FieldMap) throws(WireError)
    /// What a reader that skips the unknown makes of a later version's case; `nil` where it cannot.
    static func later(tag: String) -> Self?
    /// The tag and the record to write under it.
    var tagged: (tag: String, record: any WireRecord) { get }
}

extension WireUnion {
    public init(wire value: WireValue, in context: WireContext) throws(WireError) {
        var map = try FieldMap(value, in: context)
        let tag = try map.text(map.required(Self.tagKey), length: 1...64, at: Self.tagKey)
        let later = context.refusesUnknownFields ? nil : Self.later(tag: tag)
        let found: Self?
        do {
            found = try Self(tag: tag, map: &map)
        } catch {
            // A case that a later version has changed is to a client as one that it has added.
            guard let later else { throw error }
            self = later
            return
        }
        guard let known = found else {
            if let later {
                self = later
                return
            }
            let tags = Self.cases.map(\.tag).joined(separator: ", ")
            throw WireError(path: Self.tagKey, .outOfBounds("must be one of \(tags)"))
        }
        try map.finish()
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
    init(fields: inout Fields<Self>) throws(WireError) {}
}
