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
        return Self.escaped(writer.bytes)
    }

    /// With what JSON lets stand, and terminals and readers of lines take for an end of one, escaped: U+007F to U+009F,
    /// U+2028 and U+2029. They stand within texts alone, where an escape says the same.
    private static func escaped(_ line: [UInt8]) -> [UInt8] {
        let hex = Array("0123456789abcdef".utf8)
        func escape(_ low: UInt8) -> [UInt8] { Array("\\u00".utf8) + [hex[Int(low >> 4)], hex[Int(low & 0xF)]] }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(line.count)
        var rest = line[...]
        while let byte = rest.popFirst() {
            switch (byte, rest.first) {
            case (0x7F, _): escaped += escape(byte)
            case (0xC2, let low?) where low < 0xA0:
                rest = rest.dropFirst()
                escaped += escape(low)
            case (0xE2, _) where rest.starts(with: [0x80, 0xA8]) || rest.starts(with: [0x80, 0xA9]):
                escaped += Array((rest.dropFirst().first == 0xA8 ? "\\u2028" : "\\u2029").utf8)
                rest = rest.dropFirst(2)
            default: escaped.append(byte)
            }
        }
        return escaped
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
