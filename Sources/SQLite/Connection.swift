import CSQLite

/// One connection to a database file, for one thread at a time.
///
/// Statements are prepared once and kept: preparing again costs as much as running. Every failure of the machine is
/// kept in ``failure``, so that a batch can tell a failing disk from a refused command.
package final class Connection {
    /// What may be done with a file.
    package enum Access: Sendable {
        case readWrite
        case readOnly
        /// Of a file that nobody changes meanwhile and that has no write-ahead log: makes no file beside it.
        case readOnlyUnchanging
    }

    let handle: OpaquePointer
    private var statements: [UnsafeRawPointer: Statement] = [:]
    private var isClosed = false
    private var commitHook: ((Int) -> Void)?
    private var stop: (() -> Bool)?
    /// The extended result code of the first failure since it was cleared.
    package var failure: Int32?

    /// - Parameters:
    ///   - creates: whether the file may be made; who owns a folder makes its files beforehand.
    ///   - system: what SQLite reads and writes files through, by the name it was registered under; the usual one
    ///     without.
    package init(
        path: String, access: Access, creates: Bool = false, through system: String? = nil
    ) throws(SQLiteError) {
        var opened: OpaquePointer?
        var path = path
        var flags = (access == .readWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY)
            | (creates ? SQLITE_OPEN_CREATE : 0)
        if access == .readOnlyUnchanging {
            // Two slashes in front of an absolute one: what stands between them would be a host.
            path = "file:\(path.hasPrefix("/") ? "//" : "")\(Self.quoted(path))?immutable=1"
            flags |= SQLITE_OPEN_URI
        }
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, system)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw .failed(code: code)
        }
        handle = opened
        setBusyTimeout(milliseconds: 2_000)
    }

    /// A path as the part of a URI: what would end it is written by its number.
    private static func quoted(_ path: String) -> String {
        path.utf8.map { (byte) -> String in
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0...32, 127...:
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            default: String(UnicodeScalar(byte))
            }
        }.joined()
    }

    deinit { close() }

    /// Gives the file back at once, whoever still holds this object or its statements.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        for statement in statements.values { statement.finalize() }
        statements = [:]
        sqlite3_close_v2(handle)
    }

    // MARK: Statements

    /// The kept statement of a text. Its bindings are cleared.
    package func statement(_ sql: StaticString) throws(SQLiteError) -> Statement {
        let key = UnsafeRawPointer(sql.utf8Start)
        if let known = statements[key] { return known }
        return try prepare(sql.utf8Start, Int32(sql.utf8CodeUnitCount), key)
    }

    /// The same of a text that was made from a declaration.
    package func statement(_ sql: SQL) throws(SQLiteError) -> Statement {
        let key = UnsafeRawPointer(Unmanaged.passUnretained(sql).toOpaque())
        if let known = statements[key] { return known }
        var text = sql.text
        let prepared = text.withUTF8 { (utf8) in
            Result { () throws(SQLiteError) in try prepare(utf8.baseAddress, Int32(utf8.count), key) }
        }
        return try prepared.get()
    }

    private func prepare(
        _ text: UnsafePointer<UInt8>?, _ byteCount: Int32, _ key: UnsafeRawPointer
    ) throws(SQLiteError) -> Statement {
        var prepared: OpaquePointer?
        let code = UnsafeRawPointer(text).map {
            sqlite3_prepare_v3(
                handle, $0.assumingMemoryBound(to: CChar.self), byteCount, UInt32(SQLITE_PREPARE_PERSISTENT),
                &prepared, nil)
        } ?? SQLITE_MISUSE
        guard code == SQLITE_OK, let prepared else { throw error(code) }
        let statement = Statement(prepared, self)
        statements[key] = statement
        return statement
    }

    /// Runs a statement that gives no rows, or whose rows do not matter.
    package func run(_ sql: StaticString, _ values: SQLValue...) throws(SQLiteError) {
        let statement = try statement(sql)
        defer { statement.reset() }
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        while try statement.step() {}
    }

    /// The rows, each made by `read`, which throws for one it cannot make sense of.
    package func rows<T>(
        _ sql: StaticString, _ values: SQLValue..., read: (Statement) throws(SQLiteError) -> T
    ) throws(SQLiteError) -> [T] {
        let statement = try statement(sql)
        defer { statement.reset() }
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        var rows: [T] = []
        while try statement.step() { rows.append(try read(statement)) }
        return rows
    }

    /// The rows one after the other, where nothing is made of them that is kept.
    package func each(
        _ sql: StaticString, _ values: SQLValue..., visit: (Statement) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        let statement = try statement(sql)
        defer { statement.reset() }
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        while try statement.step() { try visit(statement) }
    }

    /// The first row, if there is any.
    package func first<T>(
        _ sql: StaticString, _ values: SQLValue..., read: (Statement) throws(SQLiteError) -> T
    ) throws(SQLiteError) -> T? {
        let statement = try statement(sql)
        defer { statement.reset() }
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        return try statement.step() ? try read(statement) : nil
    }

    /// Runs text that is not worth keeping prepared: pragmas and schema.
    package func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw error(code) }
    }

    /// Runs text that is not worth keeping, and gives the first column of its rows as text.
    package func texts(_ sql: String) throws(SQLiteError) -> [String] {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw error(code) }
        let statement = Statement(prepared, self)
        var texts: [String] = []
        while try statement.step() { texts.append(statement.text(0) ?? "") }
        return texts
    }

    /// How SQLite would run a statement, one line for each step.
    package func plan(_ sql: String) throws(SQLiteError) -> [String] {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, "EXPLAIN QUERY PLAN " + sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw error(code) }
        let statement = Statement(prepared, self)
        var lines: [String] = []
        while try statement.step() { lines.append(statement.text(3) ?? "") }
        return lines
    }

    // MARK: State

    /// Rows that the last statement wrote or deleted.
    package var changeCount: Int32 { sqlite3_changes(handle) }

    /// Rows written or deleted since the connection was opened.
    package var totalChangeCount: Int32 { sqlite3_total_changes(handle) }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// How long to wait for what another connection holds.
    package func setBusyTimeout(milliseconds: Int32) { sqlite3_busy_timeout(handle, milliseconds) }

    /// Notes a failure and gives it.
    func error(_ code: Int32) -> SQLiteError {
        let code = SQLiteError.code(code, systemError: sqlite3_system_errno(handle))
        let text = String(cString: sqlite3_errmsg(handle))
        precondition(code & 0xFF != SQLITE_CONSTRAINT, "a rule of the schema was broken: \(text)")
        precondition(code & 0xFF != SQLITE_MISUSE, "SQLite was misused: \(text)")
        if failure == nil { failure = code }
        return .failed(code: code)
    }

    /// Has `stop` asked now and then while a statement runs: one that is stopped fails. `nil` asks nobody.
    package func setStop(_ stop: (() -> Bool)?) {
        self.stop = stop
        guard stop != nil else { return sqlite3_progress_handler(handle, 0, nil, nil) }
        sqlite3_progress_handler(handle, 10_000, { (context) in
            guard let context else { return 0 }
            return Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().stop?() == true ? 1 : 0
        }, Unmanaged.passUnretained(self).toOpaque())
    }

    // MARK: The write-ahead log

    /// Has `hook` hear, after each commit of this connection, how many pages the write-ahead log holds.
    package func onCommit(_ hook: @escaping (Int) -> Void) {
        commitHook = hook
        sqlite3_wal_hook(handle, { (context, _, _, pageCount) in
            guard let context else { return SQLITE_OK }
            Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().commitHook?(Int(pageCount))
            return SQLITE_OK
        }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Whether the write-ahead log is left as it is, neither copied nor removed, when this connection is the last to
    /// close.
    package func setKeepsLog(_ keeps: Bool) { sotto_sqlite_keep_log(handle, keeps ? 1 : 0) }

    /// How far a checkpoint goes.
    package enum Checkpoint: Sendable {
        /// As far as it can without waiting.
        case passive
        /// All of it, waiting for readers, so that the next commit begins the log anew.
        case restart
        /// All of it, and the log is cut to nothing.
        case truncate

        fileprivate var code: Int32 {
            switch self {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .restart: SQLITE_CHECKPOINT_RESTART
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        }
    }

    /// Copies the write-ahead log back into the file.
    /// - Returns: the result code, pages in the log, and how many of them are copied.
    package func checkpoint(_ mode: Checkpoint) -> (code: Int32, logCount: Int32, copiedCount: Int32) {
        var logCount: Int32 = 0
        var copiedCount: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode.code, &logCount, &copiedCount)
        return (code, logCount, copiedCount)
    }
}

/// A statement's text that is made from a declaration, once: its identity is what a connection keeps it by, so it
/// must live as long as the program.
package final class SQL: Sendable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }
}
