import SQLite

/// Looks through a whole store for what cannot be in one moment of it.
enum Soundness {
    /// - Parameter moment: as of which the store is said to be.
    /// - Returns: the first thing that is wrong; `nil` where all is well.
    static func flaw(_ connection: Connection, at moment: Moment) throws(SQLiteError) -> String? {
        let check = StoreCheck(connection)
        try check.all { (_) in }
        if let finding = check.outcome.findings.first { return finding }
        let statement = try connection.statement(
            """
            SELECT row, record FROM log
            UNION ALL SELECT row, record FROM entry_record WHERE record <> x''
            """)
        defer { statement.reset() }
        while try statement.step() {
            let row = statement.integer(0)
            guard let record = LogRecord(statement.borrowedBytes(1), row: row) else { continue }
            guard record.moment.number <= moment.number else { return "log: row \(row) is of a later moment" }
        }
        let last = try connection.last(IncarnationRow.inOrder, Whole())
        guard let last, last.commit <= moment.number else { return "incarnation: the last is of a later moment" }
        return nil
    }
}
