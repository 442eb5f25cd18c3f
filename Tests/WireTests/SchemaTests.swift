import Testing

@testable import Wire

@Suite struct SchemaTests {
    /// All schemas reached from the catalogue, once each by name; those without a name as often as they stand.
    static let reached: [Schema] = {
        var found: [Schema] = []
        func visit(_ schema: Schema) {
            if schema.name != nil, found.contains(schema) { return }
            found.append(schema)
            switch schema {
            case .record(_, let fields): fields.forEach { visit($0.schema) }
            case .union(_, _, let cases): cases.forEach { visit($0.schema) }
            case .list(let item, _): visit(item)
            case .any, .boolean, .integer, .text, .bytes, .formatted, .enumeration, .timestamp: break
            }
        }
        Catalogue.all.forEach { visit($0.schema) }
        return found
    }()

    @Test("a name stands for one shape")
    func names() {
        let named = Self.reached.compactMap { (schema) in schema.name.map { (name: $0, schema: schema) } }
        for (name, shapes) in Dictionary(grouping: named, by: \.name) where shapes.count > 1 {
            Issue.record("\(name) is \(shapes.map(\.schema))")
        }
    }

    @Test("a record names each field once, a map may hold four times as many for what is new, and keys fit the parser")
    func records() {
        for case .record(let name, let fields) in Self.reached {
            #expect(Set(fields.map(\.key)).count == fields.count, "\(name)")
            #expect(4 * fields.count < WireLimits.mapEntryCountMax, "\(name)")
            #expect(fields.allSatisfy { WireLimits.isKey($0.key.utf8) }, "\(name)")
            #expect(fields.allSatisfy { $0.key.wholeMatch(of: /[a-z][a-zA-Z]*/) != nil }, "\(name)")
        }
    }

    @Test("a union's tags differ, its cases are records, and none of them uses the tag's key")
    func unions() {
        for case .union(let name, let tag, let cases) in Self.reached {
            #expect(Set(cases.map(\.tag)).count == cases.count, "\(name)")
            for one in cases {
                guard case .record(_, let fields) = one.schema else {
                    Issue.record("\(name).\(one.tag) is no record")
                    continue
                }
                #expect(!fields.contains { $0.key == tag }, "\(name).\(one.tag)")
            }
        }
    }

    /// Text equality folds a few scalars onto ASCII (U+212A onto K, U+037E onto the semicolon, U+1FEF onto the grave
    /// accent); a tag or case that avoids those three has exactly one spelling.
    @Test("no tag and no enumeration case has two spellings")
    func oneSpelling() {
        for schema in Self.reached {
            let words: [String] = switch schema {
            case .enumeration(_, let cases): cases
            case .union(_, _, let cases): cases.map(\.tag)
            default: []
            }
            #expect(words.allSatisfy { $0.wholeMatch(of: /[a-zA-JL-Z.-]+/) != nil }, "\(words)")
        }
    }

    @Test("a pattern matches the type's own sample")
    func patterns() throws {
        for case .formatted(let name, let pattern, _) in Self.reached {
            let regex = try Regex(pattern)
            let sample = switch name {
            case "AccountID": AccountID.sample.description
            case "ConversationID": ConversationID.sample.description
            case "ClientID": ClientID.sample.description
            case "BackupID": BackupID.sample.description
            case "IncarnationID": IncarnationID.sample.description
            case "MediaID": MediaID.sample.description
            case "MessageID": MessageID.sample.description
            case "Handle": Handle.sample.description
            case "EmojiName": EmojiName.sample.description
            default: ""
            }
            #expect(sample.wholeMatch(of: regex) != nil, "\(name)")
        }
    }

    @Test("the pattern of a handle and the rule of a handle are the same")
    func handlePattern() throws {
        guard case .formatted(_, let pattern, _) = Handle.schema else { return }
        let regex = try Regex(pattern)
        for length in 0...40 {
            for character in "a0._-AZ/{`:é" {
                let text = "b" + String(repeating: character, count: length)
                for candidate in [text, String(text.reversed())] {
                    #expect((Handle(text: candidate) != nil) == (candidate.wholeMatch(of: regex) != nil))
                }
            }
        }
    }
}
