import Store
import Wire

/// What a store knows when it is opened, before the tail is built.
struct Recovery {
    var watermark: Int64
    var lastRow: Int64
    var expiredThrough: Int64
    var logRowCount: Int64
    var runs: AcceptedRuns
    var removed = Removed()

    init(_ connection: Connection, _ configuration: SQLiteConfiguration) throws(Problem) {
        let sql: StaticString = "SELECT watermark, last_row, expired, rows FROM progress"
        let progress = try connection.first(sql) {
            (watermark: $0.integer(0), last: $0.integer(1), expired: $0.integer(2), rows: $0.integer(3))
        }
        guard let progress else { throw Problem(.internalError, "The store's file has lost its progress row.") }
        let rows: StaticString = """
            SELECT max(ifnull((SELECT max(row) FROM log), 0), ifnull((SELECT max(row) FROM entry_record), 0))
            """
        let newest = try connection.first(rows) { $0.integer(0) } ?? 0
        watermark = progress.watermark
        lastRow = max(progress.last, newest)
        expiredThrough = progress.expired
        logRowCount = progress.rows
        removed.queues = try connection.rows("SELECT device FROM removed_queue") { $0.integer(0) }
        removed.logs = try connection.rows("SELECT conversation FROM removed_log") { $0.integer(0) }
        runs = AcceptedRuns(configuration: configuration)
        try runs.load(connection)
    }
}

/// What was removed and has rows left: by their numbers in the tables.
struct Removed {
    /// Of devices.
    var queues: [Int64] = []
    /// Of conversations.
    var logs: [Int64] = []

    var isEmpty: Bool { queues.isEmpty && logs.isEmpty }
}

extension WriteTables {
    /// Builds the tail from the log rows above the watermark, as they were appended.
    func replay() throws(Problem) {
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

    private func replay(_ record: LogRecord) throws(Problem) {
        if tail.growing.isFull { tail.freeze() }
        let conversation = try record.conversation.flatMapTyped { (id) throws(Problem) in try log(of: id) }
        let sender = try record.sender.flatMapTyped { (address) throws(Problem) in try queue(of: address) }
        var copies: [TailCopy] = []
        for index in 0..<record.copyCount {
            let copy = record.copy(at: index)
            // A device that is gone took its queue with it.
            guard let queue = try queue(of: copy.recipient) else { continue }
            copies.append(TailCopy(queue: queue, number: copy.number))
        }
        tail.append(
            TailRow(
                row: record.row, time: record.time, sender: sender, conversation: conversation,
                seq: record.seq?.rawValue ?? 0, isEntry: record.form == .entry),
            copies: copies, client: sender == nil ? nil : record.clientID)
    }

    /// Nobody knows which numbers a damaged row took, only that it was at most one in each queue and conversation.
    /// So that none is given twice, every queue and conversation skips as many as there are such rows.
    private func skipNumbers(_ count: UInt64) throws(Problem) {
        let skipped = SQLValue.number(count)
        try connection.run("BEGIN IMMEDIATE")
        try connection.run("INSERT OR IGNORE INTO cursor SELECT number, 0, 0 FROM device")
        try connection.run("INSERT OR IGNORE INTO head SELECT number, 0 FROM conversation")
        try connection.run("UPDATE cursor SET head = head + ?", skipped)
        try connection.run("UPDATE head SET seq = seq + ?", skipped)
        try connection.run("COMMIT")
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
