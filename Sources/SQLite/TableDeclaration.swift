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
    package let cascades: Cascades
    /// The statements that make the table and its indexes.
    package let creation: [String]
    private let checking: @Sendable (Connection, _ followsOwners: Bool) throws(SQLiteError) -> Check

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
        cascades = Row.cascades
        creation = [table.text.creation] + Self.indexTexts(Row.indexes, table.text)
        checking = { (connection, follows) throws(SQLiteError) in try Self.check(Row.self, connection, follows) }
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

    /// What a look at every row came to.
    package struct Check: Sendable {
        package var rowCount = 0
        /// Keys of rows that do not fit their digest, as text.
        package var damagedKeys: [String] = []
        /// Keys of rows without something that must exist for as long as they do.
        package var orphanedKeys: [String] = []
        /// The tables that it is missing in.
        package var orphanedFrom: Set<String> = []

        /// With the first keys; `nil` where there are none.
        package var damageLine: String? { Self.line(damagedKeys, "do not fit their digests") }
        /// With the first keys; `nil` where there are none.
        package var orphanLine: String? { Self.line(orphanedKeys, "belong to nothing") }

        private static func line(_ keys: [String], _ what: String) -> String? {
            guard !keys.isEmpty else { return nil }
            let more = keys.count > 5 ? " and more" : ""
            return "\(keys.count) rows \(what): \(keys.prefix(5).map { "(\($0))" }.joined(separator: ", "))\(more)"
        }
    }

    /// Reads every row, and holds it against its digest and against those that it belongs to.
    package func check(_ connection: Connection) throws(SQLiteError) -> Check { try checking(connection, true) }

    /// The keys of rows that do not fit their digest, as text.
    package func damagedKeys(_ connection: Connection) throws(SQLiteError) -> [String] {
        try checking(connection, false).damagedKeys
    }

    private static func check<Row: StoredRow>(
        _ type: Row.Type, _ connection: Connection, _ followsOwners: Bool
    ) throws(SQLiteError) -> Check {
        let table = Row.table
        let owners = followsOwners ? Row.owners : []
        let statement = try connection.statement(table.scan)
        defer { statement.reset() }
        var check = Check()
        while try statement.step() {
            check.rowCount += 1
            let key = { statement.text(Int32(table.columns.count + 1)) ?? "?" }
            do throws(SQLiteError) {
                let row = try table.read(statement)
                for owner in owners where try !owner.exists(row, connection) {
                    check.orphanedKeys.append(key())
                    check.orphanedFrom.insert(owner.tableName)
                }
            } catch {
                guard case .damaged = error else { throw error }
                check.damagedKeys.append(key())
            }
        }
        return check
    }
}
