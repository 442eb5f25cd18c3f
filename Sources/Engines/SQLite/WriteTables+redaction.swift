import Store
import Wire

/// Taking what a message said out of the files, and remembering when.
extension WriteTables {
    func redact(_ seq: SequenceNumber, of conversation: ConversationID) throws(Problem) -> LogEntry? {
        guard let before = try entry(seq, of: conversation), let after = before.tombstone, after != before else {
            return nil
        }
        try willWrite()
        let row = Int64(bitPattern: before.id.rawValue)
        let draft = EntryDraft(
            time: before.time, conversation: conversation, sender: before.sender.address,
            clientID: try entryRecord(row) { $0.clientID }, event: after.event)
        try leavingNothing { () throws(Problem) in
            let statement = try connection.statement("UPDATE entry_record SET record = ? WHERE row = ?")
            statement.bind(1, borrowing: recordWriter.record(draft, row: row, seq: seq))
            statement.bind(2, row)
            try statement.run()
        }
        if case .message(let message) = before.event, let end = message.expiresAt {
            try connection.run(
                "DELETE FROM expiring_message WHERE expires_at = ? AND row = ?", .time(end), .integer(row))
        }
        return before
    }

    func takeExpiredMessages(by now: Timestamp, limit: Int) throws(Problem) -> [MessagePlace] {
        try willWrite()
        let expired = try connection.rows(
            """
            SELECT expires_at, row, conversation, seq FROM expiring_message WHERE expires_at <= ?
            ORDER BY expires_at, row LIMIT ?
            """, .time(now), .integer(Int64(max(0, limit)))
        ) { (found) in
            found.id(2).map { (end: found.integer(0), row: found.integer(1), id: $0, seq: found.number(3)) }
        }
        for (end, row, _, _) in expired {
            try connection.run(
                "DELETE FROM expiring_message WHERE expires_at = ? AND row = ?", .integer(end), .integer(row))
            if try entryRecord(row, { $0.entry }) == nil { try wipe(row) }
        }
        return expired.map { MessagePlace(conversation: ConversationID(bytes: $0.id), seq: SequenceNumber($0.seq)) }
    }

    /// Notes when a message that was just appended deletes itself.
    func noteExpiry(of draft: EntryDraft, row: Int64, seq: SequenceNumber) throws(Problem) {
        guard case .message(let message) = draft.event, let end = message.expiresAt else { return }
        try connection.run(
            "INSERT INTO expiring_message (expires_at, row, conversation, seq) VALUES (?, ?, ?, ?)", .time(end),
            .integer(row), .id(draft.conversation), .number(seq.rawValue))
    }

    /// A damaged record says nothing that could be kept: zeros of the same length stay damaged.
    private func wipe(_ row: Int64) throws(Problem) {
        try leavingNothing { () throws(Problem) in
            try connection.run(
                "UPDATE entry_record SET record = zeroblob(length(record)) WHERE row = ?", .integer(row))
        }
    }

    /// Pages that a long record leaves are filled with zeros, which is not done for what is deleted otherwise: it
    /// would be one write more for each.
    func leavingNothing(_ change: () throws(Problem) -> Void) throws(Problem) {
        try connection.execute("PRAGMA secure_delete = ON")
        do throws(Problem) {
            try change()
        } catch {
            try? connection.execute("PRAGMA secure_delete = FAST")
            throw error
        }
        try connection.execute("PRAGMA secure_delete = FAST")
        journal.note(.redacted)
    }
}
