/// A way to find rows, without their types: what the schema needs.
package protocol RowIndex: AnyObject, Sendable {
    var tableName: String { get }
    /// The columns it begins with, in their order.
    var columnNames: [String] { get }
    /// Whether no two rows agree in all of them.
    var isUnique: Bool { get }
    /// One statement that it is used for, to ask SQLite how it would run it.
    var sampleText: String { get }
}

/// Finds the one row with given values: by its key, or by something else that is unique.
package final class Lookup<Row: StoredRow, Within: Prefix>: RowIndex {
    package let columnNames: [String]
    package var tableName: String { Row.table.name }
    package var isUnique: Bool { true }
    package var sampleText: String { finding.text }

    let finding: SQL
    let removal: SQL

    private init(_ names: [String]) {
        columnNames = names
        let text = Row.table.text
        let condition = names.map { "\($0) = ?" }.joined(separator: " AND ")
        finding = SQL("SELECT \(text.selected) FROM \(text.name) WHERE \(condition)")
        removal = SQL("DELETE FROM \(text.name) WHERE \(condition)")
    }

    /// By one column.
    package convenience init(_ path: KeyPath<Row, Within>) where Within: Cell {
        self.init([Row.table.columnName(of: path)])
    }

    /// By two columns.
    package convenience init<A: Cell, B: Cell>(
        _ first: KeyPath<Row, A>, _ second: KeyPath<Row, B>
    ) where Within == Pair<A, B> {
        self.init([Row.table.columnName(of: first), Row.table.columnName(of: second)])
    }
}

/// Finds the rows that agree in some columns, in the order of another one.
package final class Index<Row: StoredRow, Within: Prefix, By: Cell>: RowIndex {
    package let columnNames: [String]
    package var tableName: String { Row.table.name }
    package var isUnique: Bool { false }
    package var sampleText: String { after.text }

    /// Each ends in the key's columns, so that which rows a limit takes is never left to chance.
    let page: SQL
    let after: SQL
    let pageThrough: SQL
    let last: SQL
    let lastThrough: SQL
    let counting: SQL
    let removal: SQL
    let removalThrough: SQL

    private init(within: [String], by: String) {
        columnNames = within + [by]
        let text = Row.table.text
        let key = text.keyNames
        let agreeing = within.map { "\($0) = ?" }
        func whole(_ conditions: [String]) -> String {
            conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        }
        let names = [by] + key.filter { $0 != by && !within.contains($0) }
        let order = " ORDER BY " + names.joined(separator: ", ")
        let rows = "SELECT \(text.selected) FROM \(text.name)"
        page = SQL(rows + whole(agreeing) + order + " LIMIT ?")
        after = SQL(rows + whole(agreeing + ["\(by) > ?"]) + order + " LIMIT ?")
        pageThrough = SQL(rows + whole(agreeing + ["\(by) <= ?"]) + order + " LIMIT ?")
        let back = " ORDER BY " + names.map { "\($0) DESC" }.joined(separator: ", ")
        last = SQL(rows + whole(agreeing) + back + " LIMIT 1")
        lastThrough = SQL(rows + whole(agreeing + ["\(by) <= ?"]) + back + " LIMIT 1")
        counting = SQL("SELECT count(*) FROM \(text.name)" + whole(agreeing))
        let tuple = key.count == 1 ? key[0] : "(\(key.joined(separator: ", ")))"
        func removing(_ conditions: [String]) -> SQL {
            let some = "SELECT \(key.joined(separator: ", ")) FROM \(text.name)" + whole(conditions)
            return SQL("DELETE FROM \(text.name) WHERE \(tuple) IN (\(some)\(order) LIMIT ?)")
        }
        removal = removing(agreeing)
        removalThrough = removing(agreeing + ["\(by) <= ?"])
    }

    /// All rows, in the order of a column.
    package convenience init(by: KeyPath<Row, By>) where Within == Whole {
        self.init(within: [], by: Row.table.columnName(of: by))
    }

    /// Of rows that agree in one column.
    package convenience init(within: KeyPath<Row, Within>, by: KeyPath<Row, By>) where Within: Cell {
        self.init(within: [Row.table.columnName(of: within)], by: Row.table.columnName(of: by))
    }

    /// Of rows that agree in two columns.
    package convenience init<A: Cell, B: Cell>(
        within first: KeyPath<Row, A>, _ second: KeyPath<Row, B>, by: KeyPath<Row, By>
    ) where Within == Pair<A, B> {
        let table = Row.table
        self.init(
            within: [table.columnName(of: first), table.columnName(of: second)], by: table.columnName(of: by))
    }
}
