import Digest

/// A row type that says once how it is kept: schema, statements, digest, generic calls, expiry, erasure and the page
/// of all tables follow from it.
package protocol StoredRow: Sendable, Equatable {
    static var table: Table<Self> { get }
    /// How rows are found other than by their key.
    static var indexes: [any RowIndex] { get }
    /// When rows end by themselves.
    static var expiry: (any RowExpiry)? { get }
    /// What must exist for as long as a row does.
    static var owners: [Owner<Self>] { get }
    /// What they go with, besides an account.
    static var cascades: Cascades { get }
    /// What becomes of rows when the account that they are about is deleted.
    static var erasure: Erasure { get }
}

extension StoredRow {
    /// None.
    package static var indexes: [any RowIndex] { [] }
    /// Never.
    package static var expiry: (any RowExpiry)? { nil }
    /// Nothing.
    package static var owners: [Owner<Self>] { [] }
    /// Nothing.
    package static var cascades: Cascades { Cascades() }
}

/// What the deletion of an account does to a table.
package enum Erasure: Sendable {
    /// No column says which account a row is about.
    case nobody
    /// Rows are removed, a slice at a time, by the index that begins with the account.
    case byAccount(any AccountIndex)
    /// Whoever removes something else removes these with it: says what.
    case along(with: String)
    /// Rows stay: says why.
    case stays(String)
}

/// A table, declared by its columns. The first ones are the key.
///
/// Every row carries a digest of its key and columns, seeded with the table's name, in a last column of its own. It
/// is made and checked in the same pass that binds and reads the cells. A table whose key is one number is kept by
/// row id, any other one clustered by its key.
package final class Table<Row: Sendable>: Sendable {
    package let name: String
    /// What there is to say of the whole table.
    package let note: String
    package let columns: [ColumnFacts]
    package let keyCount: Int
    let seed: UInt64
    /// One bit for each column of the class ``ColumnClass/counter``.
    private let counters: UInt64

    private let paths: [any AnyKeyPath & Sendable]
    private let writers: [@Sendable (UnsafePointer<Row>, inout CellWriter) -> Void]
    private let decode: @Sendable (inout CellReader) throws(SQLiteError) -> Row?

    let insertion: SQL
    let putting: SQL
    let updating: SQL
    /// Every row, and its key in quotes behind the digest.
    let scan: SQL

    /// - Parameters:
    ///   - key: how many of the columns, from the first on, name a row.
    ///   - make: the row of its values, in the order of the columns; `nil` where they do not fit each other.
    package init<each Value: Cell>(
        _ name: String, _ note: String, key: Int, _ columns: repeat Column<Row, each Value>,
        make: @escaping @Sendable (repeat each Value) -> Row?
    ) {
        self.name = name
        self.note = note
        keyCount = key
        var facts: [ColumnFacts] = []
        var paths: [any AnyKeyPath & Sendable] = []
        var writers: [@Sendable (UnsafePointer<Row>, inout CellWriter) -> Void] = []
        for column in repeat each columns {
            facts.append(column.facts)
            paths.append(column.path)
            writers.append(Self.writer(column))
        }
        precondition((1...facts.count).contains(key), "a key is the first columns of a table")
        precondition(facts.count <= 64, "a bit for each column")
        counters = facts.indices.reduce(0) { $0 | (facts[$1].columnClass == .counter ? 1 << UInt64($1) : 0) }
        self.columns = facts
        self.paths = paths
        self.writers = writers
        decode = { (reader) throws(SQLiteError) in make(repeat try (each Value).read(from: &reader)) }
        seed = name.utf8.reduce(into: UInt64(0xCBF2_9CE4_8422_2325)) { $0 = ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let text = TableText(name: name, columns: facts, keyCount: key)
        insertion = SQL(text.insertion)
        putting = SQL(text.putting)
        updating = SQL(text.updating)
        let quoted = text.keyNames.map { "quote(\($0))" }.joined(separator: " || ', ' || ")
        scan = SQL("SELECT \(text.selected), \(quoted) FROM \(name)")
    }

    /// Looks up once where in the row a column's value is: asking by key path costs more than all else.
    private static func writer<Value: Cell>(
        _ column: Column<Row, Value>
    ) -> @Sendable (UnsafePointer<Row>, inout CellWriter) -> Void {
        let path = column.path
        guard let offset = MemoryLayout<Row>.offset(of: path) else {
            return { (row, writer) in row.pointee[keyPath: path].write(to: &writer) }
        }
        return { (row, writer) in
            (UnsafeRawPointer(row) + offset).assumingMemoryBound(to: Value.self).pointee.write(to: &writer)
        }
    }

    // MARK: Rows

    /// Binds all cells of a row, and its digest behind them.
    func bind(_ row: Row, to statement: Statement) {
        var writer = CellWriter(statement, seed: seed)
        withUnsafePointer(to: row) { (pointer) in
            for write in writers { write(pointer, &writer) }
        }
        statement.bind(Int32(columns.count + 1), Int64(bitPattern: writer.digest.value))
    }

    /// The row that a statement over ``TableText/selected`` stands at.
    func read(_ statement: Statement) throws(SQLiteError) -> Row {
        var reader = CellReader(statement, table: name, seed: seed, counters: counters)
        let row = try decode(&reader)
        try reader.finish()
        guard let row else { throw reader.nonsense }
        return row
    }

    // MARK: Names

    /// The column that a key path was declared with.
    func columnName(of path: AnyKeyPath) -> String {
        guard let index = paths.firstIndex(where: { $0 == path }) else {
            preconditionFailure("\(name) has no column for \(path)")
        }
        return columns[index].name
    }

    /// The words of its statements.
    package var text: TableText { TableText(name: name, columns: columns, keyCount: keyCount) }
}

/// The words of a table's statements.
package struct TableText {
    let name: String
    let columns: [ColumnFacts]
    let keyCount: Int

    var keyNames: [String] { columns.prefix(keyCount).map(\.name) }

    /// Whether SQLite's own row numbers are the key.
    var isNumbered: Bool { keyCount == 1 && columns[0].storage == .integer }

    /// What is selected to read a whole row.
    package var selected: String { (columns.map(\.name) + ["digest"]).joined(separator: ", ") }

    var insertion: String {
        let marks = [String](repeating: "?", count: columns.count + 1).joined(separator: ", ")
        return "INSERT INTO \(name) (\(selected)) VALUES (\(marks))"
    }

    /// Replaces by key, and by nothing else: another row with the same unique value is a broken rule.
    var putting: String {
        let changed = (columns.dropFirst(keyCount).map(\.name) + ["digest"]).map { "\($0) = excluded.\($0)" }
        return insertion + " ON CONFLICT (\(keyNames.joined(separator: ", "))) DO UPDATE SET "
            + changed.joined(separator: ", ")
    }

    /// Takes the values in the same order as an insertion.
    var updating: String {
        let changed = (columns.map(\.name) + ["digest"]).enumerated().map { "\($1) = ?\($0 + 1)" }
        let key = keyNames.enumerated().map { "\($1) = ?\($0 + 1)" }.joined(separator: " AND ")
        return "UPDATE \(name) SET \(changed.dropFirst(keyCount).joined(separator: ", ")) WHERE \(key)"
    }

    /// The table as SQLite makes it, without its indexes.
    package var creation: String {
        var lines = columns.map { (column) in
            isNumbered && column.name == columns[0].name ? "\(column.name) INTEGER PRIMARY KEY" : column.definition
        }
        lines.append("digest INTEGER NOT NULL")
        if !isNumbered { lines.append("PRIMARY KEY (\(keyNames.joined(separator: ", ")))") }
        let body = lines.map { "    " + $0 }.joined(separator: ",\n")
        return "CREATE TABLE \(name) (\n\(body)\n)\(isNumbered ? "" : " WITHOUT ROWID");"
    }
}
