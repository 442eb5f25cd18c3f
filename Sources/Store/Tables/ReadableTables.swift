import SQLite
import Threads
public import Wire

/// What may be read. Calls are synchronous and belong to one snapshot; the object is valid only inside the closure
/// it was handed to, and belongs to the thread that calls it.
///
/// Every call throws only for the machine's own state (a failing disk, a damaged row that stands alone):
/// ``ProblemCode/internalError``. That something is absent is `nil` or an empty list.
///
/// A row type is asked for by the generic calls here, with one of its indexes. What a send asks for stands below
/// them, since the writer answers it from its caches; the log is in `Log/`, and each subject has an extension.
public class ReadableTables {
    let connection: Connection
    let tail: Tail
    let damage: DamagedRows
    /// Log rows up to here are in the tables of this snapshot.
    var watermark: Int64 = 0
    /// Log rows after this one are not in this snapshot. The writer sees all.
    var lastRow = Int64.max

    init(connection: Connection, tail: Tail, damage: DamagedRows) {
        self.connection = connection
        self.tail = tail
        self.damage = damage
    }

    /// Takes a snapshot. It lasts until ``endSnapshot()``.
    func beginSnapshot() throws(Problem) {
        (watermark, lastRow) = try answer { () throws(SQLiteError) in
            try connection.run("BEGIN")
            guard let progress = try connection.row(ProgressRow.byID, 0) else {
                throw .damaged(table: ProgressRow.table.name)
            }
            return (progress.watermark, try newestRow(connection))
        }
    }

    func endSnapshot() {
        if connection.isInTransaction { try? connection.run("ROLLBACK") }
    }

    /// What `body` gives; its failure in the words of those who ask.
    func answer<T>(_ body: () throws(SQLiteError) -> T) throws(Problem) -> T {
        do throws(SQLiteError) {
            return try body()
        } catch {
            if case .damaged(let table) = error { damage.found(table: table) }
            throw SQLFailure.problem(error)
        }
    }

    /// What `body` gives; `nil` where a row is damaged, which is counted. For housekeeping, which must get past it.
    func ifSound<T>(_ body: () throws(SQLiteError) -> T) throws(SQLiteError) -> T? {
        do throws(SQLiteError) {
            return try body()
        } catch {
            guard case .damaged(let table) = error else { throw error }
            damage.found(table: table)
            return nil
        }
    }

    // MARK: What every send asks for

    /// By its id.
    public func account(_ account: AccountID) throws(Problem) -> AccountRow? { try row(AccountRow.byID, account) }

    /// By device number, ascending.
    public func devices(of account: AccountID) throws(Problem) -> [DeviceRow] {
        try rows(DeviceRow.ofAccount, account, limit: .max)
    }

    /// By its id.
    public func conversation(_ conversation: ConversationID) throws(Problem) -> ConversationRow? {
        try row(ConversationRow.byID, conversation)
    }

    /// The dm of two accounts.
    public func dm(between pair: DMPair) throws(Problem) -> ConversationID? {
        try row(ConversationRow.byPair, pair.first, pair.second)?.conversation
    }

    /// An account's place in a conversation.
    public func member(_ account: AccountID, of conversation: ConversationID) throws(Problem) -> MemberRow? {
        try row(MemberRow.byID, conversation, account)
    }

    /// The last seq given in a conversation; zero before the first.
    public func head(of conversation: ConversationID) throws(Problem) -> SequenceNumber {
        let stored = try answer { () throws(SQLiteError) in try storedLog(of: conversation)?.head ?? 0 }
        tail.lock.lock()
        defer { tail.lock.unlock() }
        guard let rows = tail.conversations[conversation]?.rows else { return SequenceNumber(stored) }
        // From the end: what is committed after this snapshot is a batch or two.
        var index = rows.count - 1
        while index >= 0, abs(rows[index]) > lastRow { index -= 1 }
        let inMemory = index >= 0 ? rows.firstNumber + UInt64(index) : 0
        return SequenceNumber(max(stored, inMemory))
    }

    /// The stretch of the store's history that goes on.
    public func incarnation() throws(Problem) -> IncarnationRow {
        try answer { () throws(SQLiteError) in
            guard let row = try connection.last(IncarnationRow.inOrder, Whole()) else {
                throw .damaged(table: IncarnationRow.table.name)
            }
            return row
        }
    }

    /// How many seqs there are above `seq` and up to `head`.
    public func seqCount(of conversation: ConversationID, after seq: SequenceNumber, through head: SequenceNumber)
        throws(Problem) -> UInt64
    {
        guard head > seq else { return 0 }
        let gaps = try answer { () throws(SQLiteError) in try storedLog(of: conversation)?.gaps } ?? NumberGaps()
        let count = head.rawValue - seq.rawValue
        return count - min(count, gaps.count(above: seq.rawValue) - gaps.count(above: head.rawValue))
    }

    /// The last number given in a device's queue, and the last one acknowledged.
    public func queueState(of device: DeviceAddress) throws(Problem) -> QueueState {
        let stored = try answer { () throws(SQLiteError) in try storedQueue(of: device) }
        guard let stored else { return Self.emptyQueue }
        var head = stored.head
        var delivered = stored.delivered
        tail.lock.lock()
        defer { tail.lock.unlock() }
        if let queue = tail.queues[device] {
            delivered = max(delivered, queue.committedDelivered)
            var index = queue.rows.count - 1
            while index >= 0, queue.rows[index] > lastRow { index -= 1 }
            if index >= 0 { head = max(head, queue.rows.firstNumber + UInt64(index)) }
        }
        return Self.state(head: max(head, delivered), delivered: delivered, gaps: stored.gaps)
    }

    /// What an earlier send of this device with the same client id was given, for at least 24 hours after it.
    public func accepted(from sender: DeviceAddress, clientID: ClientID) throws(Problem) -> AcceptedRow? {
        try answer { () throws(SQLiteError) in
            guard let stored = try storedQueue(of: sender) else { return nil }
            if let row = acceptedInTail(clientID, stored.handle) { return row }
            for run in try connection.rows(AcceptedRunRow.inOrder, Whole(), limit: .max).reversed() {
                let row = try accepted(clientID, stored.handle, run: run.run, listCount: run.lists)
                if let row { return row }
            }
            return nil
        }
    }

    private func acceptedInTail(_ clientID: ClientID, _ sender: Int64) -> AcceptedRow? {
        tail.lock.lock()
        defer { tail.lock.unlock() }
        guard let row = tail.accepted(clientID, sender) else { return nil }
        return Int64(bitPattern: row.id.rawValue) <= lastRow ? row : nil
    }

    // MARK: Shared details

    struct StoredQueue {
        let handle: Int64
        let head: UInt64
        let delivered: UInt64
        let gaps: NumberGaps
    }

    func storedQueue(of device: DeviceAddress) throws(SQLiteError) -> StoredQueue? {
        guard let row = try connection.row(DeviceRow.byAddress, Pair(device.account, device.device)) else { return nil }
        let cursor = try connection.row(CursorRow.ofDevice, row.number)
        return StoredQueue(
            handle: row.number, head: cursor?.head ?? 0, delivered: cursor?.delivered ?? 0,
            gaps: cursor?.gaps ?? NumberGaps())
    }

    struct StoredLog {
        let handle: Int64
        let head: UInt64
        let gaps: NumberGaps
    }

    func storedLog(of conversation: ConversationID) throws(SQLiteError) -> StoredLog? {
        guard let row = try connection.row(ConversationRow.byID, conversation) else { return nil }
        let head = try connection.row(HeadRow.ofConversation, row.number)
        return StoredLog(handle: row.number, head: head?.seq ?? 0, gaps: head?.gaps ?? NumberGaps())
    }

    static let emptyQueue = state(head: 0, delivered: 0)

    static func state(head: UInt64, delivered: UInt64, gaps: NumberGaps = NumberGaps()) -> QueueState {
        QueueState(
            head: QueueNumber(head), deliveredThrough: QueueNumber(delivered),
            count: head > delivered ? head - delivered - min(head - delivered, gaps.count(above: delivered)) : 0)
    }
}

/// The newest row of the log, entries included; zero before the first.
/// - Throws: `damaged` for a number that no row is ever given.
func newestRow(_ connection: Connection) throws(SQLiteError) -> Int64 {
    let sql: StaticString = """
        SELECT max(ifnull((SELECT max(row) FROM log), 0), ifnull((SELECT max(row) FROM entry_record), 0))
        """
    let newest = try connection.first(sql) { $0.integer(0) } ?? 0
    guard MessageIDSource.mayHaveGiven(newest) else { throw .damaged(table: "log") }
    return newest
}

/// Where a device's queue stands.
public struct QueueState: Sendable, Equatable {
    /// The last number given out.
    public var head: QueueNumber
    /// Everything up to here is delivered and gone.
    public var deliveredThrough: QueueNumber
    /// Envelopes that wait.
    public var count: UInt64

    public init(head: QueueNumber, deliveredThrough: QueueNumber, count: UInt64) {
        self.head = head
        self.deliveredThrough = deliveredThrough
        self.count = count
    }
}
