import SQLite
import Wire

/// The one transaction in which a loss is accepted.
struct Acceptance {
    /// Where nobody knows what was lost, counters move by more than a server gives out from one copy to the next.
    private static let unknownCount: UInt64 = 1 << 32
    /// What may have been accepted before a power cut and after the last note that got to the disk: a minute of it.
    private static let unnotedCount = SequenceNumber.passedOverMin
    /// By so much ids go ahead of the clock then, and of the newest that is known: an hour, or a day.
    private static let unnotedMilliseconds: UInt64 = 3_600_000
    private static let unknownMilliseconds: UInt64 = 86_400_000
    /// Device numbers have 32 bits, and an account links a handful in a day.
    private static let deviceCountMax: UInt64 = 1 << 16

    private let loss: Loss
    private let recovered: Moment
    private let damage: [String]
    private let shard: Shard
    private let moment: Moment
    private let skippedCount: UInt64
    /// The last message id that may have been given.
    private let lastRow: Int64
    private let now: Timestamp

    /// - Parameters:
    ///   - newestRow: of the log that is left.
    ///   - note: `nil` where there is none.
    ///   - damage: what was found, and is left as it is.
    init(
        _ loss: Loss, _ recovered: Moment, newestRow: Int64, _ note: EndNote?, damage: [String], in shard: Shard,
        at now: Timestamp
    ) {
        self.loss = loss
        self.recovered = recovered
        self.damage = damage
        self.shard = shard
        self.now = now
        let lostCount = note.map { max($0.moment.number, recovered.number) - recovered.number }
        skippedCount = lostCount.map { $0 + Self.unnotedCount } ?? Self.unknownCount
        moment = Moment(number: recovered.number + skippedCount, chain: .random(in: .min ... .max))
        // Ids begin with the time. What was lost has ids up to the time of the loss, which the clock may be behind now.
        let newest = MessageIDSource.milliseconds(ofRow: max(note?.lastRow ?? 0, newestRow))
        let skipped = note == nil ? Self.unknownMilliseconds : Self.unnotedMilliseconds
        var ids = MessageIDSource(in: shard)
        lastRow = Int64(
            bitPattern: ids.next(at: Timestamp(milliseconds: max(newest, now.milliseconds) + skipped)).rawValue)
    }

    /// What is to be noted once it is done.
    func note(log: WriteAheadLog.Place?) -> EndNote { EndNote(moment: moment, lastRow: lastRow, log: log) }

    func run(_ connection: Connection, _ configuration: StoreConfiguration) throws(SQLiteError) -> AcceptedLoss {
        try connection.run("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            try skipNumbers(try flush(connection, configuration))
            let incarnation = try begin(connection)
            try connection.run("COMMIT")
            return AcceptedLoss(loss: loss, incarnation: incarnation, skippedCount: skippedCount, damage: damage)
        } catch {
            if connection.isInTransaction { try? connection.run("ROLLBACK") }
            throw error
        }
    }

    /// What is in the log goes into the tables, so that no list in memory has a gap to bridge.
    private func flush(
        _ connection: Connection, _ configuration: StoreConfiguration
    ) throws(SQLiteError) -> Tables {
        let recovery = try LogRecovery(connection, configuration, at: recovered)
        let tables = Tables(
            connection: connection, tail: Tail(segmentRowCount: configuration.flushRowCount), damage: DamagedRows(),
            shard: shard, recovered: recovery, configuration: configuration)
        try tables.replay()
        tables.tail.freeze()
        while tables.tail.segments.count > 1 {
            let segment = tables.tail.segments[0]
            var flush = Flush(
                segment: segment, plan: FlushPlan(segment), listCountMin: configuration.acceptedListCountMin)
            while !flush.isFinished { try flush.advance(tables, until: Deadline(microseconds: 1_000_000)) }
            tables.watermark = max(tables.watermark, flush.lastRow)
            tables.tail.dropOldestSegment()
        }
        try tables.changeProgress { $0.lastRow = max($0.lastRow, lastRow) }
        return tables
    }

    // MARK: Numbers

    private func skipNumbers(_ tables: Tables) throws(SQLiteError) {
        let connection = tables.connection
        for device in try connection.rows("SELECT number FROM device", read: { $0.integer(0) }) {
            let found = try tables.ifSound { () throws(SQLiteError) in
                try connection.row(CursorRow.ofDevice, device) ?? CursorRow(device: device, head: 0, delivered: 0)
            }
            guard var cursor = found else { continue }
            cursor.head = cursor.gaps.skip(skippedCount, after: cursor.head)
            cursor.delivered = cursor.gaps.passed(from: cursor.delivered)
            try connection.put(cursor)
        }
        for conversation in try connection.rows("SELECT number FROM conversation", read: { $0.integer(0) }) {
            let found = try tables.ifSound { () throws(SQLiteError) in
                try connection.row(HeadRow.ofConversation, conversation)
                    ?? HeadRow(conversation: conversation, seq: 0)
            }
            guard var head = found else { continue }
            head.seq = head.gaps.skip(skippedCount, after: head.seq)
            try connection.put(head)
        }
        for name in try connection.rows("SELECT name FROM sequence", read: { $0.text(0) ?? "" }) {
            let found = try tables.ifSound { () throws(SQLiteError) in try connection.row(SequenceRow.byName, name) }
            guard let found, var sequence = found else { continue }
            sequence.last = Int64(clamping: UInt64(clamping: sequence.last) &+ skippedCount)
            try connection.put(sequence)
        }
        for account in try connection.rows("SELECT account FROM account", read: { $0.id(0) }) {
            guard let id = account else { continue }
            let found = try tables.ifSound { () throws(SQLiteError) in
                try connection.row(AccountRow.byID, AccountID(bytes: id))
            }
            guard let found, var row = found else { continue }
            let room = UInt64(UInt32.max - row.nextDevice.rawValue)
            let count = UInt32(min(skippedCount, Self.deviceCountMax, room))
            row.nextDevice = DeviceID(row.nextDevice.rawValue + count)
            try connection.update(row)
        }
    }

    private func begin(_ connection: Connection) throws(SQLiteError) -> IncarnationRow {
        let last = try connection.last(IncarnationRow.inOrder, Whole())?.number ?? 0
        let incarnation = IncarnationRow(
            number: last + 1, id: .random(), begunAt: now, reason: loss.description, commit: moment.number)
        try connection.insert(incarnation)
        try connection.put(CommitRow(moment))
        return incarnation
    }
}
