/// The shape of a wire type, recorded by running the very code that decodes it (see ``Fields``).
///
/// OpenAPI and CDDL are printed from this, so neither can drift from the decoder.
public indirect enum Schema: Sendable, Equatable {
    /// A value that another layer reads.
    case any
    case boolean
    case integer(ClosedRange<UInt64>)
    case text(length: ClosedRange<Int>)
    /// Bytes, by their count before base64url.
    case bytes(count: ClosedRange<Int>)
    /// Text that a type of its own reads, such as an identifier. In JSON the whole text matches `pattern`, which keeps
    /// to what every dialect of regular expressions understands the same.
    case formatted(name: String, pattern: String, cbor: CBORForm)
    case enumeration(name: String, cases: [String])
    case timestamp
    case list(of: Schema, count: ClosedRange<Int>)
    case record(name: String, fields: [Field])
    /// One of several records, told apart by the text in the field named `tag`.
    case union(name: String, tag: String, cases: [Case])

    /// Whether a value may be long: it holds a list, or a text or bytes of more than 4,096.
    public var mayBeLong: Bool {
        switch self {
        case .any, .list: true
        case .text(let length): length.upperBound > 4_096
        case .bytes(let count): count.upperBound > 4_096
        case .record(_, let fields): fields.contains { $0.schema.mayBeLong }
        case .union(_, _, let cases): cases.contains { $0.schema.mayBeLong }
        case .boolean, .integer, .formatted, .enumeration, .timestamp: false
        }
    }

    /// One field of a record.
    public struct Field: Sendable, Equatable {
        public let key: String
        public let schema: Schema
        public let isRequired: Bool
    }

    /// One case of a union: the record that stands under a tag.
    public struct Case: Sendable, Equatable {
        public let tag: String
        public let schema: Schema

        public init(tag: String, schema: Schema) {
            self.tag = tag
            self.schema = schema
        }
    }

    /// How a formatted text of JSON stands in CBOR.
    public enum CBORForm: Sendable, Equatable {
        case bytes(count: Int)
        case unsigned
        case text
    }

    /// The name under which records, enumerations and unions are listed once and referred to.
    public var name: String? {
        switch self {
        case .record(let name, _), .enumeration(let name, _), .union(let name, _, _), .formatted(let name, _, _): name
        case .any, .boolean, .integer, .text, .bytes, .timestamp, .list: nil
        }
    }
}
