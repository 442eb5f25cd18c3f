import Foundation
import Testing
import Wire

@testable import sotto

/// What `--json` prints, and its pages. After a change, write those anew with
/// `SOTTO_UPDATE=1 swift test --filter RecordCatalogueTests` and read the difference: what is taken away or means
/// something else now counts ``RecordCatalogue/version`` up.
@Suite struct RecordCatalogueTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL

    private func hold(_ path: String, _ expected: (String) throws -> String) throws {
        let file = Self.root.appending(path: path)
        let published = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let text = try expected(published)
        if ProcessInfo.processInfo.environment["SOTTO_UPDATE"] == "1" {
            try Data(text.utf8).write(to: file)
            return
        }
        // Compared outside the macro, which would print both texts whole.
        let isSame = published == text
        #expect(isSame, "\(path) is not what the declarations say; see the comment on this suite")
    }

    @Test("the lower half of docs/records.md is what the declarations say")
    func page() throws {
        try hold("docs/records.md") { (published) in
            let start = try #require(published.firstRange(of: RecordsPage.head)).lowerBound
            return published[..<start] + RecordsPage.text
        }
    }

    @Test("docs/records.json is what the declarations say")
    func schema() throws {
        try hold("docs/records.json") { (_) in RecordsSchema.document.indented() + "\n" }
    }

    @Test("fixtures/records.jsonl has a line of each event")
    func samples() throws {
        func line<Value: PrintedRecord>(_ event: String, _ record: Value.Type) -> String {
            String(decoding: RecordKind<Value>("", event: event).line(Value.sample), as: UTF8.self) + "\n"
        }
        try hold("fixtures/records.jsonl") { (_) in
            RecordCatalogue.all.map { line($0.event, $0.record) }.joined()
        }
    }

    @Test("each event has one kind, and says when it is printed")
    func events() {
        let events = RecordCatalogue.all.map(\.event)
        #expect(Set(events).count == events.count)
        for entry in RecordCatalogue.all {
            #expect(!entry.when.isEmpty && !entry.when.hasSuffix("."), "\(entry.event)")
        }
    }

    @Test("the page says of no field what no record has")
    func notes() {
        for entry in RecordCatalogue.all {
            let paths = Set(fields(of: entry.record.schema).map(\.path))
            for key in entry.record.notes.keys { #expect(paths.contains(key), "\(entry.event): \(key)") }
        }
    }

    @Test("a name of a field means one thing wherever it stands, and is none of the line's own")
    func names() {
        var kinds: [String: Set<String>] = [:]
        for entry in RecordCatalogue.all {
            let all = fields(of: entry.record.schema)
            #expect(Set(all.map(\.path)).count == all.count, "\(entry.event)")
            for (path, field) in all {
                #expect(![RecordCatalogue.eventKey, RecordCatalogue.versionKey].contains(path), "\(entry.event)")
                kinds[field.key, default: []].insert(kind(of: field.schema))
            }
        }
        // An emoji's name has fewer characters than others; a post may show several media.
        let exceptions = ["name": ["text", "EmojiName"], "media": ["MediaID", "list of MediaID"]] as [String: Set]
        for (key, found) in kinds where found.count > 1 { #expect(exceptions[key] == found, "\(key): \(found)") }
    }

    private func fields(of schema: Schema, below outer: String = "") -> [(path: String, field: Schema.Field)] {
        schema.fields.flatMap { (field) in
            [(outer + field.key, field)] + fields(of: field.schema, below: outer + field.key + ".")
        }
    }

    /// Without its bounds.
    private func kind(of schema: Schema) -> String {
        switch schema {
        case .any: "any"
        case .boolean: "flag"
        case .integer: "number"
        case .text: "text"
        case .bytes: "bytes"
        case .timestamp: "time"
        case .list(let item, _): "list of \(kind(of: item))"
        case .formatted(let name, _, _), .enumeration(let name, _), .record(let name, _), .union(let name, _, _): name
        }
    }
}
