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

    init(segment: TailSegment, plan: FlushPlan) {
        self.segment = segment
        self.plan = plan
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
    }

    /// Writes a few rows of the current step.
    /// - Returns: how many; zero when the step is done.
    private func write(_ tables: WriteTables) throws(Problem) -> Int {
        switch step {
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

    private func stretch<T>(_ list: [T]) -> ArraySlice<T> { list[min(index, list.count)...].prefix(Self.stride) }

    // MARK: Steps

    private func writeAccepted(_ tables: WriteTables) throws(Problem) -> Int {
        let places = stretch(plan.accepted)
        guard let first = places.first else { return 0 }
        let connection = tables.connection
        let run = tables.runs.open(at: segment.rows[Int(first)].time)
        let statement = try connection.statement(
            """
            INSERT OR IGNORE INTO accepted (run, client, sender, row, time, conversation, seq)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        for place in places {
            let row = segment.rows[Int(place)]
            guard let client = row.client, let sender = row.sender else { continue }
            statement.bind(1, run.id)
            statement.bind(2, client.bytes)
            statement.bind(3, sender.handle)
            statement.bind(4, row.row)
            statement.bind(5, Int64(clamping: row.time.milliseconds))
            if let conversation = row.conversation {
                statement.bind(6, conversation.id.bytes)
                statement.bind(7, Int64(clamping: row.seq))
            } else {
                statement.bindNull(6)
                statement.bindNull(7)
            }
            try statement.run()
            tables.runs.insert(client, sender.handle, at: row.time, into: run)
        }
        try connection.run(
            "INSERT OR REPLACE INTO accepted_run (run, oldest, newest, count) VALUES (?, ?, ?, ?)", .integer(run.id),
            .time(run.oldest), .time(run.newest), .integer(Int64(run.count)))
        return places.count
    }

    private func writeEntries(_ tables: WriteTables) throws(Problem) -> Int {
        let places = stretch(plan.entries)
        let statement = try tables.connection.statement(
            "INSERT OR REPLACE INTO entry (conversation, seq, row) VALUES (?, ?, ?)")
        for place in places {
            let row = segment.rows[Int(place)]
            guard let conversation = row.conversation else { continue }
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
            guard let conversation = segment.rows[Int(place)].conversation else { continue }
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

    /// Deletes rows whose copies are all delivered already, which in a lively server is most of them.
    private func deleteDelivered(_ tables: WriteTables) throws(Problem) -> Int {
        let end = min(segment.rows.count, index + Self.stride * 4)
        var start: Int64?
        for place in index..<end {
            let row = segment.rows[place]
            if isDelivered(row) {
                if start == nil { start = row.row }
            } else if let first = start {
                try tables.deleteLogRows(from: first, below: row.row)
                start = nil
            }
        }
        if let first = start, end > index {
            try tables.deleteLogRows(from: first, below: segment.rows[end - 1].row + 1)
        }
        return end - index
    }

    private func isDelivered(_ row: TailRow) -> Bool {
        guard !row.isEntry else { return false }
        return segment.copies(of: row).allSatisfy { $0.queue.isRemoved || $0.number <= $0.queue.persistedDelivered }
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
