import SQLite
import Threads
import Wire

/// A few threads that answer queries, each with a connection of its own, behind one bounded queue.
final class Readers: @unchecked Sendable {
    // Unchecked because `lock` guards the fields; a connection belongs to one thread.
    typealias Query = @Sendable (Result<ReadableTables, Problem>) -> Void

    private let lock = Lock()
    private let countMax: Int
    private var waiting = WaitingLine<Query>()
    private var threadCount = 0
    private var isClosing = false

    init(countMax: Int) {
        self.countMax = countMax
    }

    func start(_ tables: [ReadableTables]) {
        threadCount = tables.count
        for (index, tables) in tables.enumerated() {
            // Handed over: from here on they belong to this one thread.
            nonisolated(unsafe) let tables = tables
            WorkerThread.start("store-reader-\(index)") { self.work(index, tables) }
        }
    }

    func submit(_ query: @escaping Query) {
        lock.lock()
        let problem: Problem? =
            if isClosing {
                Problem(.shuttingDown, "The store is closing.", retryAfterSeconds: 1)
            } else if waiting.count >= countMax {
                Problem(.overloaded, "Too many queries wait; try again.", retryAfterSeconds: 1)
            } else {
                nil
            }
        if problem == nil { waiting.append(query) }
        lock.unlock()
        if let problem { query(.failure(problem)) } else { lock.signal() }
    }

    /// Answers what waits, then ends the threads.
    func close() {
        lock.lock()
        isClosing = true
        lock.broadcast()
        while threadCount > 0 { lock.wait() }
        lock.unlock()
    }

    /// The next query; waits for one. `nil` at the end.
    func take() -> Query? {
        lock.lock()
        defer { lock.unlock() }
        while waiting.isEmpty {
            if isClosing { return nil }
            lock.wait()
        }
        return waiting.popFirst()
    }

    private func work(_ index: Int, _ tables: ReadableTables) {
        while let query = take() {
            // Registered first: what the snapshot may need stays in the tail from here on.
            tables.tail.beginQuery(index)
            do throws(Problem) {
                try tables.beginSnapshot()
                query(.success(tables))
            } catch {
                query(.failure(error))
            }
            tables.endSnapshot()
            tables.tail.endQuery(index)
        }
        tables.connection.close()
        lock.lock()
        threadCount -= 1
        lock.unlock()
        lock.broadcast()
    }
}
