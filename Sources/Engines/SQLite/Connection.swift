import CSQLite
import Wire

/// One connection to the database file, for one thread at a time.
///
/// Statements are prepared once and kept: preparing again costs as much as running. Every failure becomes a
/// ``Problem`` and is kept in ``failure``, so that a batch can tell a failing disk from a refused command.
final class Connection {
    enum Access { case readWrite, readOnly }

    let handle: OpaquePointer
    private var statements: [UnsafePointer<UInt8>: Statement] = [:]
    private var isClosed = false
    /// The extended result code of the first failure since it was cleared.
    var failure: Int32?

    init(path: String, access: Access) throws(StoreError) {
        var opened: OpaquePointer?
        let flags = access == .readWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw .unreachable(name: databaseName, reason: String(cString: sqlite3_errstr(code)))
        }
        handle = opened
        sqlite3_busy_timeout(handle, 2_000)
    }

    deinit { close() }

    /// Gives the file back at once, whoever still holds this object or its statements.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        for statement in statements.values { statement.finalize() }
        statements = [:]
        sqlite3_close_v2(handle)
    }

    /// The kept statement of a text. Its bindings are cleared.
    func statement(_ sql: StaticString) throws(Problem) -> Statement {
        if let known = statements[sql.utf8Start] { return known }
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(
            handle, sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: sql.utf8CodeUnitCount) { $0 },
            Int32(sql.utf8CodeUnitCount), UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw problem(code) }
        let statement = Statement(prepared, self)
        statements[sql.utf8Start] = statement
        return statement
    }

    /// Runs a statement that gives no rows, or whose rows do not matter.
    func run(_ sql: StaticString, _ values: SQLValue...) throws(Problem) {
        let statement = try statement(sql)
        defer { statement.reset() }
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        while try statement.step() {}
    }

    /// The rows, each made by `read`, which gives nil for one it cannot make sense of.
    func rows<T>(_ sql: StaticString, _ values: SQLValue..., read: (Statement) -> T?) throws(Problem) -> [T] {
        let statement = try statement(sql)
        defer { statement.reset() }
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        var rows: [T] = []
        while try statement.step() {
            guard let row = read(statement) else { throw Self.unreadable }
            rows.append(row)
        }
        return rows
    }

    /// The first row, if there is any.
    func first<T>(_ sql: StaticString, _ values: SQLValue..., read: (Statement) -> T?) throws(Problem) -> T? {
        let statement = try statement(sql)
        defer { statement.reset() }
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        guard try statement.step() else { return nil }
        guard let row = read(statement) else { throw Self.unreadable }
        return row
    }

    /// Runs text that is not worth keeping prepared: pragmas and schema.
    func execute(_ sql: String) throws(Problem) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw problem(code) }
    }

    /// Rows that the last statement wrote or deleted.
    var changeCount: Int32 { sqlite3_changes(handle) }

    /// Rows written or deleted since the connection was opened.
    var totalChangeCount: Int32 { sqlite3_total_changes(handle) }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    private static let unreadable = Problem(.internalError, "A row of the store does not make sense.")

    /// Notes a failure and words it.
    func problem(_ code: Int32) -> Problem {
        let text = String(cString: sqlite3_errmsg(handle))
        precondition(code & 0xFF != SQLITE_CONSTRAINT, "a rule of the schema was broken: \(text)")
        precondition(code & 0xFF != SQLITE_MISUSE, "SQLite was misused")
        if failure == nil { failure = code }
        return SQLFailure.problem(code)
    }
}

/// A value on its way into a statement.
enum SQLValue {
    case null
    case integer(Int64)
    case blob([UInt8])
    case id(SixteenBytes)
    case text(String)

    static func number(_ value: UInt64) -> SQLValue { .integer(Int64(clamping: value)) }
    static func time(_ value: Timestamp) -> SQLValue { .integer(Int64(clamping: value.milliseconds)) }
    static func id(_ value: some RandomIdentifier) -> SQLValue { .id(value.bytes) }
    static func blob(_ value: [UInt8]?) -> SQLValue { value.map { .blob($0) } ?? .null }
    static func text(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
}
