import Wire

@testable import sotto

/// Holds what `sotto … --json` has printed against the catalogue of its records.
enum RecordCheck {
    /// One sentence for each line that does not fit.
    static func failures(in output: String) -> [String] {
        var lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        let rest = lines.popLast() ?? ""
        return lines.compactMap(failure(of:)) + (rest.isEmpty ? [] : ["the last line does not end: \(rest)"])
    }

    private static func failure(of line: Substring) -> String? {
        guard case .map(let entries)? = try? WireValue.parse(Array(line.utf8), as: .json) else {
            return "not one object: \(line)"
        }
        guard let first = entries.first, first.key == RecordCatalogue.eventKey, case .text(let event) = first.value,
            let entry = RecordCatalogue.all.first(where: { $0.event == event })
        else { return "begins with no event of the catalogue: \(line)" }
        guard entries.last == .init(key: RecordCatalogue.versionKey, value: .unsigned(RecordCatalogue.version)) else {
            return "does not end with the version: \(line)"
        }
        let fields = WireValue.map(Array(entries.dropFirst().dropLast()))
        return failure(of: fields, event, entry.record, line).map { "\($0): \(line)" }
    }

    /// Reads the fields as a reader does that skips what it does not know, and looks whether the same line comes out:
    /// so nothing was unknown. A strict reader would refuse characters that a text of others may have.
    private static func failure<Value: PrintedRecord>(
        of fields: WireValue, _ event: String, _ record: Value.Type, _ line: Substring
    ) -> String? {
        do throws(WireError) {
            let read = try Value(wire: fields, in: WireContext(form: .json, refusesUnknownFields: false))
            guard RecordKind<Value>("", event: event).line(read) != Array(line.utf8) else { return nil }
            _ = try Value(wire: fields, in: WireContext(form: .json, refusesUnknownFields: true))
            return "is not written as its record writes it"
        } catch {
            return "\(error.path) \(error.explanation)"
        }
    }
}
