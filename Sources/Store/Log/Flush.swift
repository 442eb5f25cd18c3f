import SQLite
import Wire

/// Moves one segment of the tail into the tables, in slices that ride in the batches' transactions.
///
/// The steps come in an order that holds at every cut: what the tail knows of a row is in the tables before the row
/// may be deleted, and the watermark moves last. A crash in between repeats what was done, which changes nothing.
/// A value: the copy made before a transaction is what a rollback returns to.
struct Flush {
    enum Step: Int { case accepted, entries, copies, heads, cursors, deletions, watermark, finished }

    let segment: TailSegment
    let plan: FlushPlan
    private(set) var step = Step.accepted
    private var index = 0
    /// Whose cursors are written; known when that step begins.
    private(set) var queues: [QueueTail] = []
    /// Fewer client ids than this are written as single rows.
    private let listCountMin: Int
    /// The list that takes the client ids, once it is begun.
    private var list: (run: AcceptedRuns.Run, number: Int64)?

    init(segment: TailSegment, plan: FlushPlan, listCountMin: Int) {
        self.segment = segment
        self.plan = plan
        self.listCountMin = listCountMin
    }

    var isFinished: Bool { step == .finished }

    /// The last row of the segment.
    var lastRow: Int64 { segment.rows.last?.row ?? 0 }

    /// Goes on until it is done, or for about as long as `deadline` allows.
    mutating func advance(_ tables: Tables, until deadline: Deadline) throws(SQLiteError) {
        repeat {
            let count = try write(tables)
            index += count
            if count == 0 { try enterNextStep(tables) }
        } while step != .finished && !deadline.isOver
    }

    private mutating func enterNextStep(_ tables: Tables) throws(SQLiteError) {
        step = Step(rawValue: step.rawValue + 1) ?? .finished
        index = 0
        if step == .cursors {
            queues = touchedQueues(tables)
            // From here on, and not when it is written: what is acknowledged in between is for the next flush, and a
            // queue that one waits for must not be forgotten. Its cursor would be written over that of its successor.
            for queue in tables.dirtyQueues { queue.isDirty = false }
            tables.dirtyQueues = []
        }
        // With the rows goes the trace of their ids, which must not be given again.
        if step == .deletions {
            try tables.changeProgress { $0.lastRow = Int64(bitPattern: tables.messageIDs.last) }
        }
    }

    /// Writes a few rows of the current step.
    /// - Returns: how many; zero when the step is done.
    private mutating func write(_ tables: Tables) throws(SQLiteError) -> Int {
        switch step {
        case .accepted where plan.accepted.count >= listCountMin: try writeAcceptedBlock(tables)
        case .accepted: try writeAccepted(tables)
        case .entries: try writeEntries(tables)
        case .copies: try writeCopies(tables)
        case .heads: try writeHeads(tables)
        case .cursors: try writeCursors(tables)
        case .deletions: try deleteDelivered(tables)
        case .watermark: try writeWatermark(tables)
        case .finished: 0
        }
    }

    private static let stride = 32

    private func stretch<T>(_ list: [T]) -> ArraySlice<T> {
        list[min(index, list.count)...].prefix(Self.stride)
    }

    // MARK: Steps

    /// Client ids of a large flush: packed, so that each costs a copy and not a search.
    private mutating func writeAcceptedBlock(_ tables: Tables) throws(SQLiteError) -> Int {
        let places = plan.accepted[min(index, plan.accepted.count)...].prefix(AcceptedBlock.entryCountMax)
        let entries = places.compactMap { acceptedEntry(segment.rows[Int($0)]) }
        guard let first = entries.first else { return 0 }
        let (run, number) = list ?? beginList(tables, at: first.time)
        list = (run, number)
        for entry in entries { tables.runs.insert(entry.client, entry.sender, at: entry.time, into: run) }
        tables.runs.lastBlock += 1
        try tables.connection.insert(
            AcceptedBlockRow(
                block: tables.runs.lastBlock, run: run.id, list: number,
                first: AcceptedBlock.key(first.client, first.sender), record: AcceptedBlock.encode(entries)))
        try writeRun(run, tables)
        return places.count
    }

    private func beginList(_ tables: Tables, at time: Timestamp) -> (AcceptedRuns.Run, Int64) {
        let run = tables.runs.open(at: time)
        run.listCount += 1
        return (run, run.listCount - 1)
    }

    private func writeAccepted(_ tables: Tables) throws(SQLiteError) -> Int {
        let places = stretch(plan.accepted)
        guard let first = places.first else { return 0 }
        let run = tables.runs.open(at: segment.rows[Int(first)].time)
        for place in places {
            guard let entry = acceptedEntry(segment.rows[Int(place)]) else { continue }
            try tables.connection.put(
                AcceptedSendRow(
                    run: run.id, client: entry.client.bytes, sender: entry.sender, row: entry.row, time: entry.time,
                    conversation: entry.conversation, seq: entry.seq))
            tables.runs.insert(entry.client, entry.sender, at: entry.time, into: run)
        }
        try writeRun(run, tables)
        return places.count
    }

    private func acceptedEntry(_ row: TailRow) -> AcceptedBlock.Entry? {
        guard let client = row.client, let sender = row.sender else { return nil }
        return AcceptedBlock.Entry(
            client: client, sender: sender.handle, row: row.row, time: row.time,
            conversation: row.conversation?.handle ?? 0, seq: row.seq)
    }

    private func writeRun(_ run: AcceptedRuns.Run, _ tables: Tables) throws(SQLiteError) {
        try tables.connection.put(
            AcceptedRunRow(
                run: run.id, oldest: run.oldest, newest: run.newest, count: UInt64(run.count), lists: run.listCount))
    }

    private func writeEntries(_ tables: Tables) throws(SQLiteError) -> Int {
        let places = stretch(plan.entries)
        for place in places {
            let row = segment.rows[Int(place)]
            guard let conversation = row.conversation, !conversation.isRemoved else { continue }
            try tables.connection.put(EntryRow(conversation: conversation.handle, seq: row.seq, row: row.row))
        }
        return places.count
    }

    private func writeCopies(_ tables: Tables) throws(SQLiteError) -> Int {
        let places = stretch(plan.copies)
        for place in places {
            let copy = segment.copies[Int(place.copy)]
            guard !copy.queue.isRemoved, copy.number > copy.queue.delivered else { continue }
            let row = segment.rows[Int(place.row)]
            // A copy that nobody can be asked about keeps the record from going with the last one that is delivered.
            let count = UInt64(row.copyCount) + (row.isWhole ? 0 : 1)
            try tables.connection.put(
                QueueRow(
                    device: copy.queue.handle, number: copy.number, row: row.row, copies: count,
                    sender: copy.weight.sender.account, bytes: UInt64(copy.weight.byteCount)))
            copy.queue.storedThrough = max(copy.queue.storedThrough, copy.number)
        }
        return places.count
    }

    private func writeHeads(_ tables: Tables) throws(SQLiteError) -> Int {
        let places = stretch(plan.conversations)
        for place in places {
            guard let conversation = segment.rows[Int(place)].conversation, !conversation.isRemoved else { continue }
            try tables.connection.put(
                HeadRow(conversation: conversation.handle, seq: conversation.head, gaps: conversation.gaps))
            conversation.persistedHead = conversation.head
        }
        return places.count
    }

    private func writeCursors(_ tables: Tables) throws(SQLiteError) -> Int {
        let stretch = stretch(queues)
        for queue in stretch where !queue.isRemoved {
            try tables.connection.put(
                CursorRow(
                    device: queue.handle, head: queue.head, delivered: queue.delivered, gaps: queue.gaps))
            queue.persistedHead = queue.head
            queue.persistedDelivered = queue.delivered
        }
        return stretch.count
    }

    /// Deletes rows whose copies are all delivered already, which in a lively server is most of them, and wipes the
    /// entries of conversations that are gone.
    private func deleteDelivered(_ tables: Tables) throws(SQLiteError) -> Int {
        let end = min(segment.rows.count, index + Self.stride * 4)
        var start: Int64?
        var gone: [Int64] = []
        for place in index..<end {
            let row = segment.rows[place]
            // Entries are in a table of their own: nothing between two others.
            if row.isEntry {
                // One whose conversation was gone at the start has none.
                if row.isWhole, row.conversation?.isRemoved ?? true { gone.append(row.row) }
            } else if isDelivered(row) {
                if start == nil { start = row.row }
            } else if let first = start {
                try tables.deleteLogRows(from: first, below: row.row)
                start = nil
            }
        }
        if let first = start, end > index {
            try tables.deleteLogRows(from: first, below: segment.rows[end - 1].row + 1)
        }
        try tables.wipeEntries(gone)
        return end - index
    }

    private func isDelivered(_ row: TailRow) -> Bool {
        row.isWhole
            && segment.copies(of: row).allSatisfy { $0.queue.isRemoved || $0.number <= $0.queue.persistedDelivered }
    }

    private func writeWatermark(_ tables: Tables) throws(SQLiteError) -> Int {
        guard index == 0 else { return 0 }
        let unflushedCount = tables.tail.rowCount - segment.rows.count
        try tables.changeProgress { (progress) in
            progress.watermark = max(tables.watermark, lastRow)
            progress.lastRow = Int64(bitPattern: tables.messageIDs.last)
            progress.expired = tables.expiredThrough
            progress.rows = max(0, tables.logRowCount - Int64(unflushedCount))
        }
        return 1
    }

    /// Every queue that the segment, or an acknowledgement since the last flush, has moved; by handle.
    private func touchedQueues(_ tables: Tables) -> [QueueTail] {
        var touched: [QueueTail] = []
        for place in plan.copies {
            let queue = segment.copies[Int(place.copy)].queue
            if touched.last !== queue { touched.append(queue) }
        }
        return touched + tables.dirtyQueues.sorted { $0.handle < $1.handle }
    }
}
