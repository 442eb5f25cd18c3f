import SQLite
import Wire

/// Holds everything that a store's file says against itself: the structure of the file, every row against its digest,
/// every row that needs another one, the log against what it is found by, and counts against what they count.
///
/// Reads one snapshot, and changes nothing; a server may run meanwhile. What it takes is a look at every row.
public final class StoreCheck {
    /// What it came to.
    public struct Outcome: Sendable {
        /// One line each, without content: a table, a key, and what is wrong. Not more than ``findingCountMax``.
        public private(set) var findings: [String] = []
        /// How many there were.
        public private(set) var findingCount = 0
        /// Rows that were looked at.
        public internal(set) var rowCount = 0

        /// Lines that are kept.
        public static let findingCountMax = 1_000

        mutating func found(_ text: String) {
            findingCount += 1
            if findings.count < Self.findingCountMax { findings.append(text) }
        }
    }

    let connection: Connection
    var outcome = Outcome()

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Checks the store in a folder, whether or not a server runs on it.
    /// - Parameter progress: hears what is looked at.
    /// - Throws: ``StoreError`` where there is no store that could be opened.
    public static func run(
        folder: String, progress: (String) -> Void = { (_) in }
    ) throws(StoreError) -> Outcome {
        try StoreFolder.requireFormat(of: folder + "/" + databaseName)
        do throws(SQLiteError) {
            let connection = try Connection(path: folder + "/" + databaseName, access: .readOnly)
            defer { connection.close() }
            try connection.execute("PRAGMA cell_size_check = ON")
            let check = StoreCheck(connection)
            try check.all(progress)
            return check.outcome
        } catch {
            throw StoreFolder.error(error)
        }
    }

    /// Holds the end of a store that no server runs on against what was noted of it.
    /// - Returns: what is wrong, in one line; `nil` where nothing is, or where a server knows.
    public static func end(folder: String) throws(StoreError) -> String? {
        guard StoreFolder.isFree(folder) else { return nil }
        let path = folder + "/" + databaseName
        let check = try EndCheck(folder: folder, databasePath: path)
        do throws(SQLiteError) {
            let connection = try Connection(path: path, access: .readOnly)
            defer { connection.close() }
            let recovered = try Moment(recovering: connection, note: check.note)
            return check.loss(recovered).map { "end: the store \($0)" }
        } catch {
            return check.logLoss.map { "end: the store \($0)" } ?? "end: the last commit cannot be read"
        }
    }

    /// All there is to check, in one snapshot.
    func all(_ progress: (String) -> Void) throws(SQLiteError) {
        try connection.execute("BEGIN")
        defer { try? connection.execute("ROLLBACK") }
        progress("structure")
        try structure()
        for table in StoreSchema.tables {
            progress(table.name)
            try rows(of: table)
        }
        try shard()
        try single("last_commit") { () throws(SQLiteError) in try connection.row(CommitRow.byID, 0) != nil }
        try single("incarnation") { () throws(SQLiteError) in
            try connection.last(IncarnationRow.inOrder, Whole()) != nil
        }
        progress("log")
        try log()
        progress("counts")
        try counts()
    }

    /// SQLite's own check: pages, their order, and every index against its table.
    private func structure() throws(SQLiteError) {
        let found = try connection.first("PRAGMA user_version") { Int($0.integer(0)) } ?? 0
        if found != StoreSchema.format { outcome.found("file: format \(found), not \(StoreSchema.format)") }
        let lines = try tolerating("file") { () throws(SQLiteError) in
            try connection.texts("PRAGMA integrity_check(\(Outcome.findingCountMax))")
        }
        for line in lines ?? [] where line != "ok" { outcome.found("file: \(line)") }
        let known = Set(StoreSchema.tables.map(\.name) + LogSchema.names)
        let there = try tolerating("file") { () throws(SQLiteError) in
            try connection.texts("SELECT name FROM sqlite_schema WHERE type = 'table'")
        }
        for name in known.subtracting(there ?? []).sorted() { outcome.found("file: there is no table \(name)") }
    }

    private func rows(of table: TableDeclaration) throws(SQLiteError) {
        let found = try tolerating(table.name) { () throws(SQLiteError) in try table.check(connection) }
        guard let found else { return }
        outcome.rowCount += found.rowCount
        for text in found.findings { outcome.found("\(table.name): \(text)") }
    }

    /// Without this row a store does not open.
    private func single(_ name: String, _ isThere: () throws(SQLiteError) -> Bool) throws(SQLiteError) {
        if try tolerating(name, isThere) == false { outcome.found("\(name): there is no row") }
    }

    /// Without its shard a store does not open.
    private func shard() throws(SQLiteError) {
        let name = SettingRow.table.name
        _ = try tolerating(name) { () throws(SQLiteError) in
            do throws(SQLiteError) {
                _ = try ShardSetting.read(connection)
            } catch {
                guard case .damaged = error else { throw error }
                outcome.found("\(name): the shard is missing or damaged")
            }
        }
    }

    /// What `body` gives; a finding where the file is too damaged for it to end.
    func tolerating<T>(_ name: String, _ body: () throws(SQLiteError) -> T) throws(SQLiteError) -> T? {
        do throws(SQLiteError) {
            return try body()
        } catch {
            switch error {
            case .damaged(let table): outcome.found("\(name): a damaged row of \(table) is in the way")
            case .failed(let code):
                guard SQLiteError.cause(ofCode: code) == .corrupt || SQLiteError.cause(ofCode: code) == .other else {
                    throw error
                }
                outcome.found("\(name): \(SQLiteError.text(ofCode: code))")
            }
            return nil
        }
    }
}
