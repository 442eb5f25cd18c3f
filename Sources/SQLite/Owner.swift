/// What must exist for as long as a row does: a bug of ours when it does not, and a finding of the check of all rows.
package struct Owner<Row: StoredRow>: Sendable {
    package let tableName: String
    private let find: @Sendable (Row, Connection) throws(SQLiteError) -> Bool

    /// Whether it is there; one that is damaged is.
    package func exists(_ row: Row, _ connection: Connection) throws(SQLiteError) -> Bool {
        do throws(SQLiteError) {
            return try find(row, connection)
        } catch {
            guard case .damaged = error else { throw error }
            return true
        }
    }

    /// By one column.
    package init<Other: StoredRow, Value: Cell>(
        _ path: any KeyPath<Row, Value> & Sendable, _ lookup: Lookup<Other, Value>
    ) {
        tableName = Other.table.name
        find = { (row, connection) throws(SQLiteError) in
            try connection.row(lookup, row[keyPath: path]) != nil
        }
    }

    /// By two columns.
    package init<Other: StoredRow, A: Cell, B: Cell>(
        _ first: any KeyPath<Row, A> & Sendable, _ second: any KeyPath<Row, B> & Sendable,
        _ lookup: Lookup<Other, Pair<A, B>>
    ) {
        tableName = Other.table.name
        find = { (row, connection) throws(SQLiteError) in
            try connection.row(lookup, Pair(row[keyPath: first], row[keyPath: second])) != nil
        }
    }

    /// Only where there is a value.
    package init<Other: StoredRow, Value: Cell>(
        ifAny path: any KeyPath<Row, Value?> & Sendable, _ lookup: Lookup<Other, Value>
    ) {
        tableName = Other.table.name
        find = { (row, connection) throws(SQLiteError) in
            guard let value = row[keyPath: path] else { return true }
            return try connection.row(lookup, value) != nil
        }
    }
}
