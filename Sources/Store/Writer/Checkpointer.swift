import SQLite
import Threads

/// Copies the write-ahead log back into the database file, on its own thread and connection: doing it where SQLite
/// does, in the commit that crosses a threshold, is what makes a commit slow.
///
/// The log starts over when all of it is copied and nobody reads it. Under steady writing that moment never comes by
/// itself, so once little is left, or the log has grown to its bound, the writer is held at a gate for the last
/// stretch. From then on the log is written over and does not grow, which is what a sync is quick on.
///
/// Copying back needs room too, for pages that are new. So it begins before the log holds half of what is kept for a
/// full disk: then it works there once, and from then on commits that only change rows need no room, however many. On
/// such a disk the writer waits for it.
///
/// What was redacted still stands in older pages of the log. So a while after a redaction the whole log is copied
/// back and cut to nothing, and written ahead with zeros again.
final class Checkpointer: @unchecked Sendable {
    // Unchecked because `lock` guards the fields; the connection belongs to the checkpointer's thread.
    static let pageByteCount = 8_192
    /// Pages that are copied in a few milliseconds, while the writer waits.
    private static let heldPageCountMax = 512

    /// Zeros that are written while the writer waits.
    private static let heldZeroByteCountMax = 4 << 20
    /// From one attempt to empty the log to the next, while a reader is in the way; and how long one waits for it.
    private static let retryMilliseconds = 500
    private static let readerMilliseconds: Int32 = 100
    /// How long a writer that may be asleep is waited for.
    var gateMilliseconds = 20

    private let connection: Connection
    private let databasePath: String
    private let end: EndFile
    private let logByteCountAhead: Int
    private let redactionMilliseconds: Int
    private let pageCountMin: Int
    private let pageCountMax: Int
    private let lock = Lock()
    /// Pages in the log, as of the last commit; none when all of them are copied.
    private var pageCount = 0
    /// When the log is to be emptied, by ``Deadline/now()``; `nil` when it holds nothing that was redacted.
    private var emptyAt: UInt64?
    private var holdsWriter = false
    private var isWriterHeld = false
    /// How often the log was copied back, or that was tried.
    private var copyCount: UInt64 = 0
    private var isDiskShort = false
    private var isClosing = false
    private var isClosed = false

    private enum Task { case copy(pageCount: Int), empty }

    /// - Parameter reserveByteCount: what is kept for when the disk is full.
    init(
        connection: Connection, databasePath: String, end: EndFile, reserveByteCount: Int,
        configuration: StoreConfiguration
    ) {
        self.connection = connection
        self.end = end
        self.databasePath = databasePath
        logByteCountAhead = configuration.logByteCountAhead
        redactionMilliseconds = configuration.redactionMilliseconds
        let copied = configuration.checkpointByteCount
        pageCountMin = (reserveByteCount > 0 ? min(copied, reserveByteCount / 2) : copied) / Self.pageByteCount
        pageCountMax = configuration.walByteCountMax / Self.pageByteCount
    }

    // MARK: The writer's side

    /// Hears after each commit how many pages the log holds.
    func grew(to count: Int) {
        lock.lock()
        let wakes = count >= pageCountMin && pageCount < count
        pageCount = count
        lock.unlock()
        if wakes { lock.broadcast() }
    }

    /// Says that a commit took something out of the database for good.
    func redacted() {
        lock.lock()
        if emptyAt == nil { emptyAt = Deadline.now() + UInt64(redactionMilliseconds) * 1_000_000 }
        lock.unlock()
        lock.broadcast()
    }

    /// Waits where the checkpointer needs the writer to. Called between batches.
    /// - Parameter isDiskShort: whether the log must not grow, so that it waits for a log that is to be copied too.
    func passGate(isDiskShort: Bool) {
        lock.lock()
        defer { lock.unlock() }
        let count = copyCount
        self.isDiskShort = isDiskShort
        while holdsWriter || (isDiskShort && pageCount >= pageCountMin && copyCount == count && !isClosing) {
            isWriterHeld = true
            lock.broadcast()
            lock.wait()
        }
        isWriterHeld = false
    }

    // MARK: The checkpointer's side

    /// Runs until ``close()``.
    /// - Parameter failed: hears of a failure after which the disk's contents are unknown.
    func work(failed: @Sendable (Int32) -> Void) {
        // One that waits for readers holds up the writer.
        connection.setBusyTimeout(milliseconds: Self.readerMilliseconds)
        while let task = nextTask() {
            switch task {
            case .copy(let count): pause(isDone: copy(count, failed))
            case .empty: empty(failed)
            }
        }
        finish(failed)
        lock.lock()
        isClosed = true
        lock.unlock()
        lock.broadcast()
    }

    /// The last to leave: SQLite then removes the log, since all of it is copied.
    func finish(_ failed: (Int32) -> Void) {
        _ = checkpoint(.truncate, failed)
        end.emptied(isClosed: true)
        connection.close()
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

    /// Copies the log back.
    /// - Parameter count: pages that it holds.
    /// - Returns: whether nothing is left of it.
    func copy(_ count: Int, _ failed: (Int32) -> Void) -> Bool {
        var (_, logCount, copiedCount) = checkpoint(.passive, failed)
        // What came meanwhile: without a gate it is never nothing, and each further pass syncs the whole file.
        let rest = pagesAfter(Int(copiedCount))
        // The writer waits already where the disk is short, and the log must not be kept from starting over by readers.
        let mode: Connection.Checkpoint = isShort ? .restart : .passive
        if isShort || (rest > 0 && (rest <= Self.heldPageCountMax || count >= pageCountMax)) {
            hold()
            (_, logCount, copiedCount) = checkpoint(mode, failed)
            release()
        }
        let isDone = logCount == copiedCount
        lock.lock()
        copyCount += 1
        // The next commit starts it over.
        if isDone, pageCount == Int(logCount) { pageCount = 0 }
        lock.unlock()
        lock.broadcast()
        return isDone
    }

    /// Cuts the log to nothing, and writes zeros ahead again.
    func empty(_ failed: (Int32) -> Void) {
        _ = checkpoint(.passive, failed)
        hold()
        // Whatever is redacted from here on may come too late for this time.
        setEmptying(at: nil)
        let isEmpty = checkpoint(.truncate, failed).code == 0
        end.emptied()
        if !isEmpty { setEmptying(at: Deadline.now() + UInt64(Self.retryMilliseconds) * 1_000_000) }
        release()
        guard isEmpty, logByteCountAhead > 0 else { return }
        var isDone = false
        while !isDone {
            hold()
            // Behind the end of the log there is only whoever holds this lock.
            guard (try? connection.run("BEGIN IMMEDIATE")) != nil else { return release() }
            isDone = StoreFolder.extendLog(
                of: databasePath, to: logByteCountAhead, stepByteCount: Self.heldZeroByteCountMax)
            try? connection.run("ROLLBACK")
            release()
        }
    }

    private func setEmptying(at time: UInt64?) {
        lock.lock()
        emptyAt = time
        if time == nil { pageCount = 0 }
        lock.unlock()
    }

    /// Waits for a log worth copying, or for the moment to empty it; `nil` at the end.
    private func nextTask() -> Task? {
        lock.lock()
        defer { lock.unlock() }
        while !isClosing {
            if isEmptyingDue { return .empty }
            if pageCount >= pageCountMin { return .copy(pageCount: pageCount) }
            waitForNews()
        }
        return nil
    }

    private var isEmptyingDue: Bool { emptyAt.map { $0 <= Deadline.now() } ?? false }

    /// With the lock: until something is said, or it is time to empty the log.
    private func waitForNews() {
        guard let emptyAt else { return lock.wait() }
        let now = Deadline.now()
        guard emptyAt > now else { return }
        lock.wait(milliseconds: Int((emptyAt - now) / 1_000_000) + 1)
    }

    private var isShort: Bool {
        lock.lock()
        defer { lock.unlock() }
        return isDiskShort
    }

    private func pagesAfter(_ copiedCount: Int) -> Int {
        lock.lock()
        defer { lock.unlock() }
        return pageCount - copiedCount
    }

    /// Waits for the log to grow when all of it is copied, or for a writer that waits for that; and a moment when a
    /// reader is in the way.
    private func pause(isDone: Bool) {
        lock.lock()
        defer { lock.unlock() }
        guard !isClosing else { return }
        guard isDone else { return lock.wait(milliseconds: 20) }
        let before = pageCount
        while pageCount == before, !isWriterHeld, !isClosing, !isEmptyingDue { waitForNews() }
    }

    /// Holds the writer at its gate. One that sleeps does not come by, and does not write either.
    private func hold() {
        lock.lock()
        holdsWriter = true
        if !isWriterHeld, !isClosing { lock.wait(milliseconds: gateMilliseconds) }
        lock.unlock()
    }

    private func release() {
        lock.lock()
        holdsWriter = false
        lock.unlock()
        lock.broadcast()
    }

    private func checkpoint(
        _ mode: Connection.Checkpoint, _ failed: (Int32) -> Void
    ) -> (code: Int32, logCount: Int32, copiedCount: Int32) {
        let salts = end.salts
        switch mode {
        case .passive, .restart: end.copies()
        case .truncate: end.empties()
        }
        let outcome = connection.checkpoint(mode)
        if mode != .truncate { end.copied(through: outcome.code == 0 ? Int(outcome.copiedCount) : nil, of: salts) }
        if SQLFailure.isUnknownOutcome(outcome.code) { failed(outcome.code) }
        return outcome
    }
}
