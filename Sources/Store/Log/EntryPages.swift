import SQLite
import Threads
import Wire

/// Reads one conversation's entries in both directions, over tables and tail.
struct EntryPages {
    let tables: ReadableTables
    let conversation: ConversationID
    let handle: Int64

    /// Oldest first, from `seq` on.
    func from(_ seq: UInt64, _ room: EntryRoom) throws(SQLiteError) -> EntryRoom {
        var page = room
        var next = seq
        var stretch = inTail(from: next, limit: page.countLeft)
        if stretch.firstNumber.map({ $0 > seq }) ?? true { try readStored(from: seq, into: &page) }
        while !page.isFull, let end = stretch.endNumber {
            try add(stretch.rows, to: &page)
            next = end
            stretch = inTail(from: next, limit: page.countLeft)
        }
        return page
    }

    /// The newest below `seq`, newest first.
    func below(_ seq: UInt64, _ room: EntryRoom) throws(SQLiteError) -> EntryRoom {
        var page = room
        var end = seq
        while !page.isFull, let stretch = inTail(below: end, limit: page.countLeft) {
            try add(stretch.rows, to: &page)
            end = stretch.firstNumber ?? 0
        }
        if !page.isFull { try readStored(below: end, into: &page) }
        return page
    }

    private func add(_ rows: [Int64], to page: inout EntryRoom) throws(SQLiteError) {
        for row in rows where !page.isFull {
            let read = try tables.entryRecord(row) { (record) in record.entry.map { ($0, record.byteCount) } }
            if let (entry, byteCount) = read { page.add(entry, byteCount) }
        }
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

    private func readStored(from seq: UInt64, into page: inout EntryRoom) throws(SQLiteError) {
        let statement = try tables.connection.statement(
            """
            SELECT e.row, l.record, e.seq FROM entry e CROSS JOIN entry_record l ON l.row = e.row
            WHERE e.conversation = ? AND e.seq >= ? ORDER BY e.seq
            """)
        try read(statement, seq, into: &page)
    }

    /// - Parameter seq: at most the first of the tail's, so that nothing flushed in part is met.
    private func readStored(below seq: UInt64, into page: inout EntryRoom) throws(SQLiteError) {
        let statement = try tables.connection.statement(
            """
            SELECT e.row, l.record, e.seq FROM entry e CROSS JOIN entry_record l ON l.row = e.row
            WHERE e.conversation = ? AND e.seq < ? ORDER BY e.seq DESC
            """)
        try read(statement, seq, into: &page)
    }

    private func read(
        _ statement: Statement, _ seq: UInt64, into page: inout EntryRoom
    ) throws(SQLiteError) {
        defer { statement.reset() }
        statement.bind(1, handle)
        statement.bind(2, Int64(clamping: seq))
        while !page.isFull, try statement.step() {
            let row = statement.integer(0)
            // Flushed in part, and still the tail's, as is all that comes after it.
            guard row <= tables.watermark else { break }
            let bytes = statement.borrowedBytes(1)
            if let entry = LogRecord(bytes, row: row)?.entry,
                entry.conversation == conversation, entry.seq.rawValue == statement.number(2) {
                page.add(entry, bytes.count)
            } else {
                tables.damage.found(row)
            }
        }
    }
}

/// A page of entries that is being filled, with what has room in it.
struct EntryRoom {
    private var sizes: [Int] = []
    private(set) var entries: [LogEntry] = []
    private let countMax: Int
    private let byteCountMax: Int
    /// As the entries are stored.
    private(set) var byteCount = 0
    private var isClosed = false

    /// - Parameter byteCountMax: a first entry has room however large it is, unless this is zero.
    init(countMax: Int, byteCountMax: Int) {
        self.countMax = countMax
        self.byteCountMax = byteCountMax
    }

    var countLeft: Int { max(0, countMax - entries.count) }
    var isFull: Bool { isClosed || entries.count >= countMax || byteCount >= byteCountMax }

    /// - Parameter size: in bytes, as it is stored.
    mutating func add(_ entry: LogEntry, _ size: Int) {
        guard !isFull, entries.isEmpty || size <= byteCountMax - byteCount else {
            isClosed = true
            return
        }
        entries.append(entry)
        sizes.append(size)
        byteCount += size
    }

    /// The first of these for which there is room in another.
    func first(in room: EntryRoom) -> [LogEntry] {
        var room = room
        for (entry, size) in zip(entries, sizes) where !room.isFull { room.add(entry, size) }
        return room.entries
    }
}
