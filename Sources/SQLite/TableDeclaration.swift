/// A declared table without the type of its rows: what is done for all of them.
package struct TableDeclaration: Sendable {
    package let rowType: any StoredRow.Type
    package let name: String
    package let note: String
    package let columns: [ColumnFacts]
    package let keyNames: [String]
    package let indexes: [any RowIndex]
    package let expiry: (any RowExpiry)?
    package let erasure: Erasure
    /// The statements that make the table and its indexes.
    package let creation: [String]
    private let checking: @Sendable (Connection) throws(SQLiteError) -> [String]

    /// Everything that the row type says.
    package init<Row: StoredRow>(_ type: Row.Type) {
        let table = Row.table
        rowType = type
        name = table.name
        note = table.note
        columns = table.columns
        keyNames = table.text.keyNames
        indexes = Row.indexes
        expiry = Row.expiry
        erasure = Row.erasure
        creation = [table.text.creation] + Self.indexTexts(Row.indexes, table.text)
        checking = { (connection) throws(SQLiteError) in try Self.damagedKeys(Row.self, connection) }
    }

    /// One SQL index for each declared one that is not the beginning of the key or of another.
    private static func indexTexts(_ indexes: [any RowIndex], _ text: TableText) -> [String] {
        var made: [[String]] = [text.keyNames]
        var texts: [String] = []
        // Longer ones first, since a shorter one may be their beginning; unique ones are always made.
        for index in indexes.sorted(by: { $0.columnNames.count > $1.columnNames.count }) {
            let names = index.columnNames
            if index.isUnique ? made[0] == names : made.contains(where: { $0.starts(with: names) }) { continue }
            made.append(names)
            let kind = index.isUnique ? "UNIQUE INDEX" : "INDEX"
            let name = ([text.name, "by"] + names).joined(separator: "_")
            texts.append("CREATE \(kind) \(name) ON \(text.name) (\(names.joined(separator: ", ")));")
        }
        return texts
    }

    /// Reads every row, and holds it against its digest.
    /// - Returns: the keys of those that do not fit, as text.
    package func damagedKeys(_ connection: Connection) throws(SQLiteError) -> [String] { try checking(connection) }

    private static func damagedKeys<Row: StoredRow>(
        _ type: Row.Type, _ connection: Connection
    ) throws(SQLiteError) -> [String] {
        let table = Row.table
        let statement = try connection.statement(table.scan)
        defer { statement.reset() }
        var damaged: [String] = []
        while try statement.step() {
            do throws(SQLiteError) {
                _ = try table.read(statement)
            } catch .damaged {
                damaged.append(statement.text(Int32(table.columns.count + 1)) ?? "?")
            }
        }
        return damaged
    }
}
