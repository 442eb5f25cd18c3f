import SQLite
import Wire

/// Holds everything that a store's file says against itself: the structure of the file, every row against its digest,
/// every row that needs another one, the log against what it is found by, and counts against what they count.
///
/// Reads one snapshot, and changes nothing; a server may run meanwhile. What it takes is a look at every row.
public final class StoreCheck {
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
        let path = folder + "/" + databaseName
        try StoreFolder.requireFormat(of: path)
        let wasFree = StoreFolder.isFree(folder)
        // While a server writes, what is missing in the file may be on its way there.
        if wasFree { try EndCheck(folder: folder, databasePath: path).requireWhole() }
        let result = Result { () throws(SQLiteError) in try examine(folder, progress) }
        // A server that began meanwhile wrote into what was read as unchanging.
        if wasFree, !StoreFolder.isFree(folder), (try? result.get())?.findingCount != 0 {
            return try answer { () throws(SQLiteError) in try examine(folder, progress) }
        }
        return try answer { () throws(SQLiteError) in try result.get() }
    }

    private static func examine(_ folder: String, _ progress: (String) -> Void) throws(SQLiteError) -> Outcome {
        let connection = try StoreFolder.look(in: folder)
        defer { connection.close() }
        try connection.execute("PRAGMA cell_size_check = ON")
        let check = StoreCheck(connection)
        try check.all(progress)
        return check.outcome
    }

    private static func answer(_ body: () throws(SQLiteError) -> Outcome) throws(StoreError) -> Outcome {
        do throws(SQLiteError) { return try body() } catch { throw StoreFolder.error(error) }
    }

    /// Holds the end of a store that no server runs on against what was noted of it.
    /// - Returns: what is wrong, in one line; `nil` where nothing is, or where a server knows.
    public static func end(folder: String) throws(StoreError) -> String? {
        guard StoreFolder.isFree(folder) else { return nil }
        let path = folder + "/" + databaseName
        let check = try EndCheck(folder: folder, databasePath: path)
        if check.missingPageCount > 0 { return "file: it ends \(check.missingPageCount) pages early" }
        do throws(SQLiteError) {
            let connection = try StoreFolder.look(in: folder)
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
        if found != StoreSchema.format { outcome.disagree("file: format \(found), not \(StoreSchema.format)") }
        let lines = try tolerating("file") { () throws(SQLiteError) in
            try connection.texts("PRAGMA integrity_check(\(Outcome.findingCountMax))")
        }
        for line in lines ?? [] where line != "ok" {
            let tables = StoreSchema.tables.map(\.name).filter { Self.is(line, about: $0) }
            outcome.disagree("file: \(line)", among: tables)
        }
        try parts()
    }

    /// Whether a line of SQLite's is about cells of a table, their order, or an index of it: a damaged row may be of
    /// another type, and is not where its key or an index says.
    private static func `is`(_ line: String, about table: String) -> Bool {
        line.contains(" index \(table)_by_") || line.contains(" index sqlite_autoindex_\(table)_")
            || line.contains(" value in \(table).") || line.hasSuffix(" order for \(table)")
    }

    /// Tables and indexes as they were made, and nothing else: what is added to a file runs with every change of it.
    private func parts() throws(SQLiteError) {
        let listing = "SELECT type || ' ' || name || coalesce(' ' || sql, '') FROM sqlite_schema ORDER BY name"
        let new = try Connection(path: ":memory:", access: .readWrite, creates: true)
        defer { new.close() }
        try new.execute(StoreSchema.creation)
        let known = Set(try new.texts(listing))
        let found = try tolerating("file") { () throws(SQLiteError) in Set(try connection.texts(listing)) }
        guard let there = found else { return }
        func name(_ text: String) -> String { text.split(separator: " ").prefix(2).joined(separator: " ") }
        for text in known.subtracting(there).sorted() {
            outcome.disagree("file: there is no \(name(text)), or another one")
        }
        for text in there.subtracting(known).sorted() {
            outcome.disagree("file: there is a \(name(text)) that the store did not make")
        }
    }

    private func rows(of table: TableDeclaration) throws(SQLiteError) {
        let found = try tolerating(table.name) { () throws(SQLiteError) in try table.check(connection) }
        guard let found else { return }
        outcome.rowCount += found.rowCount
        if let line = found.damageLine { outcome.damage(table.name, line) }
        let owners = found.orphanedFrom.sorted()
        if let line = found.orphanLine { outcome.disagree("\(table.name): \(line)", among: [table.name] + owners) }
    }

    /// Without this row a store does not open.
    private func single(_ name: String, _ isThere: () throws(SQLiteError) -> Bool) throws(SQLiteError) {
        if try tolerating(name, isThere) == false { outcome.disagree("\(name): there is no row") }
    }

    /// Without its shard a store does not open.
    private func shard() throws(SQLiteError) {
        let name = SettingRow.table.name
        _ = try tolerating(name) { () throws(SQLiteError) in
            do throws(SQLiteError) {
                _ = try ShardSetting.read(connection)
            } catch {
                guard case .damaged = error else { throw error }
                outcome.disagree("\(name): the shard is missing or damaged", among: [name])
            }
        }
    }

    /// What `body` gives; a finding where the file is too damaged for it to end.
    func tolerating<T>(_ name: String, _ body: () throws(SQLiteError) -> T) throws(SQLiteError) -> T? {
        do throws(SQLiteError) {
            return try body()
        } catch {
            switch error {
            case .damaged(let table):
                outcome.disagree("\(name): a damaged row of \(table) is in the way", among: [table])
            case .failed(let code):
                guard SQLiteError.cause(ofCode: code) == .corrupt || SQLiteError.cause(ofCode: code) == .other else {
                    throw error
                }
                outcome.disagree("\(name): \(SQLiteError.text(ofCode: code))")
            }
            return nil
        }
    }
}
