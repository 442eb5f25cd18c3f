import Wire

/// An event that `--json` tells: its name, the record that it prints, and when. Each is declared beside the record, as
/// a static property whose name is the event's; ``RecordCatalogue/all`` is printed from the declarations.
struct RecordKind<Value: PrintedRecord>: Sendable {
    /// What stands in the field `event`.
    let event: String
    /// For the page: when it is printed.
    let when: String

    /// - Parameter event: the name of the property that makes it.
    init(_ when: String, event: String = #function) {
        self.event = event
        self.when = when
    }

    /// The line of a record: its event first, the version last, without the end of the line.
    func line(_ record: Value) -> [UInt8] {
        var writer = WireWriter(form: .json)
        writer.record { (writer) in
            writer.put(RecordCatalogue.eventKey, text: event)
            record.write(fields: &writer)
            writer.put(RecordCatalogue.versionKey, number: RecordCatalogue.version)
        }
        return writer.bytes
    }
}

/// Everything that `--json` prints.
enum RecordCatalogue {
    /// Of the format as a whole. A new event, field or word leaves it as it is; what takes something away, or lets it
    /// mean something else, counts it up.
    static let version: UInt64 = 1
    static let eventKey = "event"
    static let versionKey = "v"

    /// A kind of whatever record.
    struct Entry: Sendable {
        let event: String
        let when: String
        let record: any PrintedRecord.Type

        init<Value>(_ kind: RecordKind<Value>) {
            (event, when, record) = (kind.event, kind.when, Value.self)
        }
    }
}
