/// Prints schemas in the Concise Data Definition Language (RFC 8610): what the CBOR form looks like.
///
/// Every record, union, enumeration and identifier is one rule. An integer or a byte string shows its bounds; CDDL
/// counts text in bytes where the protocol counts Unicode scalars, so a text shows the bytes that its bound implies
/// and the bound itself as a comment.
public enum CDDL {
    /// The rules of `schemas` and of all they refer to: each name once, in the order in which it is first met.
    public static func text(for schemas: [Schema]) -> String {
        var rules: [String] = []
        for schema in Schema.named(from: schemas) {
            guard let name = schema.name else { continue }
            rules.append("\(name) = \(definition(of: schema))\n")
            guard case .union(_, let tag, let cases) = schema else { continue }
            for one in cases {
                rules.append("\(Schema.caseName(of: name, tag: one.tag)) = \(tagged(one, by: tag))\n")
            }
        }
        rules.append("Timestamp = 0..\(Timestamp.millisecondsMax) ; milliseconds since 1970 in UTC\n")
        return rules.joined(separator: "\n")
    }

    private static func definition(of schema: Schema) -> String {
        switch schema {
        case .record(_, let fields): "{\n\(lines(fields))}"
        case .union(let name, _, let cases):
            cases.map { Schema.caseName(of: name, tag: $0.tag) }.joined(separator: "\n  / ")
        case .enumeration(_, let cases): cases.map { "\"\($0)\"" }.joined(separator: " / ")
        case .formatted(_, let pattern, let cbor): formatted(pattern: pattern, cbor: cbor)
        case .any, .boolean, .integer, .text, .bytes, .timestamp, .list: reference(to: schema)
        }
    }

    private static func lines(_ fields: [Schema.Field]) -> String {
        let lines = fields.map { (field) in
            let line = "  \(field.isRequired ? "" : "? ")\"\(field.key)\": \(reference(to: field.schema)),"
            return comment(on: field.schema).map { "\(line) ; \($0)" } ?? line
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func tagged(_ one: Schema.Case, by tag: String) -> String {
        guard case .record(_, let fields) = one.schema else { return reference(to: one.schema) }
        return "{\n  \"\(tag)\": \"\(one.tag)\",\n\(lines(fields))}"
    }

    private static func formatted(pattern: String, cbor: Schema.CBORForm) -> String {
        switch cbor {
        case .bytes(let count): "bstr .size \(count)"
        case .unsigned: "uint"
        case .text: "tstr .regexp \"\(pattern)\""
        }
    }

    private static func reference(to schema: Schema) -> String {
        switch schema {
        case .any: "any"
        case .boolean: "bool"
        case .integer(0...UInt64.max): "uint"
        case .integer(let range): interval(range)
        case .text(let length): "tstr .size \(size(length.lowerBound...length.upperBound * 4))"
        case .bytes(let count): "bstr .size \(size(count))"
        case .timestamp: "Timestamp"
        case .list(let item, let count): "[\(count.lowerBound)*\(count.upperBound) \(reference(to: item))]"
        case .record(let name, _), .union(let name, _, _), .enumeration(let name, _), .formatted(let name, _, _): name
        }
    }

    private static func comment(on schema: Schema) -> String? {
        guard case .text(let length) = schema else { return nil }
        return "\(words(length)) Unicode scalars"
    }

    private static func size(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "(\(range.lowerBound)..\(range.upperBound))"
    }

    private static func interval(_ range: ClosedRange<UInt64>) -> String {
        range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound)..\(range.upperBound)"
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}

extension Schema {
    /// The name of what stands for one case of a union: its record with the tag beside its fields.
    static func caseName(of union: String, tag: String) -> String { "\(union).\(tag)" }

    /// `roots` and all they refer to that has a name, each name once, in the order in which it is first met.
    static func named(from roots: [Schema]) -> [Schema] {
        var names: Set<String> = []
        var found: [Schema] = []
        func visit(_ schema: Schema) {
            if let name = schema.name {
                guard names.insert(name).inserted else { return }
                found.append(schema)
            }
            switch schema {
            case .record(_, let fields): fields.forEach { visit($0.schema) }
            case .union(_, _, let cases): cases.forEach { visit($0.schema) }
            case .list(let item, _): visit(item)
            case .any, .boolean, .integer, .text, .bytes, .timestamp, .formatted, .enumeration: break
            }
        }
        roots.forEach(visit)
        return found
    }
}
