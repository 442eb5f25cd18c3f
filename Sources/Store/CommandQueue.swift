import Threads
import Wire

/// Commands on their way to the one writer thread: many submit, one takes.
///
/// A command counts until it is answered, so the bounds hold for what is queued and what is being committed.
/// State is owned by the lock, but for what only the writer touches.
package final class CommandQueue: @unchecked Sendable {
    // Unchecked because the fields are guarded by `lock`, or used by the writer alone.
    /// What may wait, and what goes into one batch.
    package struct Bounds: Sendable {
        /// Commands that wait.
        package var countMax = 65_536
        /// What waiting commands say they hold, in bytes.
        package var byteCountMax = 256 << 20
        /// Commands in one batch.
        package var batchCountMax = 1024

        package init() {}
    }

    private let bounds: Bounds
    private let lock = Lock()
    private var queued: [Command] = []
    private var count = 0
    private var byteCount = 0
    private var isWriterAsleep = false
    private var isClosing = false
    private let end = Latch()
    /// The writer's: what it took and has not handed out yet.
    private var taken: [Command] = []
    private var takenIndex = 0

    package init(bounds: Bounds = Bounds()) {
        self.bounds = bounds
    }

    /// Queues a command, or answers it at once when there is no room for it. Never blocks.
    package func submit(_ command: Command) {
        lock.lock()
        if isClosing {
            lock.unlock()
            return command.done(.failure(Problem(.shuttingDown, "The store is closing.", retryAfterSeconds: 1)))
        }
        guard count < bounds.countMax, byteCount <= bounds.byteCountMax - command.byteCount || count == 0 else {
            lock.unlock()
            return command.done(
                .failure(Problem(.overloaded, "The store's queue is full; try again.", retryAfterSeconds: 1)))
        }
        count += 1
        byteCount += command.byteCount
        queued.append(command)
        let wakes = isWriterAsleep
        isWriterAsleep = false
        lock.unlock()
        if wakes { lock.signal() }
    }

    /// How many commands are not answered yet.
    package var unanswered: Int {
        lock.lock()
        defer { lock.unlock() }
        return count
    }

    // MARK: The writer's side

    /// What the writer gets when it asks.
    package enum Take {
        case batch(ArraySlice<Command>)
        /// Nothing came within the time.
        case idle
        /// Nothing will come any more.
        case end
    }

    /// Everything queued, up to the cap of a batch. Waits for something to come, `milliseconds` long at most.
    package func take(waitingMilliseconds milliseconds: Int? = nil) -> Take {
        if takenIndex == taken.count { refill(waitingMilliseconds: milliseconds) }
        guard takenIndex < taken.count else {
            lock.lock()
            defer { lock.unlock() }
            return isClosing && queued.isEmpty ? .end : .idle
        }
        let end = min(taken.count, takenIndex + bounds.batchCountMax)
        defer { takenIndex = end }
        return .batch(taken[takenIndex..<end])
    }

    /// Says that a batch is answered and gives its room back.
    package func answered(_ batch: ArraySlice<Command>) {
        var bytes = 0
        for command in batch { bytes += command.byteCount }
        lock.lock()
        count -= batch.count
        byteCount -= bytes
        lock.unlock()
    }

    /// Says that the writer has ended, which lets those go on who wait in ``close()``.
    package func ended() { end.open() }

    /// Takes no more commands, and returns when the writer has ended. Safe to call twice.
    package func close() async {
        lock.withLock {
            isClosing = true
            isWriterAsleep = false
        }
        lock.signal()
        await end.wait()
    }

    private func refill(waitingMilliseconds milliseconds: Int?) {
        taken.removeAll(keepingCapacity: true)
        takenIndex = 0
        lock.lock()
        defer { lock.unlock() }
        while queued.isEmpty, !isClosing {
            isWriterAsleep = true
            guard let milliseconds else {
                lock.wait()
                continue
            }
            if milliseconds > 0 { lock.wait(milliseconds: milliseconds) }
            break
        }
        isWriterAsleep = false
        swap(&queued, &taken)
    }
}
