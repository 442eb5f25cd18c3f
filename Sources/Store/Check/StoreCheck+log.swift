import SQLite
import Wire

/// The log against what it is found by, in both directions.
extension StoreCheck {
    /// What the tables say of the log, looked up once.
    private struct Places {
        var watermark: Int64
        var removedQueues: Set<Int64>
        var removedLogs: Set<Int64>
        /// Log rows up to the watermark.
        var rowCount: Int64 = 0
    }

    /// Whose rows a waiting copy is found by, and an entry.
    private static let queueTables = ["log", "queue", "cursor", "device"]
    private static let entryTables = ["entry_record", "entry", "head", "conversation"]

    func log() throws(SQLiteError) {
        let places = try tolerating("progress") { () throws(SQLiteError) -> Places? in
            guard let progress = try connection.row(ProgressRow.byID, 0) else { return nil }
            return Places(
                watermark: progress.watermark,
                removedQueues: Set(try connection.rows(RemovedQueueRow.inOrder, Whole(), limit: .max).map(\.device)),
                removedLogs: Set(
                    try connection.rows(RemovedLogRow.inOrder, Whole(), limit: .max).map(\.conversation)))
        }
        guard let found = places, var places = found else {
            return outcome.disagree("progress: the row is missing", among: ["progress"])
        }
        try records("log", &places)
        try records("entry_record", &places)
        try queues(places)
        try entries(places)
        let counted = try tolerating("progress") { () throws(SQLiteError) in
            try connection.row(ProgressRow.byID, 0)?.rows ?? 0
        }
        if let counted, counted != places.rowCount {
            outcome.disagree(
                "progress: \(counted) rows are counted, and \(places.rowCount) are there",
                among: ["progress"] + LogSchema.names)
        }
        try blocks()
    }

    /// Each record against its digest, and against the rows that it is found by.
    private func records(_ name: String, _ places: inout Places) throws(SQLiteError) {
        let sql: StaticString = name == "log"
            ? "SELECT row, record FROM log ORDER BY row" : "SELECT row, record FROM entry_record ORDER BY row"
        let statement = try connection.statement(sql)
        defer { statement.reset() }
        while try tolerating(name, { () throws(SQLiteError) in try statement.step() }) ?? false {
            let row = statement.integer(0)
            let bytes = statement.borrowedBytes(1)
            outcome.rowCount += 1
            // Of an entry whose conversation was removed nothing is left.
            if bytes.isEmpty, name == "entry_record" { continue }
            if row <= places.watermark { places.rowCount += 1 }
            guard let record = LogRecord(bytes, row: row) else {
                outcome.damage(name, "row \(row) does not fit its digest")
                continue
            }
            guard record.form == (name == "log" ? .envelopes : .entry) else {
                outcome.disagree("\(name): row \(row) stands in the wrong table")
                continue
            }
            guard row <= places.watermark else { continue }
            if record.form == .entry { try find(record, entryOf: places) } else { try find(record) }
        }
    }

    /// Every copy that is not delivered has its place in a queue.
    private func find(_ record: LogRecord) throws(SQLiteError) {
        for index in 0..<record.copyCount {
            let copy = record.copy(at: index)
            let isFound = try tolerating("log") { () throws(SQLiteError) -> Bool in
                let address = Pair(copy.recipient.account, copy.recipient.device)
                guard let device = try connection.row(DeviceRow.byAddress, address) else { return true }
                let cursor = try connection.row(CursorRow.ofDevice, device.number)
                guard let cursor, cursor.head >= copy.number else { return false }
                if copy.number <= cursor.delivered { return true }
                let place = try connection.last(QueueRow.ofDevice, device.number, through: copy.number)
                return place?.number == copy.number && place?.row == record.row
            }
            guard isFound == false else { continue }
            outcome.disagree("queue: a copy of log row \(record.row) is not where it waits", among: Self.queueTables)
        }
    }

    private func find(_ record: LogRecord, entryOf places: Places) throws(SQLiteError) {
        guard let entry = record.entry else { return outcome.disagree("entry_record: row \(record.row) is no entry") }
        let isFound = try tolerating("entry_record") { () throws(SQLiteError) -> Bool in
            guard let row = try connection.row(ConversationRow.byID, entry.conversation) else { return true }
            let head = try connection.row(HeadRow.ofConversation, row.number)
            guard let head, head.seq >= entry.seq.rawValue else { return false }
            let place = try connection.last(EntryRow.ofConversation, row.number, through: entry.seq.rawValue)
            return place?.seq == entry.seq.rawValue && place?.row == record.row
        }
        guard isFound == false else { return }
        outcome.disagree("entry: row \(record.row) of entry_record is not found by its seq", among: Self.entryTables)
    }

    /// Each place in a queue leads to a record that says the same.
    private func queues(_ places: Places) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            SELECT q.device, q.number, q.row, q.copies, l.record, q.sender, q.bytes
            FROM queue q LEFT JOIN log l ON l.row = q.row
            ORDER BY q.device, q.number
            """)
        defer { statement.reset() }
        while try tolerating("queue", { () throws(SQLiteError) in try statement.step() }) ?? false {
            let (device, number, row) = (statement.integer(0), statement.number(1), statement.integer(2))
            guard !places.removedQueues.contains(device) else { continue }
            let cursor = try tolerating("queue") { () throws(SQLiteError) in
                try connection.row(CursorRow.ofDevice, device)
            }
            // Delivered, and not swept up yet: its record may be gone.
            if let found = cursor, let cursor = found, number <= cursor.delivered { continue }
            let record = LogRecord(statement.borrowedBytes(4), row: row)
            let sender = QueueSender(statement.id(5).map { AccountID(bytes: $0) })
            let byteCount = statement.number(6)
            let says = (0..<(record?.copyCount ?? 0)).contains { (index) in
                guard let record, record.copy(at: index).number == number else { return false }
                let weight = QueueWeight(of: record.bodyByteCount(at: index), from: record.sender?.account)
                return weight.sender == sender && UInt64(weight.byteCount) == byteCount
            }
            // It counts the devices that were there: one that goes takes its queue with it.
            if !says || record?.copyCount ?? 0 < Int(statement.integer(3)) {
                outcome.disagree("queue: \(device), \(number) leads to no such copy", among: Self.queueTables)
            }
        }
    }

    private func entries(_ places: Places) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            SELECT e.conversation, e.seq, e.row, l.record FROM entry e LEFT JOIN entry_record l ON l.row = e.row
            ORDER BY e.conversation, e.seq
            """)
        defer { statement.reset() }
        while try tolerating("entry", { () throws(SQLiteError) in try statement.step() }) ?? false {
            let (conversation, seq, row) = (statement.integer(0), statement.number(1), statement.integer(2))
            guard !places.removedLogs.contains(conversation) else { continue }
            let entry = LogRecord(statement.borrowedBytes(3), row: row)?.entry
            let owner = try tolerating("entry") { () throws(SQLiteError) in
                try connection.row(ConversationRow.byNumber, conversation)
            }
            guard let entry, let found = owner, entry.seq.rawValue == seq, entry.conversation == found?.conversation
            else {
                outcome.disagree("entry: \(conversation), \(seq) leads to no such entry", among: Self.entryTables)
                continue
            }
        }
    }

    private func blocks() throws(SQLiteError) {
        var after: Int64 = 0
        while true {
            let page = try tolerating("accepted_block") { () throws(SQLiteError) in
                try connection.rows(AcceptedBlockRow.inOrder, Whole(), after: after, limit: 64)
            }
            guard let page, let last = page.last else { return }
            for row in page {
                let isSound = row.record.withUnsafeBytes { (bytes) -> Bool in
                    guard AcceptedBlock.count(bytes) != nil else { return false }
                    let first = AcceptedBlock.entry(bytes, at: 0)
                    return AcceptedBlock.key(first.client, first.sender) == row.first
                }
                if !isSound { outcome.damage("accepted_block", "\(row.block) does not fit its digest") }
            }
            after = last.block
        }
    }
}
