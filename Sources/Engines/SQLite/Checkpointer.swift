import CSQLite
import Store
import Threads

/// Copies the write-ahead log back into the database file, on its own thread and connection: doing it where SQLite
/// does, in the commit that crosses a threshold, is what makes a commit slow.
///
/// The log starts over when all of it is copied and nobody reads it. Under steady writing that moment never comes by
/// itself, so once little is left, or the log has grown to its bound, the writer is held at a gate for the last
/// stretch. From then on the log is written over and does not grow, which is what a sync is quick on.
final class Checkpointer: @unchecked Sendable {
    // Unchecked because `lock` guards the fields; the connection belongs to the checkpointer's thread.
    private static let pageByteCount = 8_192
    /// Pages that are copied in a few milliseconds, while the writer waits.
    private static let heldPageCountMax = 512

    private let connection: Connection
    private let pageCountMin: Int
    private let pageCountMax: Int
    private let lock = Lock()
    /// Pages in the log, as of the last commit.
    private var pageCount = 0
    private var holdsWriter = false
    private var isWriterHeld = false
    private var isClosing = false
    private var isClosed = false

    init(connection: Connection, configuration: SQLiteConfiguration) {
        self.connection = connection
        pageCountMin = configuration.checkpointByteCount / Self.pageByteCount
        pageCountMax = configuration.walByteCountMax / Self.pageByteCount
    }

    // MARK: The writer's side

    /// Has SQLite tell how long the log is after each commit of a connection.
    func watch(_ writer: Connection) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(writer.handle, { (context, _, _, pageCount) in
            guard let context else { return SQLITE_OK }
            Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue().grew(to: Int(pageCount))
            return SQLITE_OK
        }, context)
    }

    private func grew(to count: Int) {
        lock.lock()
        let wakes = count >= pageCountMin && pageCount < count
        pageCount = count
        lock.unlock()
        if wakes { lock.broadcast() }
    }

    /// Waits where the checkpointer needs the writer to. Called between batches.
    func passGate() {
        lock.lock()
        defer { lock.unlock() }
        guard holdsWriter else { return }
        isWriterHeld = true
        lock.broadcast()
        while holdsWriter { lock.wait() }
        isWriterHeld = false
    }

    // MARK: The checkpointer's side

    /// Runs until ``close()``.
    /// - Parameter failed: hears of a failure after which the disk's contents are unknown.
    func work(failed: @Sendable (Int32) -> Void) {
        while let count = nextLog() {
            var (logCount, copiedCount) = checkpoint(SQLITE_CHECKPOINT_PASSIVE, failed)
            // What came meanwhile: without a gate it is never nothing, and each further pass syncs the whole file.
            let rest = pagesAfter(Int(copiedCount))
            if rest > 0, rest <= Self.heldPageCountMax || count >= pageCountMax {
                hold()
                (logCount, copiedCount) = checkpoint(SQLITE_CHECKPOINT_PASSIVE, failed)
                release()
            }
            pause(isDone: logCount == copiedCount)
        }
        // The last to leave: SQLite then removes the log, since all of it is copied.
        _ = checkpoint(SQLITE_CHECKPOINT_TRUNCATE, failed)
        connection.close()
        lock.lock()
        isClosed = true
        lock.unlock()
        lock.broadcast()
    }

    /// Ends the thread after a last checkpoint, and waits for it.
    func close() {
        lock.lock()
        isClosing = true
        holdsWriter = false
        lock.broadcast()
        while !isClosed { lock.wait() }
        lock.unlock()
    }

    /// Waits for a log worth copying; `nil` at the end.
    private func nextLog() -> Int? {
        lock.lock()
        defer { lock.unlock() }
        while pageCount < pageCountMin, !isClosing { lock.wait() }
        return isClosing ? nil : pageCount
    }

    private func pagesAfter(_ copiedCount: Int) -> Int {
        lock.lock()
        defer { lock.unlock() }
        return pageCount - copiedCount
    }

    /// Waits for the log to grow when all of it is copied, and a moment when a reader is in the way.
    private func pause(isDone: Bool) {
        lock.lock()
        defer { lock.unlock() }
        guard !isClosing else { return }
        guard isDone else { return lock.wait(milliseconds: 20) }
        let before = pageCount
        while pageCount == before, !isClosing { lock.wait() }
    }

    /// Holds the writer at its gate. One that sleeps does not come by, and does not write either.
    private func hold() {
        lock.lock()
        holdsWriter = true
        if !isWriterHeld, !isClosing { lock.wait(milliseconds: 20) }
        lock.unlock()
    }

    private func release() {
        lock.lock()
        holdsWriter = false
        lock.unlock()
        lock.broadcast()
    }

    private func checkpoint(_ mode: Int32, _ failed: (Int32) -> Void) -> (logCount: Int32, copiedCount: Int32) {
        var logCount: Int32 = 0
        var copiedCount: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(connection.handle, nil, mode, &logCount, &copiedCount)
        if SQLFailure.isUnknownOutcome(code) { failed(code) }
        return (logCount, copiedCount)
    }
}
