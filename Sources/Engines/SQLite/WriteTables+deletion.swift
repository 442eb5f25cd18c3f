import Store
import Wire

/// Deleting what nobody waits for any more. A slice at a time, inside the running transaction; doing a slice twice
/// changes nothing.
extension WriteTables {
    private static let stride = 64

    func deleteLogRows(from first: Int64, below end: Int64) throws(Problem) {
        let gone = try connection.statement("DELETE FROM log WHERE row >= ? AND row < ?")
        gone.bind(1, first)
        gone.bind(2, end)
        try gone.run()
        logRowCount -= Int64(connection.changeCount)
    }

    /// Deletes some of the stored rows of a queue up to `number`, with the log rows that are for nobody else.
    /// - Returns: whether there are no more.
    func purge(_ handle: Int64, through number: UInt64) throws(Problem) -> Bool {
        let limit = Int64(clamping: number)
        let stored = try connection.rows(
            "SELECT number, row, copies FROM queue WHERE device = ? AND number <= ? ORDER BY number LIMIT ?",
            .integer(handle), .integer(limit), .integer(Int64(Self.stride))
        ) { (number: $0.integer(0), row: $0.integer(1), copies: $0.integer(2)) }
        guard let last = stored.last?.number else { return true }
        let before = logRowCount
        for row in stored {
            let isOver = if row.copies == 1 { true } else { try isDelivered(row.row) }
            if isOver { try deleteLogRows(from: row.row, below: row.row + 1) }
        }
        try connection.run("DELETE FROM queue WHERE device = ? AND number <= ?", .integer(handle), .integer(last))
        try connection.run("UPDATE progress SET rows = max(0, rows - ?)", .integer(before - logRowCount))
        return stored.count < Self.stride
    }

    /// Deletes some of the stored entries of a conversation that was removed, and what their records say. The rows of
    /// those stay, without a byte: see ``Schema/entryRecords``.
    /// - Returns: whether there are no more.
    func purgeLog(_ handle: Int64) throws(Problem) -> Bool {
        let stored = try connection.rows(
            "SELECT seq, row FROM entry WHERE conversation = ? ORDER BY seq LIMIT ?", .integer(handle),
            .integer(Int64(Self.stride))
        ) { (seq: $0.integer(0), row: $0.integer(1)) }
        guard let last = stored.last?.seq else { return true }
        try wipeEntries(stored.map(\.row))
        try connection.run("DELETE FROM entry WHERE conversation = ? AND seq <= ?", .integer(handle), .integer(last))
        try connection.run("UPDATE progress SET rows = max(0, rows - ?)", .integer(Int64(stored.count)))
        return stored.count < Self.stride
    }

    /// Leaves nothing of entries but their rows, which no longer count.
    func wipeEntries(_ rows: [Int64]) throws(Problem) {
        guard !rows.isEmpty else { return }
        try leavingNothing { () throws(Problem) in
            for row in rows { try connection.run("UPDATE entry_record SET record = x'' WHERE row = ?", .integer(row)) }
        }
        logRowCount -= Int64(rows.count)
    }

    /// Whether every copy of a log row is delivered, as the tables know it.
    private func isDelivered(_ row: Int64) throws(Problem) -> Bool {
        let copies = try record(row) { (record) -> [(recipient: DeviceAddress, number: UInt64)]? in
            record.form == .envelopes ? (0..<record.copyCount).map { record.copy(at: $0) } : nil
        }
        // Gone already, or damaged: a damaged row stays, for whoever looks into the damage.
        guard let copies else { return false }
        for copy in copies {
            guard let queue = try queue(of: copy.recipient) else { continue }
            if copy.number > queue.persistedDelivered { return false }
        }
        return true
    }

    /// Deletes some of the client ids of a run that is forgotten.
    /// - Returns: whether there are no more.
    func deleteSome(ofRun run: Int64) throws(Problem) -> Bool {
        try connection.run(
            "DELETE FROM accepted_block WHERE block IN (SELECT block FROM accepted_block WHERE run = ? LIMIT ?)",
            .integer(run), .integer(Int64(Self.stride)))
        if connection.changeCount > 0 { return false }
        let clients = try connection.rows(
            "SELECT client FROM accepted WHERE run = ? ORDER BY client LIMIT ?", .integer(run),
            .integer(Int64(Self.stride * 4))
        ) { $0.id(0) }
        if let last = clients.last {
            try connection.run("DELETE FROM accepted WHERE run = ? AND client <= ?", .integer(run), .id(last))
        }
        guard clients.count < Self.stride * 4 else { return false }
        try connection.run("DELETE FROM accepted_run WHERE run = ?", .integer(run))
        return true
    }
}
