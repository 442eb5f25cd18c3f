import SQLite
public import Wire

/// Taking what a message said out of the files, and remembering when.
extension Tables {
    /// Puts a tombstone in the place of a message: what it said leaves the log for good, while seq, id, time, sender,
    /// client id and the memory of its acceptance stay.
    /// - Returns: the entry as it was; `nil`, and nothing changes, where there is no message with that number, or
    ///   only its tombstone.
    public func redact(_ seq: SequenceNumber, of conversation: ConversationID) throws(Problem) -> LogEntry? {
        guard let before = try entry(seq, of: conversation), let after = before.tombstone, after != before else {
            return nil
        }
        try answer { () throws(SQLiteError) in
            try willWrite(.nothing)
            try replace(before, by: after)
            for cascade in StoreSchema.ofMessage { try cascade.remove(Pair(conversation, seq), connection) }
            if case .message(let message) = before.event, let end = message.expiresAt {
                let row = Int64(bitPattern: before.id.rawValue)
                try connection.remove(ExpiringMessageRow.byPlace, Pair(end, row))
            }
        }
        return before
    }

    private func replace(_ before: LogEntry, by after: LogEntry) throws(SQLiteError) {
        let row = Int64(bitPattern: before.id.rawValue)
        let kept = try entryRecord(row) { (record) -> (clientID: ClientID?, byteCount: Int)? in
            (record.clientID, record.byteCount)
        }
        let draft = EntryDraft(
            time: before.time, conversation: before.conversation, sender: before.sender.address,
            clientID: kept?.clientID, event: after.event)
        history.count()
        var byteCount = 0
        try leavingNothing { () throws(SQLiteError) in
            let statement = try connection.statement("UPDATE entry_record SET record = ? WHERE row = ?")
            let record = recordWriter.record(draft, row: row, at: history.moment, seq: before.seq)
            statement.bind(1, borrowing: record)
            statement.bind(2, row)
            try statement.run()
            byteCount = record.count
        }
        try noteLogBytes(of: draft.sender.account, byteCount - (kept?.byteCount ?? byteCount))
    }

    /// Takes messages whose time has come off the list of those that expire, the earliest first. The caller redacts
    /// them in the same command.
    public func takeExpiredMessages(by now: Timestamp, limit: Int) throws(Problem) -> [MessagePlace] {
        try answer { () throws(SQLiteError) in
            try willWrite(.nothing)
            var places: [MessagePlace] = []
            _ = try connection.removeSome(ExpiringMessageRow.byEnd, Whole(), through: now, limit: max(0, limit)) {
                (expired) throws(SQLiteError) in
                if try entryRecord(expired.row, { $0.entry }) == nil { try wipe(expired.row) }
                places.append(MessagePlace(conversation: expired.conversation, seq: expired.seq))
            } damaged: {
                damage.found(table: ExpiringMessageRow.table.name)
            }
            return places
        }
    }

    /// Notes when a message that was just appended deletes itself.
    func noteExpiry(of draft: EntryDraft, row: Int64, seq: SequenceNumber) throws(SQLiteError) {
        guard case .message(let message) = draft.event, let end = message.expiresAt else { return }
        try connection.insert(
            ExpiringMessageRow(expiresAt: end, row: row, conversation: draft.conversation, seq: seq))
    }

    /// A damaged record says nothing that could be kept: zeros of the same length stay damaged.
    private func wipe(_ row: Int64) throws(SQLiteError) {
        try leavingNothing { () throws(SQLiteError) in
            try connection.run(
                "UPDATE entry_record SET record = zeroblob(length(record)) WHERE row = ?", .integer(row))
        }
    }

    /// Pages that a long record leaves are filled with zeros, which is not done for what is deleted otherwise: it
    /// would be one write more for each.
    func leavingNothing(_ change: () throws(SQLiteError) -> Void) throws(SQLiteError) {
        try connection.execute("PRAGMA secure_delete = ON")
        do throws(SQLiteError) {
            try change()
        } catch {
            try? connection.execute("PRAGMA secure_delete = FAST")
            throw error
        }
        try connection.execute("PRAGMA secure_delete = FAST")
        journal.note(.redacted)
    }
}
