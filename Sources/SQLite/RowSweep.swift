package import Wire

/// Rows that end by themselves, without their type: what the sweep over all tables needs.
package protocol RowExpiry: Sendable {
    /// What is said of it on the page of tables.
    var note: String { get }
    /// Removes rows whose end has come, the earliest first.
    /// - Returns: how many, at most `limit`.
    func sweep(_ connection: Connection, now: Timestamp, limit: Int) throws(SQLiteError) -> Int
}

/// Rows end at the time that an index is ordered by, or so long after it.
package struct Expiry<Row: StoredRow>: RowExpiry {
    private let index: Index<Row, Whole, Timestamp>
    private let seconds: UInt64

    package init(at index: Index<Row, Whole, Timestamp>, after seconds: UInt64 = 0) {
        self.index = index
        self.seconds = seconds
    }

    /// What is said of it on the page of tables.
    package var note: String {
        let name = index.columnNames.joined(separator: ", ")
        return seconds == 0 ? "at `\(name)`" : "\(seconds / 86_400) days after `\(name)`"
    }

    package func sweep(_ connection: Connection, now: Timestamp, limit: Int) throws(SQLiteError) -> Int {
        guard now.milliseconds >= seconds * 1_000 else { return 0 }
        let through = Timestamp(milliseconds: now.milliseconds - seconds * 1_000)
        return try connection.removeAll(index, Whole(), through: through, limit: limit)
    }
}

/// An index that begins with the account that rows are about.
package protocol AccountIndex: RowIndex {
    /// - Returns: how many rows went, at most `limit`.
    func erase(_ account: AccountID, _ connection: Connection, limit: Int) throws(SQLiteError) -> Int
}

extension Index: AccountIndex where Within == AccountID {
    package func erase(_ account: AccountID, _ connection: Connection, limit: Int) throws(SQLiteError) -> Int {
        try connection.removeAll(self, account, limit: limit)
    }
}
