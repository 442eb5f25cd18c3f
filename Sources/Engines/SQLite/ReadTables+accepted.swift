import Store
import Wire

extension ReadTables {
    /// What a flushed send was given, from one run.
    func accepted(
        _ client: ClientID, _ sender: Int64, run: Int64, listCount: Int64
    ) throws(Problem) -> AcceptedRow? {
        let single = try connection.first(
            "SELECT row, time, conversation, seq FROM accepted WHERE run = ? AND client = ? AND sender = ?",
            .integer(run), .id(client), .integer(sender)
        ) {
            AcceptedBlock.Entry(
                client: client, sender: sender, row: $0.integer(0), time: $0.time(1), conversation: $0.integer(2),
                seq: $0.number(3))
        }
        if let single { return try row(single) }
        guard listCount > 0 else { return nil }
        let key = AcceptedBlock.key(client, sender)
        for list in 0..<listCount {
            if let entry = try entry(client, sender, key, run: run, list: list) { return try row(entry) }
        }
        return nil
    }

    private func entry(
        _ client: ClientID, _ sender: Int64, _ key: [UInt8], run: Int64, list: Int64
    ) throws(Problem) -> AcceptedBlock.Entry? {
        let statement = try connection.statement(
            """
            SELECT record, block FROM accepted_block WHERE run = ? AND list = ? AND first <= ?
            ORDER BY first DESC LIMIT 1
            """)
        defer { statement.reset() }
        statement.bind(1, run)
        statement.bind(2, list)
        statement.bind(3, .blob(key))
        guard try statement.step() else { return nil }
        let bytes = statement.borrowedBytes(0)
        guard let count = AcceptedBlock.count(bytes) else {
            // Counted with the log rows; below zero, so that the two do not meet.
            damage.found(-statement.integer(1))
            return nil
        }
        return AcceptedBlock.find(client, sender, in: bytes, count: count)
    }

    private func row(_ entry: AcceptedBlock.Entry) throws(Problem) -> AcceptedRow {
        var conversation: ConversationID?
        if entry.conversation != 0 {
            conversation = try connection.first(
                "SELECT conversation FROM conversation WHERE number = ?", .integer(entry.conversation)
            ) { $0.id(0).map { ConversationID(bytes: $0) } }
        }
        return AcceptedRow(
            id: MessageID(UInt64(bitPattern: entry.row)), time: entry.time, conversation: conversation,
            seq: conversation == nil ? nil : SequenceNumber(entry.seq))
    }
}
