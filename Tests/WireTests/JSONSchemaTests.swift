import Testing

@testable import Wire

@Suite struct JSONSchemaTests {
    private func json(_ value: WireValue) -> String { String(decoding: value.encoded(as: .json), as: UTF8.self) }

    @Test("bytes are bounded by the length of their base64url text", arguments: [
        (0...0, 0, 0), (1...2, 2, 3), (3...3, 4, 4), (32...64, 43, 86), (1...1024, 2, 1366),
    ])
    func bytes(count: ClosedRange<Int>, lengthMin: Int, lengthMax: Int) {
        let printed = json(JSONSchema.reference(to: .bytes(count: count)))
        #expect(printed.contains("\"minLength\":\(lengthMin),\"maxLength\":\(lengthMax)}"))
        #expect(Base64URL.encode([UInt8](repeating: 0, count: count.lowerBound)).count == lengthMin)
        #expect(Base64URL.encode([UInt8](repeating: 0, count: count.upperBound)).count == lengthMax)
    }

    @Test("what has a name is referred to, what has none stands in place")
    func references() {
        #expect(json(JSONSchema.reference(to: AccountID.schema)) == ##"{"$ref":"#/components/schemas/AccountID"}"##)
        #expect(json(JSONSchema.reference(to: .any)) == "{}")
        #expect(json(JSONSchema.reference(to: .timestamp)) == #"{"type":"string","format":"date-time"}"#)
        #expect(
            json(JSONSchema.reference(to: .list(of: Role.schema, count: 1...3)))
                == ##"{"type":"array","items":{"$ref":"#/components/schemas/Role"},"minItems":1,"maxItems":3}"##)
    }

    @Test("every reference of every component has its target, in both dialects")
    func closed() {
        for components in [
            JSONSchema.components(for: Catalogue.all.map(\.schema)),
            JSONSchema.components(for: [ClientFrame.schema, ServerFrame.schema], dialect: .asyncAPI),
        ] {
            guard case .map(let entries) = components else { return }
            let names = Set(entries.map { "#/components/schemas/" + $0.key })
            #expect(names.count == entries.count)
            #expect(references(in: components).subtracting(names).isEmpty)
        }
    }

    @Test("every reference of the AsyncAPI document has its target")
    func asyncAPI() {
        let document = AsyncAPI.document(version: "1")
        for reference in references(in: document) {
            var place: WireValue? = document
            for step in reference.split(separator: "/").dropFirst() {
                guard case .map(let entries) = place else { break }
                place = entries.first { $0.key == step }?.value
            }
            #expect(place != nil, "\(reference)")
        }
    }

    @Test("a union lists its cases, each with its tag, and says by which field they differ")
    func unions() {
        let union = Schema.union(
            name: "U", tag: "t", cases: [.init(tag: "x", schema: .record(name: "X", fields: []))])
        let openAPI = json(JSONSchema.components(for: [union]))
        #expect(openAPI.contains(##""U":{"oneOf":[{"$ref":"#/components/schemas/U.x"}],"discriminator":{"##))
        #expect(openAPI.contains(#""propertyName":"t""#))
        #expect(openAPI.contains(##""mapping":{"x":"#/components/schemas/U.x"}"##))
        #expect(openAPI.contains(#""properties":{"t":{"type":"string","const":"x"}},"required":["t"]"#))
        #expect(json(JSONSchema.components(for: [union], dialect: .asyncAPI)).contains(#""discriminator":"t""#))
    }

    @Test("what a program prints has its definitions under $defs, and whatever text its author gave it")
    func printed() {
        let record = Schema.record(name: "X", fields: [.init(key: "t", schema: .text(length: 1...2), isRequired: true)])
        let outer = Schema.record(
            name: "Y", fields: [.init(key: "x", schema: .list(of: record, count: 0...1), isRequired: false)])
        let text = json(JSONSchema.components(for: [outer], dialect: .printed))
        #expect(text.contains(##""items":{"$ref":"#/$defs/X"}"##))
        #expect(text.contains(#""t":{"type":"string","minLength":1,"maxLength":2}"#))
    }

    private func references(in value: WireValue) -> Set<String> {
        switch value {
        case .map(let entries):
            entries.reduce(into: []) { (found, entry) in
                if entry.key == "$ref", case .text(let path) = entry.value { found.insert(path) }
                found.formUnion(references(in: entry.value))
            }
        case .list(let items): items.reduce(into: []) { $0.formUnion(references(in: $1)) }
        default: []
        }
    }
}
