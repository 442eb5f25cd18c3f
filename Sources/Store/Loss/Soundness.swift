import SQLite

/// Looks through a whole store for what cannot be in one moment of it.
///
/// A row that does not fit its digest is damaged and stands alone; rows that fit theirs and not each other are of two
/// moments.
struct Soundness {
    /// The first thing that keeps the store from being gone on with; `nil` where there is none.
    let flaw: String?
    /// Rows that are damaged, and what follows from it: one line each, not more than
    /// ``StoreCheck/Outcome/findingCountMax``.
    let damage: [String]

    /// - Parameter moment: as of which the store is said to be.
    init(_ connection: Connection, at moment: Moment) throws(SQLiteError) {
        let check = StoreCheck(connection)
        try check.all { (_) in }
        damage = check.outcome.findings
        let contradiction = check.outcome.contradiction
        flaw = contradiction == nil ? try Self.later(connection, than: moment) : contradiction
    }

    /// What is of a later moment.
    private static func later(_ connection: Connection, than moment: Moment) throws(SQLiteError) -> String? {
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
