import Store
import Threads
import Wire

/// What a connection can read, together with the tail: ``ReadableTables`` for queries, and the ground the writer's
/// ``WriteTables`` stands on. Belongs to the connection's thread.
///
/// What a send asks for stands here, where the writer can answer from its caches; the rest is in extensions.
class ReadTables: ReadableTables {
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
        try connection.run("BEGIN")
        let sql: StaticString = """
            SELECT watermark, max(ifnull((SELECT max(row) FROM log), 0),
                ifnull((SELECT max(row) FROM entry_record), 0)) FROM progress
            """
        let bounds = try connection.first(sql) { ($0.integer(0), $0.integer(1)) }
        guard let bounds else { throw Problem(.internalError, "The store's file has lost its progress row.") }
        (watermark, lastRow) = bounds
    }

    func endSnapshot() {
        if connection.isInTransaction { try? connection.run("ROLLBACK") }
    }

    // MARK: What every send asks for

    func account(_ account: AccountID) throws(Problem) -> AccountRow? { try storedAccount(account) }

    func devices(of account: AccountID) throws(Problem) -> [DeviceRow] { try storedDevices(of: account) }

    func conversation(_ conversation: ConversationID) throws(Problem) -> ConversationRow? {
        try storedConversation(conversation)
    }

    func dm(between pair: DMPair) throws(Problem) -> ConversationID? { try storedDM(between: pair) }

    func member(_ account: AccountID, of conversation: ConversationID) throws(Problem) -> MemberRow? {
        try storedMember(account, of: conversation)
    }

    func head(of conversation: ConversationID) throws(Problem) -> SequenceNumber {
        let stored = try connection.first(
            "SELECT h.seq FROM conversation c JOIN head h ON h.conversation = c.number WHERE c.conversation = ?",
            .id(conversation)
        ) { $0.number(0) }
        tail.lock.lock()
        defer { tail.lock.unlock() }
        guard let rows = tail.conversations[conversation]?.rows else { return SequenceNumber(stored ?? 0) }
        // From the end: what is committed after this snapshot is a batch or two.
        var index = rows.count - 1
        while index >= 0, abs(rows[index]) > lastRow { index -= 1 }
        let inMemory = index >= 0 ? rows.firstNumber + UInt64(index) : 0
        return SequenceNumber(max(stored ?? 0, inMemory))
    }

    func queueState(of device: DeviceAddress) throws(Problem) -> QueueState {
        guard let stored = try storedQueue(of: device) else { return Self.emptyQueue }
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
        return Self.state(head: max(head, delivered), delivered: delivered)
    }

    func accepted(from sender: DeviceAddress, clientID: ClientID) throws(Problem) -> AcceptedRow? {
        guard let stored = try storedQueue(of: sender) else { return nil }
        if let row = acceptedInTail(clientID, stored.handle) { return row }
        let runs = try connection.rows("SELECT run, lists FROM accepted_run ORDER BY run DESC") {
            (id: $0.integer(0), listCount: $0.integer(1))
        }
        for run in runs {
            if let row = try accepted(clientID, stored.handle, run: run.id, listCount: run.listCount) { return row }
        }
        return nil
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
    }

    func storedQueue(of device: DeviceAddress) throws(Problem) -> StoredQueue? {
        try connection.first(
            """
            SELECT d.number, ifnull(c.head, 0), ifnull(c.delivered, 0)
            FROM device d LEFT JOIN cursor c ON c.device = d.number WHERE d.account = ? AND d.device = ?
            """, .id(device.account), .integer(Int64(device.device.rawValue))
        ) { StoredQueue(handle: $0.integer(0), head: $0.number(1), delivered: $0.number(2)) }
    }

    static let emptyQueue = state(head: 0, delivered: 0)

    static func state(head: UInt64, delivered: UInt64) -> QueueState {
        QueueState(
            head: QueueNumber(head), deliveredThrough: QueueNumber(delivered),
            count: head > delivered ? head - delivered : 0)
    }
}
