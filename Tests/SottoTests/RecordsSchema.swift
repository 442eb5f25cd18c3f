import Wire

@testable import sotto

/// What one line of `--json` looks like, as JSON Schema: `docs/records.json`.
enum RecordsSchema {
    static var document: WireValue {
        let schemas = RecordCatalogue.all.map { $0.record.schema }
        return .object([
            "$schema": .text("https://json-schema.org/draft/2020-12/schema"),
            "title": .text("One line of what sotto prints with --json"),
            "type": .text("object"),
            "properties": .object([RecordCatalogue.versionKey: constant(.unsigned(RecordCatalogue.version))]),
            "required": .list([.text(RecordCatalogue.eventKey), .text(RecordCatalogue.versionKey)]),
            "oneOf": .list(RecordCatalogue.all.map(event)),
            "$defs": JSONSchema.components(for: schemas, dialect: .printed),
        ])
    }

    private static func event(_ entry: RecordCatalogue.Entry) -> WireValue {
        .object([
            "description": .text(entry.when),
            "properties": .object([RecordCatalogue.eventKey: constant(.text(entry.event))]),
            "$ref": .text("#/$defs/\(entry.record.name)"),
        ])
    }

    private static func constant(_ value: WireValue) -> WireValue { .object(["const": value]) }
}
