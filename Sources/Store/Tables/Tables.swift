import SQLite
public import Wire

/// What a command may read and write. Reads see the writes of this batch.
///
/// Writing calls throw for the machine's state (``ProblemCode/storageFull``, ``ProblemCode/internalError``) and trap
/// on a misuse such as a row for an account that does not exist: rules are checked by the verbs, above.
///
/// Reads from caches where it can, and notes everything it changes in memory in the journal. Belongs to the writer
/// thread; valid inside a batch.
public final class Tables: ReadableTables {
    var journal = Journal()
    var messageIDs: MessageIDSource
    var runs: AcceptedRuns
    /// Queues whose cursor is to be written with the next flush.
    var dirtyQueues: [QueueTail] = []
    /// Log rows up to here were looked at for their age.
    var expiredThrough: Int64
    /// The latest `now` that expiry was asked for.
    var sweptAt = Timestamp(milliseconds: 0)
    /// As the running batch leaves it.
    var progress: ProgressRow
    /// Rows in the log, those of the running batch included.
    var logRowCount: Int64

    /// How far the store has come.
    var history: History

    /// What the running command lets the disk fill with. A verb says so before it writes.
    public var growth = Growth.files
    /// The last of what is refused for want of room; `nil` where nothing is.
    var refused: Growth?

    /// Counts writes, to notice a command that throws after one although it promised not to.
    private(set) var writeCount = 0
    private var wantsSavepoint = false
    private var hasSavepoint = false

    private var accounts: RowCache<AccountID, AccountRow>
    private var deviceLists: RowCache<AccountID, [DeviceRow]>
    private var conversations: RowCache<ConversationID, ConversationRow>
    private var dms: RowCache<DMPair, ConversationID>
    private var members: RowCache<Membership, MemberRow?>
    var uses: AccountUses
    var recordWriter = RecordWriter()
    private var keptLogInsertion: Statement?
    private var keptEntryInsertion: Statement?

    private struct Membership: Hashable {
        let account: AccountID
        let conversation: ConversationID
    }

    init(
        connection: Connection, tail: Tail, damage: DamagedRows, shard: Shard, recovered: LogRecovery,
        configuration: StoreConfiguration
    ) {
        messageIDs = MessageIDSource(in: shard, after: UInt64(recovered.lastRow))
        progress = recovered.progress
        expiredThrough = recovered.progress.expired
        logRowCount = recovered.progress.rows
        runs = recovered.runs
        history = History(from: recovered.moment)
        accounts = RowCache(countMax: configuration.cachedRowCount)
        deviceLists = RowCache(countMax: configuration.cachedRowCount)
        conversations = RowCache(countMax: configuration.cachedRowCount)
        dms = RowCache(countMax: configuration.cachedRowCount)
        members = RowCache(countMax: configuration.cachedRowCount)
        uses = AccountUses(countMax: configuration.cachedRowCount)
        super.init(connection: connection, tail: tail, damage: damage)
        watermark = recovered.progress.watermark
    }

    /// What every id begins with that a command draws.
    public var shard: Shard { messageIDs.shard }

    // MARK: Commands and their undoing

    func beginCommand(checksFirst: Bool) {
        wantsSavepoint = !checksFirst
        hasSavepoint = false
        growth = .files
    }

    /// Called before every write to the database. The savepoint is made by the first.
    /// - Parameter growth: of a write that only removes, whatever the command is.
    /// - Throws: where there is no room for what the command adds.
    func willWrite(_ growth: Growth? = nil) throws(SQLiteError) {
        if let refused, growth ?? self.growth <= refused { throw .full }
        writeCount += 1
        guard wantsSavepoint, !hasSavepoint else { return }
        try connection.run("SAVEPOINT command")
        hasSavepoint = true
    }

    /// A write that only the memory sees, and the journal can take back.
    func willWriteInMemory() { writeCount += 1 }

    func endCommand() throws(SQLiteError) {
        if hasSavepoint { try connection.run("RELEASE command") }
    }

    func undoCommand(to mark: Int) throws(SQLiteError) {
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
                history.unrecorded()
            case .trimmed(let queue, let before):
                queue.delivered = before
                queue.shares = nil
            case .removedQueue(let queue): queue.isRemoved = false
            case .removedLog(let log): log.isRemoved = false
            case .insertedQueue(let address): tail.dropQueue(address)
            case .insertedConversation(let id): tail.dropConversation(id)
            case .wrote(let row): forget(row)
            case .expired(let before): expiredThrough = before
            case .used(let account, let before): uses[account] = before
            case .redacted: continue
            }
        }
    }

    /// Notes that a row is written, and forgets what was cached of it.
    func wrote(_ row: CachedRow) {
        forget(row)
        journal.note(.wrote(row))
    }

    private func forget(_ row: CachedRow) {
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

    public override func account(_ account: AccountID) throws(Problem) -> AccountRow? {
        if let row = accounts.value(account) { return row }
        guard let row = try super.account(account) else { return nil }
        accounts.put(account, row)
        return row
    }

    /// Whether there is such an account; a damaged one is there.
    func isAccount(_ account: AccountID) throws(SQLiteError) -> Bool {
        if accounts.value(account) != nil { return true }
        let found = try ifSound { () throws(SQLiteError) in try connection.row(AccountRow.byID, account) != nil }
        return found ?? true
    }

    public override func devices(of account: AccountID) throws(Problem) -> [DeviceRow] {
        if let rows = deviceLists.value(account) { return rows }
        let rows = try super.devices(of: account)
        deviceLists.put(account, rows)
        return rows
    }

    public override func conversation(_ conversation: ConversationID) throws(Problem) -> ConversationRow? {
        if let row = conversations.value(conversation) { return row }
        guard let row = try super.conversation(conversation) else { return nil }
        conversations.put(conversation, row)
        return row
    }

    public override func dm(between pair: DMPair) throws(Problem) -> ConversationID? {
        if let id = dms.value(pair) { return id }
        guard let id = try super.dm(between: pair) else { return nil }
        dms.put(pair, id)
        return id
    }

    public override func member(_ account: AccountID, of conversation: ConversationID) throws(Problem) -> MemberRow? {
        let key = Membership(account: account, conversation: conversation)
        if let row = members.value(key) { return row }
        let row = try super.member(account, of: conversation)
        members.put(key, row)
        return row
    }

    public override func head(of conversation: ConversationID) throws(Problem) -> SequenceNumber {
        let log = try answer { () throws(SQLiteError) -> ConversationTail? in try self.log(of: conversation) }
        return SequenceNumber(log?.head ?? 0)
    }

    public override func queueState(of device: DeviceAddress) throws(Problem) -> QueueState {
        let queue = try answer { () throws(SQLiteError) -> QueueTail? in try self.queue(of: device) }
        guard let queue else { return Self.emptyQueue }
        return Self.state(head: queue.head, delivered: queue.delivered, gaps: queue.gaps)
    }

    public override func accepted(from sender: DeviceAddress, clientID: ClientID) throws(Problem) -> AcceptedRow? {
        try answer { () throws(SQLiteError) in
            guard let queue = try queue(of: sender) else { return nil }
            if let row = tail.accepted(clientID, queue.handle) { return row }
            return try runs.accepted(clientID, queue.handle, self)
        }
    }

    /// Kept apart from the other statements: every send runs it.
    func logInsertion() throws(SQLiteError) -> Statement {
        if let keptLogInsertion { return keptLogInsertion }
        let statement = try connection.statement("INSERT INTO log (row, record) VALUES (?, ?)")
        keptLogInsertion = statement
        return statement
    }

    /// The same for entries.
    func entryInsertion() throws(SQLiteError) -> Statement {
        if let keptEntryInsertion { return keptEntryInsertion }
        let statement = try connection.statement("INSERT INTO entry_record (row, record) VALUES (?, ?)")
        keptEntryInsertion = statement
        return statement
    }

    // MARK: The tail's objects

    /// A device's queue; `nil` when there is no such device.
    func queue(of device: DeviceAddress) throws(SQLiteError) -> QueueTail? {
        if let queue = tail.queues[device] { return queue.isRemoved ? nil : queue }
        guard let stored = try storedQueue(of: device) else { return nil }
        let queue = QueueTail(
            address: device, handle: stored.handle, head: stored.head, delivered: stored.delivered, gaps: stored.gaps)
        tail.put(queue)
        return queue
    }

    /// A conversation's log; `nil` when there is no such conversation.
    func log(of conversation: ConversationID) throws(SQLiteError) -> ConversationTail? {
        if let log = tail.conversations[conversation] { return log.isRemoved ? nil : log }
        guard let stored = try storedLog(of: conversation) else { return nil }
        let log = ConversationTail(id: conversation, handle: stored.handle, head: stored.head, gaps: stored.gaps)
        tail.put(log)
        return log
    }
}
