/// Prints schemas as JSON Schema 2020-12, the way OpenAPI 3.1 and AsyncAPI 3.0 list them under `components.schemas`:
/// what the JSON form looks like.
///
/// A field that is not required may also be null. A server refuses fields that are not listed, a client skips them,
/// so nothing is said about additional properties.
public enum JSONSchema {
    /// How a document names the field that tells the cases of a union apart, and where its definitions stand.
    public enum Dialect: Sendable {
        /// An object with the field's name and a map from its text to the schema.
        case openAPI
        /// The field's name alone.
        case asyncAPI
        /// JSON Schema by itself, with its definitions under `$defs`, of what a program prints and not of what a server
        /// takes: a text has whatever characters its author gave it.
        case printed

        fileprivate var definitions: String { self == .printed ? "#/$defs/" : "#/components/schemas/" }
    }

    /// No control characters but tabs and ends of lines.
    private static let textPattern = #"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f]*$"#

    /// A map from name to schema: `schemas` and all they refer to, each name once, in the order of first use.
    public static func components(for schemas: [Schema], dialect: Dialect = .openAPI) -> WireValue {
        var entries: [WireValue.Entry] = []
        for schema in Schema.named(from: schemas) {
            guard let name = schema.name else { continue }
            entries.append(.init(key: name, value: definition(of: schema, dialect: dialect)))
            guard case .union(let union, let tag, let cases) = schema else { continue }
            for one in cases {
                let component = Schema.caseName(of: union, tag: one.tag)
                entries.append(.init(key: component, value: definition(of: one, tag: tag, dialect: dialect)))
            }
        }
        return .map(entries)
    }

    /// The schema where it is used: a reference where it has a name, the schema itself where it has none.
    public static func reference(to schema: Schema, dialect: Dialect = .openAPI) -> WireValue {
        switch schema {
        case .any: .object([:])
        case .boolean: .object(["type": .text("boolean")])
        case .integer(let range):
            .object([
                "type": .text("integer"), "minimum": .unsigned(range.lowerBound),
                "maximum": .unsigned(range.upperBound),
            ])
        case .text(let length): text(length, dialect)
        case .bytes(let count): bytes(count)
        case .timestamp: .object(["type": .text("string"), "format": .text("date-time")])
        case .list(let item, let count):
            .object([
                "type": .text("array"), "items": reference(to: item, dialect: dialect),
                "minItems": number(count.lowerBound),
                "maxItems": number(count.upperBound),
            ])
        case .record(let name, _), .union(let name, _, _), .enumeration(let name, _), .formatted(let name, _, _):
            reference(toComponent: name, dialect: dialect)
        }
    }

    /// A reference to the component of this name.
    public static func reference(toComponent name: String, dialect: Dialect = .openAPI) -> WireValue {
        .object(["$ref": .text(dialect.definitions + name)])
    }

    // MARK: Details

    private static func definition(of schema: Schema, dialect: Dialect) -> WireValue {
        switch schema {
        case .record(_, let fields): record(fields, dialect)
        case .union(let name, let tag, let cases): union(name, tag: tag, cases, dialect: dialect)
        case .enumeration(_, let cases):
            .object(["type": .text("string"), "enum": .list(cases.map { .text($0) })])
        case .formatted(_, let pattern, _):
            .object(["type": .text("string"), "pattern": .text("^\(pattern)$")])
        case .any, .boolean, .integer, .text, .bytes, .timestamp, .list: reference(to: schema, dialect: dialect)
        }
    }

    private static func text(_ length: ClosedRange<Int>, _ dialect: Dialect) -> WireValue {
        var entries: [WireValue.Entry] = [
            .init(key: "type", value: .text("string")), .init(key: "minLength", value: number(length.lowerBound)),
            .init(key: "maxLength", value: number(length.upperBound)),
        ]
        if dialect != .printed { entries.append(.init(key: "pattern", value: .text(textPattern))) }
        return .map(entries)
    }

    private static func record(_ fields: [Schema.Field], _ dialect: Dialect) -> WireValue {
        let properties = fields.map {
            WireValue.Entry(key: $0.key, value: reference(to: $0.schema, dialect: dialect))
        }
        let required = fields.filter(\.isRequired).map { WireValue.text($0.key) }
        return .object([
            "type": .text("object"), "properties": .map(properties), "required": .list(required),
        ])
    }

    private static func union(_ name: String, tag: String, _ cases: [Schema.Case], dialect: Dialect) -> WireValue {
        let components = cases.map { (tag: $0.tag, component: Schema.caseName(of: name, tag: $0.tag)) }
        let discriminator: WireValue = switch dialect {
        case .asyncAPI, .printed: .text(tag)
        case .openAPI:
            .object([
                "propertyName": .text(tag),
                "mapping": .map(
                    components.map { .init(key: $0.tag, value: .text(dialect.definitions + $0.component)) }),
            ])
        }
        return .object([
            "oneOf": .list(components.map { reference(toComponent: $0.component, dialect: dialect) }),
            "discriminator": discriminator,
        ])
    }

    private static func definition(of one: Schema.Case, tag: String, dialect: Dialect) -> WireValue {
        let tagged = WireValue.object([
            "type": .text("object"),
            "properties": .object([tag: .object(["type": .text("string"), "const": .text(one.tag)])]),
            "required": .list([.text(tag)]),
        ])
        return .object(["allOf": .list([reference(to: one.schema, dialect: dialect), tagged])])
    }

    /// The bounds are those of the base64url text: four characters for three bytes, rounded up.
    /// Base64url whose last character holds no stray bits: what ``Base64URL/decode(_:)`` accepts.
    private static let base64URL =
        "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$"

    private static func bytes(_ count: ClosedRange<Int>) -> WireValue {
        .object([
            "type": .text("string"), "contentEncoding": .text("base64url"), "pattern": .text(base64URL),
            "minLength": number((count.lowerBound * 4 + 2) / 3), "maxLength": number((count.upperBound * 4 + 2) / 3),
        ])
    }

    private static func number(_ count: Int) -> WireValue { .unsigned(UInt64(count)) }
}

extension WireValue {
    /// An object with these fields in this order.
    public static func object(_ fields: KeyValuePairs<String, WireValue>) -> WireValue {
        .map(fields.map { Entry(key: $0.key, value: $0.value) })
    }
}
