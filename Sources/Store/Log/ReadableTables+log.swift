import SQLite
import Threads
public import Wire

/// Pages through the log: the tables hold what is up to the watermark, the tail what is above, and since rows ascend
/// with the numbers, one part follows the other.
extension ReadableTables {
    // MARK: Device queues

    /// What is queued for a device after `number`, oldest first, until `limit` envelopes or about `byteCountMax`
    /// bytes of bodies are reached (at least one envelope, when there is any).
    public func envelopes(
        for device: DeviceAddress, after number: QueueNumber, limit: Int, byteCountMax: Int
    ) throws(Problem) -> [Envelope] {
        try answer { () throws(SQLiteError) in
            try page(for: device, after: number, limit: limit, byteCountMax: byteCountMax)
        }
    }

    private func page(
        for device: DeviceAddress, after number: QueueNumber, limit: Int, byteCountMax: Int
    ) throws(SQLiteError) -> [Envelope] {
        guard limit > 0, let stored = try storedQueue(of: device) else { return [] }
        var page = EnvelopePageBuilder(limit: limit, byteCountMax: byteCountMax)
        var waiting = waitingInTail(device, above: number.rawValue, limit: limit)
        let floor = max(number.rawValue, max(stored.delivered, waiting.delivered))
        if waiting.first?.number != floor &+ 1 {
            try readStored(stored.handle, device, above: floor, into: &page)
        }
        while !page.isFull, let last = waiting.last?.number {
            for (number, row) in waiting.rows {
                guard let envelope = try record(row, { $0.envelope(for: device, number: number) }) else { continue }
                guard page.add(envelope) else { break }
            }
            if !page.isFull { waiting = waitingInTail(device, above: last, limit: limit) }
        }
        return page.envelopes
    }

    private struct Waiting {
        var delivered: UInt64 = 0
        var rows: [(number: UInt64, row: Int64)] = []
        var first: (number: UInt64, row: Int64)? { rows.first }
        var last: (number: UInt64, row: Int64)? { rows.last }
    }

    private func waitingInTail(_ device: DeviceAddress, above number: UInt64, limit: Int) -> Waiting {
        tail.lock.lock()
        defer { tail.lock.unlock() }
        guard let queue = tail.queues[device] else { return Waiting() }
        var waiting = Waiting()
        waiting.delivered = lastRow == .max ? queue.delivered : queue.committedDelivered
        let floor = max(number, waiting.delivered)
        let rows = queue.rows
        guard floor < rows.endNumber else { return waiting }
        var index = max(rows.index(after: watermark), rows.index(ofNumber: floor + 1))
        while index < rows.count, waiting.rows.count < limit, rows[index] <= lastRow {
            if rows[index] > 0 { waiting.rows.append((rows.firstNumber + UInt64(index), rows[index])) }
            index += 1
        }
        return waiting
    }

    private func readStored(
        _ handle: Int64, _ device: DeviceAddress, above number: UInt64, into page: inout EnvelopePageBuilder
    ) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            SELECT q.number, q.row, l.record FROM queue q CROSS JOIN log l ON l.row = q.row
            WHERE q.device = ? AND q.number > ? ORDER BY q.number
            """)
        defer { statement.reset() }
        statement.bind(1, handle)
        statement.bind(2, Int64(clamping: number))
        while !page.isFull, try statement.step() {
            let row = statement.integer(1)
            guard row <= watermark else { return }
            guard let record = LogRecord(statement.borrowedBytes(2), row: row),
                let envelope = record.envelope(for: device, number: statement.number(0))
            else {
                damage.found(row)
                continue
            }
            guard page.add(envelope) else { return }
        }
    }

    // MARK: Conversations

    /// Oldest first. Seqs that were taken by pairwise sends have no entry and are passed over.
    /// - Parameter byteCountMax: of the entries as they are stored, together; a single one may have more.
    public func entries(
        of conversation: ConversationID, _ range: LogRange, limit: Int, byteCountMax: Int = .max
    ) throws(Problem) -> [LogEntry] {
        try answer { () throws(SQLiteError) in
            try page(of: conversation, range, limit: limit, byteCountMax: byteCountMax)
        }
    }

    /// One entry; `nil` where the number has none.
    public func entry(_ seq: SequenceNumber, of conversation: ConversationID) throws(Problem) -> LogEntry? {
        guard seq.rawValue > 0 else { return nil }
        let found = try entries(of: conversation, .after(SequenceNumber(seq.rawValue - 1)), limit: 1).first
        return found?.seq == seq ? found : nil
    }

    private func page(
        of conversation: ConversationID, _ range: LogRange, limit: Int, byteCountMax: Int
    ) throws(SQLiteError) -> [LogEntry] {
        guard limit > 0, let handle = try connection.row(ConversationRow.byID, conversation)?.number else { return [] }
        let log = EntryPages(tables: self, conversation: conversation, handle: handle)
        let room = EntryRoom(countMax: limit, byteCountMax: byteCountMax)
        switch range {
        case .newest: return try log.below(.max, room).entries.reversed()
        case .before(let seq): return try log.below(seq.rawValue, room).entries.reversed()
        case .after(let seq):
            return seq.rawValue == .max ? [] : try log.from(seq.rawValue + 1, room).entries
        case .around(let seq):
            // Half of the page before, the rest from `seq` on; what one side lacks the other fills up.
            let after = try log.from(seq.rawValue, room)
            let before = try log.below(
                seq.rawValue,
                EntryRoom(
                    countMax: max(limit / 2, limit - after.entries.count),
                    byteCountMax: max(byteCountMax / 2, byteCountMax - after.byteCount)))
            let rest = EntryRoom(
                countMax: limit - before.entries.count, byteCountMax: max(0, byteCountMax - before.byteCount))
            return before.entries.reversed() + after.first(in: rest)
        }
    }

    /// Whether there are messages whose ``ConversationEvent/Message/expiresAt`` has come.
    public func hasExpiredMessages(by now: Timestamp) throws(Problem) -> Bool {
        try answer { () throws(SQLiteError) in
            let sql: StaticString = "SELECT EXISTS (SELECT 1 FROM expiring_message WHERE expires_at <= ?)"
            return try connection.first(sql, .time(now)) { $0.integer(0) != 0 } ?? false
        }
    }

    // MARK: Rows

    /// What `read` makes of a row of envelopes; `nil` where the row is gone, or is damaged, which is counted.
    func record<T>(_ row: Int64, _ read: (LogRecord) -> T?) throws(SQLiteError) -> T? {
        try self.read(connection.statement("SELECT record FROM log WHERE row = ?"), row, read)
    }

    /// The same of an entry.
    func entryRecord<T>(_ row: Int64, _ read: (LogRecord) -> T?) throws(SQLiteError) -> T? {
        try self.read(connection.statement("SELECT record FROM entry_record WHERE row = ?"), row, read)
    }

    private func read<T>(
        _ statement: Statement, _ row: Int64, _ read: (LogRecord) -> T?
    ) throws(SQLiteError) -> T? {
        defer { statement.reset() }
        statement.bind(1, row)
        guard try statement.step() else { return nil }
        guard let record = LogRecord(statement.borrowedBytes(0), row: row), let value = read(record) else {
            damage.found(row)
            return nil
        }
        return value
    }
}

/// Collects envelopes until a page is full.
private struct EnvelopePageBuilder {
    let limit: Int
    let byteCountMax: Int
    private(set) var envelopes: [Envelope] = []
    private(set) var isFull = false
    private var byteCount = 0

    init(limit: Int, byteCountMax: Int) {
        self.limit = limit
        self.byteCountMax = byteCountMax
    }

    /// - Returns: whether there is room for more.
    mutating func add(_ envelope: Envelope) -> Bool {
        if !envelopes.isEmpty, byteCount + envelope.body.count > byteCountMax {
            isFull = true
            return false
        }
        byteCount += envelope.body.count
        envelopes.append(envelope)
        isFull = envelopes.count >= limit
        return !isFull
    }
}
