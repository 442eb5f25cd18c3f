import CSQLite
package import Wire

/// A prepared statement. Whoever runs it resets it, which also frees what was bound.
package final class Statement {
    /// `nil` once the connection is closed.
    private(set) var handle: OpaquePointer?
    private unowned let connection: Connection

    init(_ handle: OpaquePointer, _ connection: Connection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    /// Called by the connection when it closes; the statement is of no use after it.
    func finalize() {
        sqlite3_finalize(handle)
        handle = nil
    }

    /// - Returns: whether there is a row to read.
    package func step() throws(SQLiteError) -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.error(code)
        }
    }

    /// Runs a statement without rows, and resets it.
    package func run() throws(SQLiteError) {
        defer { reset() }
        while try step() {}
    }

    /// Ends a run, and frees what was bound.
    package func reset() { sqlite3_reset(handle) }

    // MARK: Binding, from 1

    /// Any value; each of these copies what it is given, unless it says otherwise.
    package func bind(_ index: Int32, _ value: SQLValue) {
        switch value {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let number): bind(index, number)
        case .id(let id): bind(index, id)
        case .text(let text): bind(index, text)
        case .blob(let bytes): bytes.withUnsafeBytes { bind(index, copying: $0) }
        }
    }

    /// A number.
    package func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    /// Sixteen bytes in network order.
    package func bind(_ index: Int32, _ value: SixteenBytes) {
        var bytes = (value.high.bigEndian, value.low.bigEndian)
        sqlite3_bind_blob(handle, index, &bytes, 16, Self.copied)
    }

    /// By its length: a text may hold any character, NUL too.
    package func bind(_ index: Int32, _ text: String) {
        var text = text
        // An empty text may have no address, and a null address would bind NULL.
        if text.isEmpty {
            sqlite3_bind_text(handle, index, "", 0, Self.copied)
        } else {
            text.withUTF8 { (utf8) in
                let bytes = UnsafeRawBufferPointer(utf8).bindMemory(to: CChar.self)
                sqlite3_bind_text(handle, index, bytes.baseAddress, Int32(bytes.count), Self.copied)
            }
        }
    }

    func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

    /// Bytes.
    package func bind(_ index: Int32, copying bytes: UnsafeRawBufferPointer) {
        // An empty array has no address, and a null address would bind NULL.
        if bytes.isEmpty { sqlite3_bind_zeroblob(handle, index, 0) }
        else { sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), Self.copied) }
    }

    /// The bytes must stay where they are until ``reset()``.
    package func bind(_ index: Int32, borrowing bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), nil)
    }

    /// SQLITE_TRANSIENT: SQLite makes its own copy.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    // MARK: Columns, from 0

    /// A number, converted where it is none.
    package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// A number that is not below zero; clamped.
    package func number(_ column: Int32) -> UInt64 { UInt64(clamping: integer(column)) }

    /// Milliseconds since 1970.
    package func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: number(column)) }

    /// Whether nothing stands there.
    package func isNull(_ column: Int32) -> Bool { kind(column) == SQLITE_NULL }

    /// SQLite's word for what kind of value stands there.
    func kind(_ column: Int32) -> Int32 { sqlite3_column_type(handle, column) }

    /// Valid until the next step or reset.
    package func borrowedBytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    /// Sixteen bytes; `nil` for any other count.
    package func id(_ column: Int32) -> SixteenBytes? {
        let bytes = borrowedBytes(column)
        guard bytes.count == 16 else { return nil }
        return SixteenBytes(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// `nil` when it is NULL or no UTF-8.
    package func text(_ column: Int32) -> String? {
        guard !isNull(column) else { return nil }
        return String(validating: borrowedBytes(column), as: UTF8.self)
    }
}

/// A value on its way into a statement.
package enum SQLValue {
    case null
    case integer(Int64)
    case blob([UInt8])
    case id(SixteenBytes)
    case text(String)

    /// Clamped to what SQLite can hold.
    package static func number(_ value: UInt64) -> SQLValue { .integer(Int64(clamping: value)) }
    /// Milliseconds since 1970.
    package static func time(_ value: Timestamp) -> SQLValue { .integer(Int64(clamping: value.milliseconds)) }
    /// Sixteen bytes in network order.
    package static func id(_ value: some RandomIdentifier) -> SQLValue { .id(value.bytes) }
}
