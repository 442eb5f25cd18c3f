import SQLite
import Threads

/// Checks the whole store by itself (``StoreCheck``) while nobody wants anything of it, now and then, on a thread and a
/// connection of its own. It lets go at once when a command comes, since its snapshot would keep the write-ahead log
/// from starting over; so a store that is never idle for as long as a check takes is not checked.
final class IdleCheck: @unchecked Sendable {
    // Unchecked because `lock` guards the fields; the connection belongs to the check's thread.
    let connection: Connection
    private let spacingMilliseconds: Int
    private let idleMilliseconds: Int
    /// Commands since the start.
    private let commandCount: @Sendable () -> UInt64
    private let found: @Sendable (StoreCheck.Outcome) -> Void
    private let lock = Lock()
    private var isClosing = false
    private var isClosed = false

    /// - Parameter found: hears of each check that came to its end, on the check's thread.
    init(
        connection: Connection, configuration: StoreConfiguration, commandCount: @escaping @Sendable () -> UInt64,
        found: @escaping @Sendable (StoreCheck.Outcome) -> Void
    ) {
        self.connection = connection
        spacingMilliseconds = configuration.checkSpacingMilliseconds
        idleMilliseconds = configuration.checkIdleMilliseconds
        self.commandCount = commandCount
        self.found = found
    }

    /// Runs until ``close()``.
    func work() {
        while wait(milliseconds: spacingMilliseconds) {
            var before = commandCount()
            while wait(milliseconds: idleMilliseconds), commandCount() != before { before = commandCount() }
            check(unlessAfter: before)
        }
        connection.close()
        lock.lock()
        isClosed = true
        lock.unlock()
        lock.broadcast()
    }

    /// Ends the thread, in the middle of a check too, and waits for it.
    func close() {
        lock.lock()
        isClosing = true
        lock.broadcast()
        while !isClosed { lock.wait() }
        lock.unlock()
    }

    private func check(unlessAfter count: UInt64) {
        connection.failure = nil
        connection.setStop { [unowned self] in commandCount() != count || isToEnd }
        defer { connection.setStop(nil) }
        let check = StoreCheck(connection)
        // What was stopped says nothing: its findings may be of its being stopped.
        guard (try? check.all { (_) in }) != nil, commandCount() == count, !isToEnd else { return }
        found(check.outcome)
    }

    private var isToEnd: Bool {
        lock.lock()
        defer { lock.unlock() }
        return isClosing
    }

    /// - Returns: whether to go on.
    private func wait(milliseconds: Int) -> Bool {
        let end = Deadline(microseconds: milliseconds * 1_000)
        lock.lock()
        defer { lock.unlock() }
        while !isClosing, !end.isOver { lock.wait(milliseconds: milliseconds) }
        return !isClosing
    }
}
