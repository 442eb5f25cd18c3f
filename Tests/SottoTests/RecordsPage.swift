import Wire

@testable import sotto

/// The printed half of the page of all records, `docs/records.md`: every event, and the fields of its record.
enum RecordsPage {
    /// What the printed half begins with.
    static let head = "## The events\n"

    static var text: String {
        let head = """
            From here on printed from the declarations in `Sources/sotto/Records`, by \
            `SOTTO_UPDATE=1 swift test --filter RecordCatalogueTests`; a test holds it to them. A field with `?` may \
            be absent.

            | `event` | when | fields |
            |---|---|---|
            """
        let rows = RecordCatalogue.all.map { (entry) in
            "| `\(entry.event)` | \(entry.when) | \(fields(of: entry)) |"
        }
        let sections = RecordCatalogue.all.map(\.record).filter(hasSection).map { (record) in
            (title(record), section(record))
        }
        let sorted = Dictionary(sections) { (first, _) in first }.sorted { $0.key < $1.key }.map(\.value)
        return ([Self.head, head] + rows).joined(separator: "\n") + "\n\n" + sorted.joined(separator: "\n\n") + "\n"
    }

    // MARK: Details

    /// Where a row would be too long.
    private static func hasSection(_ record: any PrintedRecord.Type) -> Bool { record.schema.fields.count > 4 }

    private static func title(_ record: any PrintedRecord.Type) -> String {
        let name = String(describing: record).replacing(/(Record|View)$/, with: "")
        let words = name.reduce(into: "") { (words, character) in
            words += character.isUppercase && !words.isEmpty ? " \(character.lowercased())" : "\(character)"
        }
        return "\(words) record"
    }

    private static func fields(of entry: RecordCatalogue.Entry) -> String {
        let fields = entry.record.schema.fields
        guard !hasSection(entry.record) else {
            let title = title(entry.record)
            return "[\(title)](#\(title.lowercased().replacing(" ", with: "-")))"
        }
        guard !fields.isEmpty else { return "–" }
        return fields.map { (field) in
            name(field) + (entry.record.notes[field.key].map { " (\($0))" } ?? "")
        }.joined(separator: ", ")
    }

    private static func section(_ record: any PrintedRecord.Type) -> String {
        var lines = ["### \(title(record))", "", "| field | is | |", "|---|---|---|"]
        for field in record.schema.fields { lines += rows(field, below: "", record.notes) }
        return lines.joined(separator: "\n")
    }

    /// A record within has a row for each of its fields, but for one that has its own section.
    private static func rows(_ field: Schema.Field, below outer: String, _ notes: [String: String]) -> [String] {
        let path = outer + field.key
        let own = "| `\(path)`\(field.isRequired ? "" : "?") | \(kind(of: field.schema)) | \(notes[path] ?? "") |"
        guard case .record(let name, let fields) = field.schema, !sectioned.contains(name) else { return [own] }
        return [own] + fields.flatMap { rows($0, below: path + ".", notes) }
    }

    private static let sectioned = Set(RecordCatalogue.all.map(\.record).filter(hasSection).map { $0.name })

    private static func name(_ field: Schema.Field) -> String { "`\(field.key)`" + (field.isRequired ? "" : "?") }

    /// A few words for people; the schema has the bounds.
    private static func kind(of schema: Schema) -> String {
        switch schema {
        case .any: "anything"
        case .boolean: "flag"
        case .integer: "number"
        case .text: "text"
        case .bytes: "bytes"
        case .timestamp: "time"
        case .formatted(let name, _, _): ids[name] ?? name
        case .enumeration(_, let cases): cases.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let item, _): "list: \(kind(of: item))"
        case .record(let name, _) where sectioned.contains(name): "object: \(name.replacing(/Record$/, with: ""))"
        case .record: "object"
        case .union: "object"
        }
    }

    private static let ids = [
        "AccountID": "account", "ChatID": "chat", "ClientID": "id", "MediaID": "media", "Handle": "handle",
        "EmojiName": "name",
    ]
}

extension Schema {
    /// Of a record; none of anything else.
    var fields: [Field] {
        guard case .record(_, let fields) = self else { return [] }
        return fields
    }
}
