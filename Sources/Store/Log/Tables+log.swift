import SQLite
public import Wire

extension Tables {
    /// One row, numbered in each recipient's queue, in the dm where there is one, and remembered by sender and client
    /// id.
    /// The caller has asked ``ReadableTables/accepted(from:clientID:)`` first.
    public func append(_ draft: EnvelopeDraft) throws(Problem) -> AppendedEnvelopes {
        try answer { () throws(SQLiteError) in try add(draft) }
    }

    /// A message that expires is noted in ``takeExpiredMessages(by:limit:)`` from here on.
    public func append(_ draft: EntryDraft) throws(Problem) -> AppendedEntry {
        try answer { () throws(SQLiteError) in try add(draft) }
    }

    private func add(_ draft: EnvelopeDraft) throws(SQLiteError) -> AppendedEnvelopes {
        precondition(draft.copies.count <= Limits.devicesPerSendMax, "a send to too many devices")
        try willWrite()
        var conversation: ConversationTail?
        if let id = draft.conversation { conversation = try existingLog(of: id) }
        var sender: QueueTail?
        if let address = draft.sender { sender = try existingQueue(of: address) }
        var copies: [TailCopy] = []
        copies.reserveCapacity(draft.copies.count)
        var mostInOneQueue = 1
        for copy in draft.copies {
            let queue = try existingQueue(of: copy.recipient)
            let earlier = copies.count { $0.queue === queue }
            copies.append(
                TailCopy(
                    queue: queue, number: queue.head + 1 + UInt64(earlier),
                    weight: QueueWeight(of: copy.body.count, from: draft.sender?.account)))
            mostInOneQueue = max(mostInOneQueue, earlier + 1)
        }
        let id = messageIDs.next(at: draft.time)
        let row = Int64(bitPattern: id.rawValue)
        let seq = conversation.map { SequenceNumber($0.head + 1) }
        let numbers = copies.map { QueueNumber($0.number) }
        history.count(UInt64(mostInOneQueue))
        let record = recordWriter.record(draft, row: row, at: history.moment, seq: seq, numbers: numbers)
        try insert(row, record, by: try logInsertion())
        tail.append(
            TailRow(
                row: row, time: draft.time, sender: sender, conversation: conversation, seq: seq?.rawValue ?? 0,
                isEntry: false),
            copies: copies, client: sender == nil ? nil : draft.clientID)
        noteAppend()
        return AppendedEnvelopes(id: id, seq: seq, numbers: numbers)
    }

    private func add(_ draft: EntryDraft) throws(SQLiteError) -> AppendedEntry {
        try willWrite()
        let conversation = try existingLog(of: draft.conversation)
        // A change may be the last act of a device: it need not be there any more unless it may be sent again.
        let sender = try queue(of: draft.sender)
        precondition(draft.clientID == nil || sender != nil, "a message from no device")
        let id = messageIDs.next(at: draft.time)
        let row = Int64(bitPattern: id.rawValue)
        let seq = SequenceNumber(conversation.head + 1)
        history.count()
        let record = recordWriter.record(draft, row: row, at: history.moment, seq: seq)
        try insert(row, record, by: try entryInsertion())
        if draft.event.isCharged { try noteLogBytes(of: draft.sender.account, record.count) }
        try noteExpiry(of: draft, row: row, seq: seq)
        tail.append(
            TailRow(
                row: row, time: draft.time, sender: sender, conversation: conversation, seq: seq.rawValue,
                isEntry: true),
            copies: [], client: draft.clientID)
        noteAppend()
        return AppendedEntry(id: id, seq: seq)
    }

    /// Everything up to `number` is delivered: it leaves the queue, and its row goes with the last copy. A number
    /// beyond the queue's head counts as the head; one below what is delivered changes nothing. With the answer that
    /// may be kept of it, it grows nothing.
    public func trimQueue(of device: DeviceAddress, through number: QueueNumber) throws(Problem) {
        willWriteInMemory()
        growth = .nothing
        try answer { () throws(SQLiteError) in
            guard let queue = try queue(of: device) else { return }
            try trim(queue, through: number.rawValue)
        }
    }

    private func trim(_ queue: QueueTail, through number: UInt64) throws(SQLiteError) {
        let through = queue.gaps.passed(from: min(number, queue.head))
        guard through > queue.delivered else { return }
        try discount(queue, through: through)
        journal.note(.trimmed(queue, before: queue.delivered))
        queue.delivered = through
    }

    /// Removes what has run out by `now`: rows of every table that says when they end, and envelopes older than
    /// ``Limits/queueDays``.
    /// - Parameter keepsQueues: whether envelopes stay, however old they seem.
    /// - Returns: how many rows went, at most about `limit`; call again while it is not zero.
    public func removeExpired(now: Timestamp, limit: Int, keepsQueues: Bool = false) throws(Problem) -> Int {
        try answer { () throws(SQLiteError) in
            try willWrite(.nothing)
            sweptAt = max(sweptAt, now)
            var left = max(0, limit)
            for table in StoreSchema.tables where left > 0 {
                left -= try table.expiry?.sweep(connection, now: now, limit: left) ?? 0
            }
            if left > 0, !keepsQueues { left -= try expireEnvelopes(now: now, limit: left) }
            return max(0, limit) - left
        }
    }

    // MARK: Details

    /// Looks at the log from where it was left, until a row is young, and acknowledges what is too old for the
    /// devices that never came. A row from the future, written while the clock was wrong, is passed over.
    private func expireEnvelopes(now: Timestamp, limit: Int) throws(SQLiteError) -> Int {
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
            let found = try ifSound { () throws(SQLiteError) in try queue(of: recipient) }
            guard let queue = found ?? nil else { continue }
            if number > queue.delivered { goneCount += 1 }
            try trim(queue, through: number)
        }
        journal.note(.expired(before: expiredThrough))
        expiredThrough = last
        return goneCount
    }

    private func insert(
        _ row: Int64, _ record: UnsafeRawBufferPointer, by statement: Statement
    ) throws(SQLiteError) {
        statement.bind(1, row)
        statement.bind(2, borrowing: record)
        try statement.run()
    }

    private func noteAppend() {
        logRowCount += 1
        history.recorded()
        journal.note(.appended)
    }

    private func existingQueue(of device: DeviceAddress) throws(SQLiteError) -> QueueTail {
        guard let queue = try queue(of: device) else { preconditionFailure("an envelope from or for no device") }
        return queue
    }

    private func existingLog(of conversation: ConversationID) throws(SQLiteError) -> ConversationTail {
        guard let log = try log(of: conversation) else { preconditionFailure("a message in no conversation") }
        return log
    }
}
