import SQLite

/// Checks the whole store by itself (``StoreCheck``) while nobody wants anything of it, now and then, on a thread and a
/// connection of its own. It lets go at once when a command comes, since its snapshot would keep the write-ahead log
/// from starting over; so a store that is never idle for as long as a check takes is not checked.
final class IdleCheck: @unchecked Sendable {
    // Unchecked because the connection belongs to the check's thread.
    let connection: Connection
    private let spacingMilliseconds: Int
    private let idleMilliseconds: Int
    /// Commands since the start.
    private let commandCount: @Sendable () -> UInt64
    private let found: @Sendable (StoreCheck.Outcome) -> Void
    private let thread = ThreadRest()

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
        while thread.rest(milliseconds: spacingMilliseconds) {
            var before = commandCount()
            while thread.rest(milliseconds: idleMilliseconds), commandCount() != before { before = commandCount() }
            check(unlessAfter: before)
        }
        connection.close()
        thread.ended()
    }

    /// Ends the thread, in the middle of a check too, and waits for it.
    func close() { thread.end() }

    private func check(unlessAfter count: UInt64) {
        connection.failure = nil
        connection.setStop { [unowned self] in commandCount() != count || thread.isToEnd }
        defer { connection.setStop(nil) }
        let check = StoreCheck(connection)
        // What was stopped says nothing: its findings may be of its being stopped.
        guard (try? check.all { (_) in }) != nil, commandCount() == count, !thread.isToEnd else { return }
        found(check.outcome)
    }
}
