package import Wire

// How the values of Wire stand in a column.

extension Optional: Prefix where Wrapped: Cell {
    package func write(to writer: inout CellWriter) {
        if let value = self { value.write(to: &writer) } else { writer.null() }
    }
}

extension Optional: Cell where Wrapped: Cell {
    package static var storage: CellStorage { Wrapped.storage }
    package static var isOptional: Bool { true }

    package static func read(from reader: inout CellReader) throws(SQLiteError) -> Wrapped? {
        reader.isNull() ? nil : try Wrapped.read(from: &reader)
    }
}

// MARK: Numbers

/// SQLite has no numbers from 2^63 up: what is greater stands as the greatest there is, so that the order holds.
extension UInt64: Cell {
    package static var storage: CellStorage { .integer }
    package func write(to writer: inout CellWriter) { writer.integer(Int64(clamping: self)) }
    package static func read(from reader: inout CellReader) throws(SQLiteError) -> UInt64 {
        guard let value = UInt64(exactly: try reader.integer()) else { throw reader.nonsense }
        return value
    }
}

extension Int64: Cell {
    package static var storage: CellStorage { .integer }
    package func write(to writer: inout CellWriter) { writer.integer(self) }
    package static func read(from reader: inout CellReader) throws(SQLiteError) -> Int64 { try reader.integer() }
}

extension Bool: Cell {
    package static var storage: CellStorage { .integer }
    package func write(to writer: inout CellWriter) { writer.integer(self ? 1 : 0) }
    package static func read(from reader: inout CellReader) throws(SQLiteError) -> Bool {
        let number = try reader.integer()
        guard number == 0 || number == 1 else { throw reader.nonsense }
        return number == 1
    }
}

/// A number with a meaning of its own.
package protocol NumberCell: Cell {
    /// `nil` for a number that it never is.
    init?(cell: UInt64)
    var cell: UInt64 { get }
}

extension NumberCell {
    package static var storage: CellStorage { .integer }
    package func write(to writer: inout CellWriter) { cell.write(to: &writer) }
    package static func read(from reader: inout CellReader) throws(SQLiteError) -> Self {
        guard let value = Self(cell: try UInt64.read(from: &reader)) else { throw reader.nonsense }
        return value
    }
}

extension UInt32: NumberCell {
    package init?(cell: UInt64) { self.init(exactly: cell) }
    package var cell: UInt64 { UInt64(self) }
}

extension Timestamp: NumberCell {
    package init?(cell: UInt64) {
        guard cell <= Self.millisecondsMax else { return nil }
        self.init(milliseconds: cell)
    }
    package var cell: UInt64 { milliseconds }
}

extension DeviceID: NumberCell {
    package init?(cell: UInt64) {
        guard let number = UInt32(exactly: cell) else { return nil }
        self.init(number)
    }
    package var cell: UInt64 { UInt64(rawValue) }
}

extension RegistrationID: NumberCell {
    package init?(cell: UInt64) {
        guard let number = UInt32(exactly: cell) else { return nil }
        self.init(number)
    }
    package var cell: UInt64 { UInt64(rawValue) }
}

extension SequenceNumber: NumberCell {
    package init?(cell: UInt64) { self.init(cell) }
    package var cell: UInt64 { rawValue }
}

extension MessageID: NumberCell {
    package init?(cell: UInt64) { self.init(cell) }
    package var cell: UInt64 { rawValue }
}

// MARK: Bytes

extension Array: Prefix where Element == UInt8 {
    package func write(to writer: inout CellWriter) { withUnsafeBytes { writer.bytes($0) } }
}

extension Array: Cell where Element == UInt8 {
    package static var storage: CellStorage { .blob }
    package static func read(from reader: inout CellReader) throws(SQLiteError) -> [UInt8] {
        try reader.bytes { [UInt8]($0) }
    }
}

extension SixteenBytes: Cell {
    package static var storage: CellStorage { .blob }

    package func write(to writer: inout CellWriter) {
        let words = (high.bigEndian, low.bigEndian)
        withUnsafeBytes(of: words) { writer.bytes($0) }
    }

    package static func read(from reader: inout CellReader) throws(SQLiteError) -> SixteenBytes {
        try reader.bytes { (bytes) in
            guard bytes.count == 16 else { return nil }
            return SixteenBytes(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }
}

extension Cell where Self: RandomIdentifier {
    package static var storage: CellStorage { .blob }
    package func write(to writer: inout CellWriter) { bytes.write(to: &writer) }
    package static func read(from reader: inout CellReader) throws(SQLiteError) -> Self {
        Self(bytes: try SixteenBytes.read(from: &reader))
    }
}

extension AccountID: Cell {}
extension ConversationID: Cell {}
extension BackupID: Cell {}
extension MediaID: Cell {}
extension IncarnationID: Cell {}

/// A record of Wire in CBOR, in one column: for what is read and written as a whole.
package protocol RecordCell: Cell, WireRecord {}

extension RecordCell {
    package static var storage: CellStorage { .blob }
    package func write(to writer: inout CellWriter) { encoded(as: .cbor).write(to: &writer) }
    package static func read(from reader: inout CellReader) throws(SQLiteError) -> Self {
        let bytes = try [UInt8].read(from: &reader)
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard let record = try? Self.decode(bytes, in: context) else { throw reader.nonsense }
        return record
    }
}

// MARK: Text

extension String: Cell {
    package static var storage: CellStorage { .text }
    package func write(to writer: inout CellWriter) { writer.text(self) }
    package static func read(from reader: inout CellReader) throws(SQLiteError) -> String { try reader.text() }
}

/// A text with rules of its own, or a word out of a list.
package protocol TextCell: Cell {
    /// `nil` for a text that it never is.
    init?(cell: String)
    var cell: String { get }
}

extension TextCell {
    package static var storage: CellStorage { .text }
    package func write(to writer: inout CellWriter) { writer.text(cell) }
    package static func read(from reader: inout CellReader) throws(SQLiteError) -> Self {
        guard let value = Self(cell: try reader.text()) else { throw reader.nonsense }
        return value
    }
}

extension TextCell where Self: WireEnumeration {
    package init?(cell: String) { self.init(word: cell) }
}

extension TextCell where Self: RawRepresentable, RawValue == String {
    package init?(cell: String) { self.init(rawValue: cell) }
    package var cell: String { rawValue }
}

extension Handle: TextCell {
    package init?(cell: String) { self.init(text: cell) }
    package var cell: String { text }
}

extension EmojiName: TextCell {
    package init?(cell: String) { self.init(text: cell) }
    package var cell: String { text }
}

extension ConversationKind: TextCell {}
extension ConversationMode: TextCell {}
extension Role: TextCell {}
extension MediaClass: TextCell {}
extension MediaState: TextCell {}
extension MediaLifetime: TextCell {}
extension MediaUse: TextCell {}
