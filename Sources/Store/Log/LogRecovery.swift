import SQLite
import Wire

/// What a store knows when it is opened, before the tail is built.
struct LogRecovery {
    let progress: ProgressRow
    let lastRow: Int64
    let moment: Moment
    var runs: AcceptedRuns
    var removed = Removed()

    /// - Parameter moment: the one that the store was found at.
    init(_ connection: Connection, _ configuration: StoreConfiguration, at moment: Moment) throws(SQLiteError) {
        guard let progress = try connection.row(ProgressRow.byID, 0) else {
            throw .damaged(table: ProgressRow.table.name)
        }
        guard MessageIDSource.mayHaveGiven(progress.lastRow) else { throw .damaged(table: ProgressRow.table.name) }
        self.progress = progress
        lastRow = max(progress.lastRow, try newestRow(connection))
        self.moment = moment
        removed.queues = try connection.rows(RemovedQueueRow.inOrder, Whole(), limit: .max).map(\.device)
        removed.logs = try connection.rows(RemovedLogRow.inOrder, Whole(), limit: .max).map(\.conversation)
        runs = AcceptedRuns(configuration: configuration)
        try runs.load(connection)
    }

    /// Finds devices with stored rows that they have acknowledged: the run before was cut short of deleting them, and
    /// where nothing comes for a device any more, no flush would think of it. One that was closed left none.
    mutating func findDelivered(_ connection: Connection) throws(SQLiteError) {
        let sql: StaticString = """
            WITH RECURSIVE waiting(device) AS (
                SELECT min(device) FROM queue
                UNION ALL SELECT (SELECT min(device) FROM queue q WHERE q.device > w.device) FROM waiting w
                WHERE w.device IS NOT NULL
            )
            SELECT device, (SELECT min(number) FROM queue q WHERE q.device = w.device) FROM waiting w
            WHERE device IS NOT NULL
            """
        for (device, first) in try connection.rows(sql, read: { ($0.integer(0), $0.number(1)) }) {
            do throws(SQLiteError) {
                guard let cursor = try connection.row(CursorRow.ofDevice, device) else { continue }
                if cursor.delivered >= first { removed.delivered.append(cursor) }
            } catch {
                // What a damaged row says is deleted by nobody.
                guard case .damaged = error else { throw error }
            }
        }
    }
}

/// What was removed and has rows left: by their numbers in the tables.
struct Removed {
    /// Of devices.
    var queues: [Int64] = []
    /// Of conversations.
    var logs: [Int64] = []
    /// Of devices that stay, up to what they have acknowledged.
    var delivered: [CursorRow] = []

    var isEmpty: Bool { queues.isEmpty && logs.isEmpty && delivered.isEmpty }
}

extension Moment {
    /// The newest that stands in a live row; see the invariant above.
    /// - Parameter note: what was noted of the end. Where the row that was noted as the last is there and cannot be
    ///   read, a record is damaged, which stands alone, and nothing is missing behind it.
    init(recovering connection: Connection, note: EndNote? = nil) throws(SQLiteError) {
        guard let row = try connection.row(CommitRow.byID, 0) else { throw .damaged(table: CommitRow.table.name) }
        self = row.moment
        let statement = try connection.statement(
            """
            SELECT * FROM (SELECT row, record FROM log ORDER BY row DESC LIMIT 1)
            UNION ALL SELECT * FROM (SELECT row, record FROM entry_record ORDER BY row DESC LIMIT 1)
            """)
        defer { statement.reset() }
        while try statement.step() {
            guard let record = LogRecord(statement.borrowedBytes(1), row: statement.integer(0)) else {
                if let note, statement.integer(0) == note.lastRow, note.moment.number > number { self = note.moment }
                continue
            }
            if record.moment.number > number { self = record.moment }
        }
    }
}

extension Tables {
    /// Builds the tail from the log rows above the watermark, as they were appended.
    func replay() throws(SQLiteError) {
        var damagedCount: UInt64 = 0
        let statement = try connection.statement(
            """
            SELECT row, record FROM log WHERE row > ?1
            UNION ALL SELECT row, record FROM entry_record WHERE row > ?1 AND record <> x'' ORDER BY row
            """)
        defer { statement.reset() }
        statement.bind(1, watermark)
        while try statement.step() {
            let row = statement.integer(0)
            logRowCount += 1
            if let record = LogRecord(statement.borrowedBytes(1), row: row) {
                try replay(record)
            } else {
                damage.found(row)
                damagedCount += 1
            }
        }
        if damagedCount > 0 { try skipNumbers(damagedCount) }
    }

    private func replay(_ record: LogRecord) throws(SQLiteError) {
        if tail.growing.isFull { tail.freeze() }
        // Where a row that is needed is damaged, the record stays in the log for as long as it would have waited.
        var isWhole = true
        let conversation = try record.conversation.flatMapTyped { (id) throws(SQLiteError) -> ConversationTail? in
            let found = try ifSound { () throws(SQLiteError) in try log(of: id) }
            if found == nil { isWhole = false }
            return found ?? nil
        }
        let sender = try record.sender.flatMapTyped { (address) throws(SQLiteError) -> QueueTail? in
            try ifSound { () throws(SQLiteError) in try queue(of: address) } ?? nil
        }
        var copies: [TailCopy] = []
        for index in 0..<record.copyCount {
            let copy = record.copy(at: index)
            guard let found = try ifSound({ () throws(SQLiteError) in try queue(of: copy.recipient) }) else {
                isWhole = false
                continue
            }
            // A device that is gone took its queue with it.
            guard let queue = found else { continue }
            let weight = QueueWeight(of: record.bodyByteCount(at: index), from: record.sender?.account)
            copies.append(TailCopy(queue: queue, number: copy.number, weight: weight))
        }
        tail.append(
            TailRow(
                row: record.row, time: record.time, sender: sender, conversation: conversation,
                seq: record.seq?.rawValue ?? 0, isEntry: record.form == .entry, isWhole: isWhole),
            copies: copies, client: sender == nil ? nil : record.clientID)
    }

    /// Nobody knows which numbers a damaged row took, only that it was at most one in each queue and conversation.
    /// So that none is given twice, every queue and conversation skips as many as there are such rows.
    private func skipNumbers(_ count: UInt64) throws(SQLiteError) {
        try connection.run("BEGIN IMMEDIATE")
        for number in try connection.rows("SELECT number FROM device ORDER BY number", read: { $0.integer(0) }) {
            let found = try ifSound { () throws(SQLiteError) in
                try connection.row(CursorRow.ofDevice, number) ?? CursorRow(device: number, head: 0, delivered: 0)
            }
            guard var cursor = found else { continue }
            cursor.head += count
            try connection.put(cursor)
        }
        for number in try connection.rows("SELECT number FROM conversation ORDER BY number", read: { $0.integer(0) }) {
            let found = try ifSound { () throws(SQLiteError) in
                try connection.row(HeadRow.ofConversation, number) ?? HeadRow(conversation: number, seq: 0)
            }
            guard var head = found else { continue }
            head.seq += count
            try connection.put(head)
        }
        history.begin()
        history.count(count)
        if let moment = history.end() { try connection.put(CommitRow(moment)) }
        try connection.run("COMMIT")
        history.commit()
        for queue in tail.queues.values { queue.head += count }
        for conversation in tail.conversations.values { conversation.head += count }
    }
}

extension Optional {
    /// `flatMap` for a closure that throws one type.
    fileprivate func flatMapTyped<R, E: Error>(_ transform: (Wrapped) throws(E) -> R?) throws(E) -> R? {
        guard let value = self else { return nil }
        return try transform(value)
    }
}
