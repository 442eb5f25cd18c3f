import Glibc
import Store
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
    mutating func advance(_ tables: WriteTables, until deadline: Deadline) throws(Problem) {
        repeat {
            let count = try write(tables)
            index += count
            if count == 0 { try enterNextStep(tables) }
        } while step != .finished && !deadline.isOver
    }

    private mutating func enterNextStep(_ tables: WriteTables) throws(Problem) {
        step = Step(rawValue: step.rawValue + 1) ?? .finished
        index = 0
        if step == .cursors {
            queues = touchedQueues(tables)
            tables.dirtyQueues = []
        }
        // With the rows goes the trace of their ids, which must not be given again.
        if step == .deletions {
            try tables.connection.run("UPDATE progress SET last_row = ?", .number(tables.messageIDs.last))
        }
    }

    /// Writes a few rows of the current step.
    /// - Returns: how many; zero when the step is done.
    private mutating func write(_ tables: WriteTables) throws(Problem) -> Int {
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
    private mutating func writeAcceptedBlock(_ tables: WriteTables) throws(Problem) -> Int {
        let places = plan.accepted[min(index, plan.accepted.count)...].prefix(AcceptedBlock.entryCountMax)
        let entries = places.compactMap { acceptedEntry(segment.rows[Int($0)]) }
        guard let first = entries.first else { return 0 }
        let (run, number) = list ?? beginList(tables, at: first.time)
        list = (run, number)
        for entry in entries { tables.runs.insert(entry.client, entry.sender, at: entry.time, into: run) }
        try tables.connection.run(
            "INSERT INTO accepted_block (run, list, first, record) VALUES (?, ?, ?, ?)", .integer(run.id),
            .integer(number), .blob(AcceptedBlock.key(first.client, first.sender)),
            .blob(AcceptedBlock.encode(entries)))
        try writeRun(run, tables)
        return places.count
    }

    private func beginList(_ tables: WriteTables, at time: Timestamp) -> (AcceptedRuns.Run, Int64) {
        let run = tables.runs.open(at: time)
        run.listCount += 1
        return (run, run.listCount - 1)
    }

    private func writeAccepted(_ tables: WriteTables) throws(Problem) -> Int {
        let places = stretch(plan.accepted)
        guard let first = places.first else { return 0 }
        let run = tables.runs.open(at: segment.rows[Int(first)].time)
        let statement = try tables.connection.statement(
            """
            INSERT OR IGNORE INTO accepted (run, client, sender, row, time, conversation, seq)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        for place in places {
            guard let entry = acceptedEntry(segment.rows[Int(place)]) else { continue }
            statement.bind(1, run.id)
            statement.bind(2, entry.client.bytes)
            statement.bind(3, entry.sender)
            statement.bind(4, entry.row)
            statement.bind(5, Int64(clamping: entry.time.milliseconds))
            statement.bind(6, entry.conversation)
            statement.bind(7, Int64(clamping: entry.seq))
            try statement.run()
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

    private func writeRun(_ run: AcceptedRuns.Run, _ tables: WriteTables) throws(Problem) {
        try tables.connection.run(
            "INSERT OR REPLACE INTO accepted_run (run, oldest, newest, count, lists) VALUES (?, ?, ?, ?, ?)",
            .integer(run.id), .time(run.oldest), .time(run.newest), .integer(Int64(run.count)),
            .integer(run.listCount))
    }

    private func writeEntries(_ tables: WriteTables) throws(Problem) -> Int {
        let places = stretch(plan.entries)
        let statement = try tables.connection.statement(
            "INSERT OR REPLACE INTO entry (conversation, seq, row) VALUES (?, ?, ?)")
        for place in places {
            let row = segment.rows[Int(place)]
            guard let conversation = row.conversation, !conversation.isRemoved else { continue }
            statement.bind(1, conversation.handle)
            statement.bind(2, Int64(clamping: row.seq))
            statement.bind(3, row.row)
            try statement.run()
        }
        return places.count
    }

    private func writeCopies(_ tables: WriteTables) throws(Problem) -> Int {
        let places = stretch(plan.copies)
        let statement = try tables.connection.statement(
            "INSERT OR REPLACE INTO queue (device, number, row, copies) VALUES (?, ?, ?, ?)")
        for place in places {
            let copy = segment.copies[Int(place.copy)]
            guard !copy.queue.isRemoved, copy.number > copy.queue.delivered else { continue }
            let row = segment.rows[Int(place.row)]
            statement.bind(1, copy.queue.handle)
            statement.bind(2, Int64(clamping: copy.number))
            statement.bind(3, row.row)
            statement.bind(4, Int64(row.copyCount))
            try statement.run()
            copy.queue.storedThrough = max(copy.queue.storedThrough, copy.number)
        }
        return places.count
    }

    private func writeHeads(_ tables: WriteTables) throws(Problem) -> Int {
        let places = stretch(plan.conversations)
        let statement = try tables.connection.statement("INSERT OR REPLACE INTO head (conversation, seq) VALUES (?, ?)")
        for place in places {
            guard let conversation = segment.rows[Int(place)].conversation, !conversation.isRemoved else { continue }
            statement.bind(1, conversation.handle)
            statement.bind(2, Int64(clamping: conversation.head))
            try statement.run()
            conversation.persistedHead = conversation.head
        }
        return places.count
    }

    private func writeCursors(_ tables: WriteTables) throws(Problem) -> Int {
        let stretch = stretch(queues)
        let statement = try tables.connection.statement(
            "INSERT OR REPLACE INTO cursor (device, head, delivered) VALUES (?, ?, ?)")
        for queue in stretch where !queue.isRemoved {
            statement.bind(1, queue.handle)
            statement.bind(2, Int64(clamping: queue.head))
            statement.bind(3, Int64(clamping: queue.delivered))
            try statement.run()
            queue.persistedHead = queue.head
            queue.persistedDelivered = queue.delivered
            queue.isDirty = false
        }
        return stretch.count
    }

    /// Deletes rows whose copies are all delivered already, which in a lively server is most of them, and wipes the
    /// entries of conversations that are gone.
    private func deleteDelivered(_ tables: WriteTables) throws(Problem) -> Int {
        let end = min(segment.rows.count, index + Self.stride * 4)
        var start: Int64?
        var gone: [Int64] = []
        for place in index..<end {
            let row = segment.rows[place]
            // Entries are in a table of their own: nothing between two others.
            if row.isEntry {
                // One whose conversation was gone at the start has none.
                if row.conversation?.isRemoved ?? true { gone.append(row.row) }
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
        segment.copies(of: row).allSatisfy { $0.queue.isRemoved || $0.number <= $0.queue.persistedDelivered }
    }

    private func writeWatermark(_ tables: WriteTables) throws(Problem) -> Int {
        guard index == 0 else { return 0 }
        let unflushedCount = tables.tail.rowCount - segment.rows.count
        try tables.connection.run(
            "UPDATE progress SET watermark = ?, last_row = ?, expired = ?, rows = ?",
            .integer(max(tables.watermark, lastRow)), .number(tables.messageIDs.last),
            .integer(tables.expiredThrough), .integer(max(0, tables.logRowCount - Int64(unflushedCount))))
        return 1
    }

    /// Every queue that the segment, or an acknowledgement since the last flush, has moved; by handle.
    private func touchedQueues(_ tables: WriteTables) -> [QueueTail] {
        var touched: [QueueTail] = []
        for place in plan.copies {
            let queue = segment.copies[Int(place.copy)].queue
            if touched.last !== queue { touched.append(queue) }
        }
        return touched + tables.dirtyQueues.sorted { $0.handle < $1.handle }
    }
}

/// A point in time, asked for now and then.
struct Deadline {
    private let nanoseconds: UInt64

    init(microseconds: Int) {
        nanoseconds = Self.now() + UInt64(microseconds) * 1_000
    }

    var isOver: Bool { Self.now() >= nanoseconds }

    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
