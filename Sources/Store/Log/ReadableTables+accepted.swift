import SQLite
import Wire

extension ReadableTables {
    /// What a flushed send was given, from one run.
    func accepted(
        _ client: ClientID, _ sender: Int64, run: Int64, listCount: Int64
    ) throws(SQLiteError) -> AcceptedRow? {
        let place = Pair(run, client.bytes)
        let single = try connection.last(AcceptedSendRow.ofClient, place, through: sender)
        if let single, single.sender == sender {
            return try row(
                AcceptedBlock.Entry(
                    client: client, sender: sender, row: single.row, time: single.time,
                    conversation: single.conversation, seq: single.seq))
        }
        guard listCount > 0 else { return nil }
        let key = AcceptedBlock.key(client, sender)
        for list in 0..<listCount {
            if let entry = try entry(client, sender, key, run: run, list: list) { return try row(entry) }
        }
        return nil
    }

    private func entry(
        _ client: ClientID, _ sender: Int64, _ key: [UInt8], run: Int64, list: Int64
    ) throws(SQLiteError) -> AcceptedBlock.Entry? {
        guard let block = try connection.last(AcceptedBlockRow.ofList, Pair(run, list), through: key) else {
            return nil
        }
        let found = block.record.withUnsafeBytes { (bytes) -> AcceptedBlock.Entry?? in
            AcceptedBlock.count(bytes).map { AcceptedBlock.find(client, sender, in: bytes, count: $0) }
        }
        guard let found else { throw .damaged(table: AcceptedBlockRow.table.name) }
        return found
    }

    private func row(_ entry: AcceptedBlock.Entry) throws(SQLiteError) -> AcceptedRow {
        var conversation: ConversationID?
        if entry.conversation != 0 {
            conversation = try connection.row(ConversationRow.byNumber, entry.conversation)?.conversation
        }
        return AcceptedRow(
            id: MessageID(UInt64(bitPattern: entry.row)), time: entry.time, conversation: conversation,
            seq: conversation == nil ? nil : SequenceNumber(entry.seq))
    }
}
