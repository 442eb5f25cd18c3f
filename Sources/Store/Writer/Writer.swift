import SQLite
import Threads
import Wire

/// The one writer: takes what has queued, runs it as one transaction, and answers after the commit. Everything it
/// owns belongs to its thread, but for the figures.
final class Writer: @unchecked Sendable {
    // Unchecked because only the writer thread touches the tables; `lock` guards the figures.
    let queue: CommandQueue
    private let connection: Connection
    private let tables: Tables
    private let maintenance: Maintenance
    private let checkpointer: Checkpointer
    private let end: EndFile
    private let disk: DiskWatch?
    private let configuration: StoreConfiguration
    private let afterBatch: @Sendable () -> Void
    private var lastRoomAt: UInt64 = 0
    /// Pages in the write-ahead log, as of the last commit.
    private var logPageCount = 0
    private var outcomes: [Result<Void, Problem>] = []
    /// The result code of the last attempt that came to nothing.
    private var lastFailure: Int32 = 0
    /// Housekeeping found no room where a batch had some: it wants to be done by itself.
    private var owesRoom = false

    private let lock = Lock()
    private var figures = StoreStatus()
    /// The result code after which no more is written.
    private var fatal: Int32?

    init(
        tables: Tables, removed: Removed, checkpointer: Checkpointer, end: EndFile, disk: DiskWatch?,
        configuration: StoreConfiguration, afterBatch: @escaping @Sendable () -> Void
    ) {
        var bounds = CommandQueue.Bounds()
        bounds.countMax = configuration.queuedCommandCount
        bounds.byteCountMax = configuration.queuedByteCount
        bounds.batchCountMax = configuration.batchCommandCount
        queue = CommandQueue(bounds: bounds)
        connection = tables.connection
        self.tables = tables
        self.checkpointer = checkpointer
        self.end = end
        self.disk = disk
        self.configuration = configuration
        self.afterBatch = afterBatch
        maintenance = Maintenance(tables: tables, removed: removed, configuration: configuration)
        figures.storedRows = UInt64(max(0, tables.logRowCount))
        connection.onCommit { [unowned self] (pageCount) in
            self.logPageCount = pageCount
            checkpointer.grew(to: pageCount)
        }
    }

    func status() -> StoreStatus {
        lock.lock()
        defer { lock.unlock() }
        var status = figures
        status.queuedCommands = UInt64(queue.unanswered)
        status.damagedRows = tables.damage.count
        status.disk = disk?.current
        return status
    }

    /// Commands that were committed or refused, since the start.
    var commandCount: UInt64 {
        lock.lock()
        defer { lock.unlock() }
        return figures.commands
    }

    /// Takes down what a check of the whole store came to.
    func checked(_ outcome: StoreCheck.Outcome) {
        lock.lock()
        figures.checks += 1
        figures.findings = Array(outcome.findings.prefix(Self.keptFindingCountMax))
        figures.findingCount = UInt64(outcome.findingCount)
        lock.unlock()
    }

    private static let keptFindingCountMax = 20

    /// Stops writing for good: what is on the disk is unknown. Called by the checkpointer too.
    func stop(_ code: Int32) {
        lock.lock()
        if fatal == nil { fatal = code }
        figures.refusesWrites = SQLFailure.reason(code)
        figures.refusedBatches += 1
        lock.unlock()
    }

    // MARK: The loop

    /// Runs until the queue is closed and empty.
    func work() {
        while step(waitingMilliseconds: waitMilliseconds) {}
        finish()
    }

    /// Does what there is to do: a batch, or a slice of housekeeping when none comes within the time.
    /// - Returns: whether more may come.
    func step(waitingMilliseconds milliseconds: Int?) -> Bool {
        checkpointer.passGate(isDiskShort: (disk?.refused ?? .files) >= .messages)
        switch queue.take(waitingMilliseconds: milliseconds) {
        case .batch(let batch): commit(batch)
        case .idle: idle()
        case .end: return false
        }
        return true
    }

    /// How long to sleep where no command comes; `nil` is until one comes.
    private var waitMilliseconds: Int? {
        if maintenance.hasFailed || isRefusing { return 200 }
        if maintenance.hasWork { return 0 }
        if maintenance.isUnderWay { return 2 }
        return maintenance.isPending ? configuration.idleMilliseconds : nil
    }

    private func idle() {
        if !maintenance.isUnderWay { maintenance.beginIdleFlush() }
        if isRefusing {
            makeRoom()
            probe()
        } else if owesRoom {
            makeRoom()
        } else if maintenance.hasWork {
            _ = transaction([], microseconds: configuration.sliceMicroseconds * 4)
        }
    }

    /// Tries whether writes go through again, so that a store nobody writes to because it refuses finds out by itself.
    private func probe() {
        for byteCount in [65_536, 0] {
            let command = Command { (tables) throws(Problem) in
                tables.growth = .nothing
                try tables.put(SettingRow(name: "store.probe", value: [UInt8](repeating: 0, count: byteCount)))
            } done: { (_) in }
            if transaction([command], microseconds: 0) != nil { return }
        }
    }

    /// Leaves everything in the tables, so that the next start has nothing to rebuild.
    func finish() {
        while fatalCode == nil {
            if !maintenance.isUnderWay { maintenance.beginIdleFlush(isClosing: true) }
            guard maintenance.isPending else { break }
            if maintenance.hasWork {
                guard transaction([], microseconds: 50_000) == nil else { break }
            } else {
                _ = queue.take(waitingMilliseconds: 1)
            }
        }
        leaveUses()
        connection.close()
        queue.ended()
    }

    /// Writes what accounts have used, a stretch at a time.
    private func leaveUses() {
        while fatalCode == nil, !tables.uses.unwritten(limit: 1).isEmpty {
            let command = Command { (tables) throws(Problem) in try tables.writeUses(limit: 256) } done: { (_) in }
            guard transaction([command], microseconds: 0) == nil, case .success? = outcomes.first else { return }
        }
    }

    // MARK: A batch

    private func commit(_ batch: ArraySlice<Command>) {
        let failure = transaction(batch, microseconds: maintenance.sliceMicroseconds)
        lock.lock()
        figures.commands += UInt64(batch.count)
        lock.unlock()
        if let failure {
            for command in batch { command.done(.failure(failure)) }
        } else {
            for (command, outcome) in zip(batch, outcomes) { command.done(outcome) }
        }
        queue.answered(batch)
        afterBatch()
        if failure?.code == .storageFull || owesRoom { makeRoom() }
    }

    /// While the store is full no batch goes through that housekeeping could ride on, so it goes alone: it may be
    /// what makes room. It may pass the file's own bound by an eighth, since deleting writes before it frees.
    private func makeRoom() {
        guard Deadline.now() >= lastRoomAt + 50_000_000 else { return }
        lastRoomAt = Deadline.now()
        owesRoom = false
        if !maintenance.isUnderWay { maintenance.beginIdleFlush(isClosing: true) }
        setPageBound(extra: true)
        while maintenance.hasWork, transaction([], microseconds: 20_000) == nil {}
        setPageBound(extra: false)
    }

    private func setPageBound(extra: Bool) {
        guard let byteCount = configuration.fileByteCountMax else { return }
        let pageCount = byteCount / 8_192
        try? connection.execute("PRAGMA max_page_count = \(pageCount + (extra ? pageCount / 8 : 0))")
    }

    /// Runs commands and a slice of housekeeping as one transaction. Where there is no room for both, the commands
    /// alone: what is moved to the tables must not keep those waiting who need less. Where the disk is full, once more
    /// in the space that was kept for that; then whatever grows is refused, and does not keep the rest of its batch
    /// from going on.
    /// - Returns: why nothing of it happened.
    private func transaction(_ batch: ArraySlice<Command>, microseconds: Int) -> Problem? {
        var failure = attempt(batch, microseconds: microseconds)
        if failure?.code == .storageFull, maintenance.hasWork {
            owesRoom = true
            if !batch.isEmpty { failure = attempt(batch, microseconds: nil) }
        }
        if failure?.code == .storageFull, let disk, disk.giveUpReserve() {
            failure = attempt(batch, microseconds: microseconds)
        }
        if let failure, fatalCode == nil { noteRefusal(failure, isOfCommands: !batch.isEmpty) }
        return failure
    }

    /// Housekeeping that found no room is tried again, and refuses nobody anything.
    private func noteRefusal(_ failure: Problem, isOfCommands: Bool) {
        guard isOfCommands || failure.code != .storageFull else { return }
        lock.lock()
        figures.refusesWrites = SQLFailure.reason(lastFailure)
        figures.refusedBatches += 1
        lock.unlock()
    }

    /// - Parameter microseconds: for housekeeping; `nil` where there is none.
    private func attempt(_ batch: ArraySlice<Command>, microseconds: Int?) -> Problem? {
        if let code = fatalCode { return SQLFailure.problem(code) }
        tables.refused = disk?.refused
        connection.failure = nil
        let changeCount = connection.totalChangeCount
        maintenance.begin()
        tables.history.begin()
        outcomes.removeAll(keepingCapacity: true)
        do throws(SQLiteError) {
            try connection.run("BEGIN IMMEDIATE")
            for command in batch { outcomes.append(try run(command)) }
            if let microseconds, maintenance.hasWork { try maintenance.work(microseconds: microseconds) }
            if connection.totalChangeCount != changeCount, let moment = tables.history.end() {
                try connection.put(CommitRow(moment))
            }
            try connection.run("COMMIT")
        } catch {
            rollBack()
            return SQLFailure.problem(error)
        }
        let hasChanged = connection.totalChangeCount != changeCount
        if hasChanged { noteEnd() } else { tables.history.rollBack() }
        publish(isProof: !batch.isEmpty && hasChanged)
        maintenance.committed()
        return nil
    }

    /// Before anyone hears of the commit: what was answered is always noted.
    private func noteEnd() {
        tables.history.commit()
        end.committed(
            tables.history.committed, lastRow: Int64(bitPattern: tables.messageIDs.last), frameCount: logPageCount)
    }

    /// Runs one command. Throws for what ends the whole batch: the machine's failures.
    private func run(_ command: Command) throws(SQLiteError) -> Result<Void, Problem> {
        let mark = tables.journal.mark
        let writeCount = tables.writeCount
        tables.beginCommand(checksFirst: command.checksFirst)
        do throws(Problem) {
            try command.run(tables)
        } catch {
            if let code = connection.failure { throw .failed(code: code) }
            if command.checksFirst {
                precondition(tables.writeCount == writeCount, "a command that checks first threw after a write")
            } else {
                try tables.undoCommand(to: mark)
            }
            return .failure(error)
        }
        // A command may have swallowed what the disk said.
        if let code = connection.failure { throw .failed(code: code) }
        try tables.endCommand()
        return .success(())
    }

    /// Makes known what is committed.
    /// - Parameter isProof: whether it shows that writes go through.
    private func publish(isProof: Bool) {
        for change in tables.journal.changes {
            switch change {
            case .trimmed(let queue, _):
                tables.tail.publishTrim(queue)
                if !queue.isDirty, !queue.isRemoved {
                    queue.isDirty = true
                    tables.dirtyQueues.append(queue)
                }
            case .removedQueue(let queue):
                tables.tail.dropQueue(queue.address)
                maintenance.add(removed: queue)
            case .removedLog(let log):
                tables.tail.dropConversation(log.id)
                maintenance.add(removed: log)
            case .redacted: checkpointer.redacted()
            case .appended, .insertedQueue, .insertedConversation, .wrote, .expired, .used: continue
            }
        }
        tables.journal.clear()
        lock.lock()
        figures.commits += 1
        figures.storedRows = UInt64(max(0, tables.logRowCount))
        if fatal == nil, isProof { figures.refusesWrites = nil }
        lock.unlock()
    }

    private func rollBack() {
        lastFailure = connection.failure ?? 0
        if connection.isInTransaction { try? connection.run("ROLLBACK") }
        tables.undo(to: 0)
        tables.history.rollBack()
        maintenance.rolledBack()
        if SQLFailure.isUnknownOutcome(lastFailure) { stop(lastFailure) }
    }

    private var isRefusing: Bool {
        lock.lock()
        defer { lock.unlock() }
        return fatal == nil && figures.refusesWrites != nil
    }

    private var fatalCode: Int32? {
        lock.lock()
        defer { lock.unlock() }
        return fatal
    }
}
