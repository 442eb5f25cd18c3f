import SQLite
import Threads
import Wire

/// Reads one conversation's entries in both directions, over tables and tail.
struct EntryPages {
    let tables: ReadableTables
    let conversation: ConversationID
    let handle: Int64

    /// Oldest first, from `seq` on.
    func from(_ seq: UInt64, limit: Int) throws(SQLiteError) -> [LogEntry] {
        var page: [LogEntry] = []
        var next = seq
        var stretch = inTail(from: next, limit: limit)
        if stretch.firstNumber.map({ $0 > seq }) ?? true { try readStored(from: seq, limit: limit, into: &page) }
        while page.count < limit, let end = stretch.endNumber {
            for row in stretch.rows where page.count < limit {
                if let entry = try tables.entryRecord(row, { $0.entry }) { page.append(entry) }
            }
            next = end
            stretch = inTail(from: next, limit: limit)
        }
        return page
    }

    /// The newest below `seq`, oldest first.
    func below(_ seq: UInt64, limit: Int) throws(SQLiteError) -> [LogEntry] {
        var page: [LogEntry] = []
        var end = seq
        while page.count < limit, let stretch = inTail(below: end, limit: limit) {
            for row in stretch.rows where page.count < limit {
                if let entry = try tables.entryRecord(row, { $0.entry }) { page.append(entry) }
            }
            end = stretch.firstNumber ?? 0
        }
        if page.count < limit { try readStored(below: end, limit: limit, into: &page) }
        return page.reversed()
    }

    /// Consecutive seqs, and the rows of the entries among them.
    private struct Stretch {
        /// Of what the tail holds for this snapshot, `nil` where that is nothing.
        var firstNumber: UInt64?
        /// Where to go on, `nil` where there is no more.
        var endNumber: UInt64?
        var rows: [Int64] = []
    }

    private func inTail(from seq: UInt64, limit: Int) -> Stretch {
        tables.tail.lock.lock()
        defer { tables.tail.lock.unlock() }
        var stretch = Stretch()
        guard let rows = tables.tail.conversations[conversation]?.rows else { return stretch }
        let first = rows.index(after: tables.watermark)
        guard first < rows.count, abs(rows[first]) <= tables.lastRow else { return stretch }
        stretch.firstNumber = rows.firstNumber + UInt64(first)
        var index = max(first, rows.index(ofNumber: seq))
        while index < rows.count, stretch.rows.count < limit, abs(rows[index]) <= tables.lastRow {
            if rows[index] > 0 { stretch.rows.append(rows[index]) }
            index += 1
            stretch.endNumber = rows.firstNumber + UInt64(index)
        }
        return stretch
    }

    /// Newest first. `nil` when the tail holds nothing below `seq`.
    private func inTail(below seq: UInt64, limit: Int) -> Stretch? {
        tables.tail.lock.lock()
        defer { tables.tail.lock.unlock() }
        guard let rows = tables.tail.conversations[conversation]?.rows, !rows.isEmpty else { return nil }
        let first = rows.index(after: tables.watermark)
        var index = min(rows.index(ofNumber: seq), rows.count)
        while index > first, abs(rows[index - 1]) > tables.lastRow { index -= 1 }
        guard index > first else { return nil }
        var stretch = Stretch()
        while index > first, stretch.rows.count < limit {
            index -= 1
            if rows[index] > 0 { stretch.rows.append(rows[index]) }
        }
        stretch.firstNumber = rows.firstNumber + UInt64(index)
        return stretch
    }

    private func readStored(from seq: UInt64, limit: Int, into page: inout [LogEntry]) throws(SQLiteError) {
        let statement = try tables.connection.statement(
            """
            SELECT e.row, l.record, e.seq FROM entry e CROSS JOIN entry_record l ON l.row = e.row
            WHERE e.conversation = ? AND e.seq >= ? ORDER BY e.seq
            """)
        try read(statement, seq, limit, into: &page)
    }

    /// - Parameter seq: at most the first of the tail's, so that nothing flushed in part is met.
    private func readStored(below seq: UInt64, limit: Int, into page: inout [LogEntry]) throws(SQLiteError) {
        let statement = try tables.connection.statement(
            """
            SELECT e.row, l.record, e.seq FROM entry e CROSS JOIN entry_record l ON l.row = e.row
            WHERE e.conversation = ? AND e.seq < ? ORDER BY e.seq DESC
            """)
        try read(statement, seq, limit, into: &page)
    }

    private func read(
        _ statement: Statement, _ seq: UInt64, _ limit: Int, into page: inout [LogEntry]
    ) throws(SQLiteError) {
        defer { statement.reset() }
        statement.bind(1, handle)
        statement.bind(2, Int64(clamping: seq))
        while page.count < limit, try statement.step() {
            let row = statement.integer(0)
            // Flushed in part, and still the tail's, as is all that comes after it.
            guard row <= tables.watermark else { break }
            if let entry = LogRecord(statement.borrowedBytes(1), row: row)?.entry,
                entry.conversation == conversation, entry.seq.rawValue == statement.number(2) {
                page.append(entry)
            } else {
                tables.damage.found(row)
            }
        }
    }
}
