import SQLite
import Wire

/// Deleting what nobody waits for any more. A slice at a time, inside the running transaction; doing a slice twice
/// changes nothing.
extension Tables {
    private static let stride = 64

    func deleteLogRows(from first: Int64, below end: Int64) throws(SQLiteError) {
        let gone = try connection.statement("DELETE FROM log WHERE row >= ? AND row < ?")
        gone.bind(1, first)
        gone.bind(2, end)
        try gone.run()
        logRowCount -= Int64(connection.changeCount)
    }

    /// Deletes some of the stored rows of a queue up to `number`, with the log rows that are for nobody else.
    /// - Returns: whether there are no more.
    func purge(_ handle: Int64, through number: UInt64) throws(SQLiteError) -> Bool {
        var goneCount: Int64 = 0
        let isLast = try connection.removeSome(QueueRow.ofDevice, handle, through: number, limit: Self.stride) {
            (row) throws(SQLiteError) in
            let isOver = if row.copies == 1 { true } else { try isDelivered(row.row) }
            guard isOver else { return }
            let before = logRowCount
            try deleteLogRows(from: row.row, below: row.row + 1)
            if row.row <= progress.watermark { goneCount += before - logRowCount }
        } damaged: {
            damage.found(table: QueueRow.table.name)
        }
        if goneCount > 0 { try changeProgress { $0.rows = max(0, $0.rows - goneCount) } }
        return isLast
    }

    /// Deletes some of the stored entries of a conversation that was removed, and what their records say. The rows of
    /// those stay, without a byte: see ``LogSchema``.
    /// - Returns: whether there are no more.
    func purgeLog(_ handle: Int64) throws(SQLiteError) -> Bool {
        var rows: [Int64] = []
        let isLast = try connection.removeSome(EntryRow.ofConversation, handle, through: .max, limit: Self.stride) {
            (row) in rows.append(row.row)
        } damaged: {
            damage.found(table: EntryRow.table.name)
        }
        let goneCount = try wipeEntries(rows)
        if goneCount > 0 { try changeProgress { $0.rows = max(0, $0.rows - goneCount) } }
        return isLast
    }

    /// Leaves nothing of entries but their rows, which no longer count. One that has nothing left, because a flush and
    /// a removal met, counts no second time.
    /// - Returns: how many of them the tables counted.
    @discardableResult
    func wipeEntries(_ rows: [Int64]) throws(SQLiteError) -> Int64 {
        guard !rows.isEmpty else { return 0 }
        var countedCount: Int64 = 0
        try leavingNothing { () throws(SQLiteError) in
            for row in rows {
                try discountEntry(row)
                try connection.run(
                    "UPDATE entry_record SET record = x'' WHERE row = ? AND record <> x''", .integer(row))
                let goneCount = Int64(connection.changeCount)
                logRowCount -= goneCount
                if row <= progress.watermark { countedCount += goneCount }
            }
        }
        return countedCount
    }

    /// Gives back to whoever wrote an entry what the log no longer keeps of it. Of a damaged one nobody knows whose it
    /// is.
    private func discountEntry(_ row: Int64) throws(SQLiteError) {
        let statement = try connection.statement(
            "SELECT record FROM entry_record WHERE row = ? AND record <> x''")
        var gone: (sender: AccountID, byteCount: Int)?
        do {
            defer { statement.reset() }
            statement.bind(1, row)
            if try statement.step(), let record = LogRecord(statement.borrowedBytes(0), row: row),
                record.entry?.event.isCharged == true
            {
                gone = record.sender.map { ($0.account, record.byteCount) }
            }
        }
        if let gone { try noteLogBytes(of: gone.sender, -gone.byteCount) }
    }

    /// Writes how far the flush has come. The writer alone changes it, so it is never read again.
    func changeProgress(_ change: (inout ProgressRow) -> Void) throws(SQLiteError) {
        change(&progress)
        try connection.put(progress)
    }

    /// Whether every copy of a log row is delivered, as the tables know it.
    private func isDelivered(_ row: Int64) throws(SQLiteError) -> Bool {
        let copies = try record(row) { (record) -> [(recipient: DeviceAddress, number: UInt64)]? in
            record.form == .envelopes ? (0..<record.copyCount).map { record.copy(at: $0) } : nil
        }
        // Gone already, or damaged: a damaged row stays, for whoever looks into the damage.
        guard let copies else { return false }
        for copy in copies {
            let found = try ifSound { () throws(SQLiteError) in try queue(of: copy.recipient) }
            // Of a damaged one nobody knows how far it has come.
            guard let found else { return false }
            guard let queue = found else { continue }
            if copy.number > queue.persistedDelivered { return false }
        }
        return true
    }

    /// Deletes some of the client ids of a run that is forgotten.
    /// - Returns: whether there are no more.
    func deleteSome(ofRun run: Int64) throws(SQLiteError) -> Bool {
        let blockCount = try connection.removeAll(AcceptedBlockRow.ofRun, run, limit: Self.stride)
        guard blockCount == 0 else { return false }
        let sendCount = try connection.removeAll(AcceptedSendRow.ofRun, run, limit: Self.stride * 4)
        guard sendCount < Self.stride * 4 else { return false }
        try connection.remove(AcceptedRunRow.byRun, run)
        return true
    }
}
