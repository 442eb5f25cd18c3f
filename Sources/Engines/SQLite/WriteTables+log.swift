import Store
import Wire

extension WriteTables {
    func append(_ draft: EnvelopeDraft) throws(Problem) -> AppendedEnvelopes {
        precondition(draft.copies.count <= Limits.devicesPerSendMax, "a send to too many devices")
        try willWrite()
        var conversation: ConversationTail?
        if let id = draft.conversation { conversation = try existingLog(of: id) }
        var sender: QueueTail?
        if let address = draft.sender { sender = try existingQueue(of: address) }
        var copies: [TailCopy] = []
        copies.reserveCapacity(draft.copies.count)
        for copy in draft.copies {
            let queue = try existingQueue(of: copy.recipient)
            let earlier = copies.count { $0.queue === queue }
            copies.append(TailCopy(queue: queue, number: queue.head + 1 + UInt64(earlier)))
        }
        let id = messageIDs.next(at: draft.time)
        let row = Int64(bitPattern: id.rawValue)
        let seq = conversation.map { SequenceNumber($0.head + 1) }
        let numbers = copies.map { QueueNumber($0.number) }
        try insert(row, recordWriter.record(draft, row: row, seq: seq, numbers: numbers), by: try logInsertion())
        tail.append(
            TailRow(
                row: row, time: draft.time, sender: sender, conversation: conversation, seq: seq?.rawValue ?? 0,
                isEntry: false),
            copies: copies, client: sender == nil ? nil : draft.clientID)
        noteAppend()
        return AppendedEnvelopes(id: id, seq: seq, numbers: numbers)
    }

    func append(_ draft: EntryDraft) throws(Problem) -> AppendedEntry {
        try willWrite()
        let conversation = try existingLog(of: draft.conversation)
        // A change may be the last act of a device: it need not be there any more unless it may be sent again.
        let sender = try queue(of: draft.sender)
        precondition(draft.clientID == nil || sender != nil, "a message from no device")
        let id = messageIDs.next(at: draft.time)
        let row = Int64(bitPattern: id.rawValue)
        let seq = SequenceNumber(conversation.head + 1)
        try insert(row, recordWriter.record(draft, row: row, seq: seq), by: try entryInsertion())
        try noteExpiry(of: draft, row: row, seq: seq)
        tail.append(
            TailRow(
                row: row, time: draft.time, sender: sender, conversation: conversation, seq: seq.rawValue,
                isEntry: true),
            copies: [], client: draft.clientID)
        noteAppend()
        return AppendedEntry(id: id, seq: seq)
    }

    func trimQueue(of device: DeviceAddress, through number: QueueNumber) throws(Problem) {
        willWriteInMemory()
        guard let queue = try queue(of: device) else { return }
        let through = min(number.rawValue, queue.head)
        guard through > queue.delivered else { return }
        journal.note(.trimmed(queue, before: queue.delivered))
        queue.delivered = through
    }

    func removeExpired(now: Timestamp, limit: Int) throws(Problem) -> Int {
        try willWrite()
        sweptAt = max(sweptAt, now)
        var left = Int64(max(0, limit))
        let sweeps: [StaticString] = [
            "DELETE FROM token WHERE hash IN (SELECT hash FROM token WHERE expires_at <= ? LIMIT ?) RETURNING 1",
            "DELETE FROM invite WHERE hash IN (SELECT hash FROM invite WHERE expires_at <= ? LIMIT ?) RETURNING 1",
            """
            DELETE FROM saved_reply WHERE key IN (SELECT key FROM saved_reply WHERE expires_at <= ? LIMIT ?)
            RETURNING 1
            """,
        ]
        for sweep in sweeps where left > 0 {
            left -= Int64(try connection.rows(sweep, .time(now), .integer(left)) { $0.integer(0) }.count)
        }
        if left > 0 { left -= try expireReports(now: now, limit: left) }
        if left > 0 { left -= Int64(try expireEnvelopes(now: now, limit: Int(left))) }
        return max(0, limit) - Int(left)
    }

    // MARK: Details

    /// Looks at the log from where it was left, until a row is young, and acknowledges what is too old for the
    /// devices that never came. A row from the future, written while the clock was wrong, is passed over.
    private func expireEnvelopes(now: Timestamp, limit: Int) throws(Problem) -> Int {
        struct Old {
            let row: Int64
            let copies: [(recipient: DeviceAddress, number: UInt64)]
        }
        var old: [Old] = []
        let statement = try connection.statement("SELECT row, record FROM log WHERE row > ? ORDER BY row LIMIT ?")
        statement.bind(1, expiredThrough)
        // More than `limit`, because rows without copies are passed over.
        statement.bind(2, Int64(limit) * 4)
        do {
            defer { statement.reset() }
            var copyCount = 0
            while copyCount < limit, try statement.step() {
                let row = statement.integer(0)
                guard let record = LogRecord(statement.borrowedBytes(1), row: row) else {
                    damage.found(row)
                    old.append(Old(row: row, copies: []))
                    continue
                }
                let isOld = record.time.adding(seconds: Limits.queueDays * 86_400) <= now
                guard isOld || record.time > now else { break }
                let copies = isOld ? (0..<record.copyCount).map { record.copy(at: $0) } : []
                copyCount += copies.count
                old.append(Old(row: row, copies: copies))
            }
        }
        guard let last = old.last?.row else { return 0 }
        var goneCount = 0
        for (recipient, number) in old.flatMap(\.copies) {
            guard let queue = try queue(of: recipient) else { continue }
            if number > queue.delivered { goneCount += 1 }
            try trimQueue(of: recipient, through: QueueNumber(number))
        }
        journal.note(.expired(before: expiredThrough))
        expiredThrough = last
        return goneCount
    }

    private func insert(
        _ row: Int64, _ record: UnsafeRawBufferPointer, by statement: Statement
    ) throws(Problem) {
        statement.bind(1, row)
        statement.bind(2, borrowing: record)
        try statement.run()
    }

    private func noteAppend() {
        logRowCount += 1
        journal.note(.appended)
    }

    private func existingQueue(of device: DeviceAddress) throws(Problem) -> QueueTail {
        guard let queue = try queue(of: device) else { preconditionFailure("an envelope from or for no device") }
        return queue
    }

    private func existingLog(of conversation: ConversationID) throws(Problem) -> ConversationTail {
        guard let log = try log(of: conversation) else { preconditionFailure("a message in no conversation") }
        return log
    }
}
