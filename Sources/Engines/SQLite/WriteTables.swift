import Store
import Wire

/// ``Tables`` of the writer: reads from caches where it can, and notes everything it changes in memory in the
/// journal. Belongs to the writer thread; valid inside a batch.
final class WriteTables: ReadTables, Tables {
    var journal = Journal()
    var messageIDs: MessageIDSource
    var runs: AcceptedRuns
    /// Queues whose cursor is to be written with the next flush.
    var dirtyQueues: [QueueTail] = []
    /// Log rows up to here were looked at for their age.
    var expiredThrough: Int64
    /// The latest `now` that expiry was asked for.
    var sweptAt = Timestamp(milliseconds: 0)
    /// Rows in the log, those of the running batch included.
    var logRowCount: Int64

    /// Counts writes, to notice a command that throws after one although it promised not to.
    private(set) var writeCount = 0
    private var wantsSavepoint = false
    private var hasSavepoint = false

    private var accounts: RowCache<AccountID, AccountRow>
    private var deviceLists: RowCache<AccountID, [DeviceRow]>
    private var conversations: RowCache<ConversationID, ConversationRow>
    private var dms: RowCache<DMPair, ConversationID>
    private var members: RowCache<Membership, MemberRow?>
    var recordWriter = RecordWriter()
    private var keptLogInsertion: Statement?
    private var keptEntryInsertion: Statement?

    private struct Membership: Hashable {
        let account: AccountID
        let conversation: ConversationID
    }

    init(
        connection: Connection, tail: Tail, damage: DamagedRows, recovered: Recovery, configuration: SQLiteConfiguration
    ) {
        messageIDs = MessageIDSource(after: UInt64(recovered.lastRow))
        expiredThrough = recovered.expiredThrough
        logRowCount = recovered.logRowCount
        runs = recovered.runs
        accounts = RowCache(countMax: configuration.cachedRowCount)
        deviceLists = RowCache(countMax: configuration.cachedRowCount)
        conversations = RowCache(countMax: configuration.cachedRowCount)
        dms = RowCache(countMax: configuration.cachedRowCount)
        members = RowCache(countMax: configuration.cachedRowCount)
        super.init(connection: connection, tail: tail, damage: damage)
        watermark = recovered.watermark
    }

    // MARK: Commands and their undoing

    func beginCommand(checksFirst: Bool) {
        wantsSavepoint = !checksFirst
        hasSavepoint = false
    }

    /// Called before every write to the database. The savepoint is made by the first.
    func willWrite() throws(Problem) {
        writeCount += 1
        guard wantsSavepoint, !hasSavepoint else { return }
        try connection.run("SAVEPOINT command")
        hasSavepoint = true
    }

    /// A write that only the memory sees, and the journal can take back.
    func willWriteInMemory() { writeCount += 1 }

    func endCommand() throws(Problem) {
        if hasSavepoint { try connection.run("RELEASE command") }
    }

    func undoCommand(to mark: Int) throws(Problem) {
        undo(to: mark)
        guard hasSavepoint else { return }
        try connection.run("ROLLBACK TO command")
        try connection.run("RELEASE command")
    }

    /// Takes back what the journal noted after `mark`. The database is rolled back by the caller.
    func undo(to mark: Int) {
        for change in journal.takeBack(to: mark) {
            switch change {
            case .appended:
                tail.undoAppend()
                logRowCount -= 1
            case .trimmed(let queue, let before): queue.delivered = before
            case .removedQueue(let queue): queue.isRemoved = false
            case .removedLog(let log): log.isRemoved = false
            case .insertedQueue(let address): tail.dropQueue(address)
            case .insertedConversation(let id): tail.dropConversation(id)
            case .wrote(let row): forget(row)
            case .expired(let before): expiredThrough = before
            case .redacted: continue
            }
        }
    }

    /// Notes that a row is written, and forgets what was cached of it.
    func wrote(_ row: Journal.CachedRow) {
        forget(row)
        journal.note(.wrote(row))
    }

    private func forget(_ row: Journal.CachedRow) {
        switch row {
        case .account(let id): accounts.drop(id)
        case .devices(let id): deviceLists.drop(id)
        case .conversation(let id): conversations.drop(id)
        case .dm(let pair): dms.drop(pair)
        case .member(let account, let conversation):
            members.drop(Membership(account: account, conversation: conversation))
        }
    }

    // MARK: Cached reads

    override func account(_ account: AccountID) throws(Problem) -> AccountRow? {
        if let row = accounts.value(account) { return row }
        guard let row = try storedAccount(account) else { return nil }
        accounts.put(account, row)
        return row
    }

    override func devices(of account: AccountID) throws(Problem) -> [DeviceRow] {
        if let rows = deviceLists.value(account) { return rows }
        let rows = try storedDevices(of: account)
        deviceLists.put(account, rows)
        return rows
    }

    override func conversation(_ conversation: ConversationID) throws(Problem) -> ConversationRow? {
        if let row = conversations.value(conversation) { return row }
        guard let row = try storedConversation(conversation) else { return nil }
        conversations.put(conversation, row)
        return row
    }

    override func dm(between pair: DMPair) throws(Problem) -> ConversationID? {
        if let id = dms.value(pair) { return id }
        guard let id = try storedDM(between: pair) else { return nil }
        dms.put(pair, id)
        return id
    }

    override func member(_ account: AccountID, of conversation: ConversationID) throws(Problem) -> MemberRow? {
        let key = Membership(account: account, conversation: conversation)
        if let row = members.value(key) { return row }
        let row = try storedMember(account, of: conversation)
        members.put(key, row)
        return row
    }

    override func head(of conversation: ConversationID) throws(Problem) -> SequenceNumber {
        SequenceNumber(try log(of: conversation)?.head ?? 0)
    }

    override func queueState(of device: DeviceAddress) throws(Problem) -> QueueState {
        guard let queue = try queue(of: device) else { return Self.emptyQueue }
        return Self.state(head: queue.head, delivered: queue.delivered)
    }

    override func accepted(from sender: DeviceAddress, clientID: ClientID) throws(Problem) -> AcceptedRow? {
        guard let queue = try queue(of: sender) else { return nil }
        if let row = tail.accepted(clientID, queue.handle) { return row }
        return try runs.accepted(clientID, queue.handle, self)
    }

    /// Kept apart from the other statements: every send runs it.
    func logInsertion() throws(Problem) -> Statement {
        if let keptLogInsertion { return keptLogInsertion }
        let statement = try connection.statement("INSERT INTO log (row, record) VALUES (?, ?)")
        keptLogInsertion = statement
        return statement
    }

    /// The same for entries.
    func entryInsertion() throws(Problem) -> Statement {
        if let keptEntryInsertion { return keptEntryInsertion }
        let statement = try connection.statement("INSERT INTO entry_record (row, record) VALUES (?, ?)")
        keptEntryInsertion = statement
        return statement
    }

    // MARK: The tail's objects

    /// A device's queue; `nil` when there is no such device.
    func queue(of device: DeviceAddress) throws(Problem) -> QueueTail? {
        if let queue = tail.queues[device] { return queue.isRemoved ? nil : queue }
        guard let stored = try storedQueue(of: device) else { return nil }
        let queue = QueueTail(address: device, handle: stored.handle, head: stored.head, delivered: stored.delivered)
        tail.put(queue)
        return queue
    }

    /// A conversation's log; `nil` when there is no such conversation.
    func log(of conversation: ConversationID) throws(Problem) -> ConversationTail? {
        if let log = tail.conversations[conversation] { return log.isRemoved ? nil : log }
        let stored = try connection.first(
            """
            SELECT c.number, ifnull(h.seq, 0) FROM conversation c LEFT JOIN head h ON h.conversation = c.number
            WHERE c.conversation = ?
            """, .id(conversation)
        ) { ($0.integer(0), $0.number(1)) }
        guard let stored else { return nil }
        let log = ConversationTail(id: conversation, handle: stored.0, head: stored.1)
        tail.put(log)
        return log
    }
}
