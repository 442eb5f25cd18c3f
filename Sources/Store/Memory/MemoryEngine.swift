import Threads
import Wire

/// The store without a disk: dictionaries, for tests and for trying things out. Everything is gone when it closes.
///
/// It behaves as the durable engines do: one writer thread, commands in batches and in order, `done` after the whole
/// batch, and `afterBatch` after those. It is also the reference that the contract suite was written against.
public enum MemoryEngine {
    /// - Parameter afterBatch: called on the writer thread once a batch, after its `done`s. Must not block.
    public static func open(afterBatch: @escaping @Sendable () -> Void = {}) -> Store {
        let writer = MemoryWriter(afterBatch: afterBatch)
        WorkerThread.start("memory-writer") { writer.work() }
        return Store(
            submit: { (command) in writer.queue.submit(command) },
            query: { (body) in writer.query(body) },
            status: { writer.status() },
            close: { await writer.queue.close() }
        )
    }
}

/// Owns the tables. Only its thread touches them: queries run there too, between commands.
private final class MemoryWriter: @unchecked Sendable {
    // Unchecked because `tables` belongs to the writer thread, and the figures to the lock.
    let queue = CommandQueue()
    private let afterBatch: @Sendable () -> Void
    private let tables = MemoryTables()
    private let lock = Lock()
    private var figures = StoreStatus()

    init(afterBatch: @escaping @Sendable () -> Void) {
        self.afterBatch = afterBatch
    }

    func query(_ body: @escaping @Sendable (Result<any ReadableTables, Problem>) -> Void) {
        queue.submit(
            Command(checksFirst: true) { (tables) in
                body(.success(tables))
            } done: { (outcome) in
                if case .failure(let problem) = outcome { body(.failure(problem)) }
            })
    }

    func status() -> StoreStatus {
        lock.lock()
        defer { lock.unlock() }
        var status = figures
        status.queuedCommands = UInt64(queue.unanswered)
        return status
    }

    func work() {
        while true {
            switch queue.take() {
            case .batch(let batch): commit(batch)
            case .idle: continue
            case .end: return queue.ended()
            }
        }
    }

    private func commit(_ batch: ArraySlice<Command>) {
        let outcomes = batch.map { run($0) }
        lock.lock()
        figures.commits += 1
        figures.commands += UInt64(batch.count)
        figures.storedRows = tables.rowCount
        lock.unlock()
        for (command, outcome) in zip(batch, outcomes) { command.done(outcome) }
        queue.answered(batch)
        afterBatch()
    }

    private func run(_ command: Command) -> Result<Void, Problem> {
        let writeCount = tables.writeCount
        let before = command.checksFirst ? nil : tables.state
        do {
            try command.run(tables)
            return .success(())
        } catch {
            if let before {
                tables.state = before
            } else {
                precondition(tables.writeCount == writeCount, "a command that checks first threw after a write")
            }
            return .failure(error)
        }
    }
}
