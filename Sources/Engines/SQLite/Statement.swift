import CSQLite
import Wire

/// A prepared statement. Whoever runs it resets it, which also frees what was bound.
final class Statement {
    /// `nil` once the connection is closed.
    private var handle: OpaquePointer?
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
    func step() throws(Problem) -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.problem(code)
        }
    }

    /// Runs a statement without rows, and resets it.
    func run() throws(Problem) {
        defer { reset() }
        while try step() {}
    }

    func reset() { sqlite3_reset(handle) }

    // MARK: Binding, from 1

    func bind(_ index: Int32, _ value: SQLValue) {
        switch value {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let number): bind(index, number)
        case .id(let id): bind(index, id)
        case .text(let text): sqlite3_bind_text(handle, index, text, -1, Self.copied)
        case .blob(let bytes):
            // An empty array has no address, and a null address would bind NULL.
            if bytes.isEmpty { sqlite3_bind_zeroblob(handle, index, 0) }
            else { sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), Self.copied) }
        }
    }

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    func bind(_ index: Int32, _ value: SixteenBytes) {
        var bytes = (value.high.bigEndian, value.low.bigEndian)
        sqlite3_bind_blob(handle, index, &bytes, 16, Self.copied)
    }

    func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

    /// The bytes must stay where they are until ``reset()``.
    func bind(_ index: Int32, borrowing bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), nil)
    }

    /// SQLITE_TRANSIENT: SQLite makes its own copy.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    // MARK: Columns, from 0

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func number(_ column: Int32) -> UInt64 { UInt64(clamping: integer(column)) }

    func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: number(column)) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// Valid until the next step or reset.
    func borrowedBytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    func bytes(_ column: Int32) -> [UInt8] { [UInt8](borrowedBytes(column)) }

    func bytesIfPresent(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

    func id(_ column: Int32) -> SixteenBytes? {
        let bytes = borrowedBytes(column)
        guard bytes.count == 16 else { return nil }
        return SixteenBytes(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    func text(_ column: Int32) -> String? {
        sqlite3_column_text(handle, column).map { String(cString: $0) }
    }
}
