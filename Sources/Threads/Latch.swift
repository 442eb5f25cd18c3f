/// Something that happens once, and those who wait for it. Who waits goes on where it waited, without a turn elsewhere.
package final class Latch: @unchecked Sendable {
    // Unchecked because `lock` guards the fields.
    private let lock = Lock()
    private var isOpen = false
    private var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
    private var ticketCount: UInt64 = 0

    /// It has not happened.
    package init() {}

    /// It has happened: lets all go on who wait, and who come later. Again changes nothing.
    package func open() {
        let all = lock.withLock {
            isOpen = true
            defer { waiting = [:] }
            return waiting.values
        }
        for continuation in all { continuation.resume() }
    }

    /// How many wait.
    package var waitingCount: Int { lock.withLock { waiting.count } }

    /// Returns when it has happened.
    package func wait(isolation: isolated (any Actor)? = #isolation) async {
        await wait(ticket(), isolation) { false }
    }

    /// Returns when it has happened, or when the task that waits is cancelled.
    package func waitUnlessCancelled(isolation: isolated (any Actor)? = #isolation) async {
        let ticket = ticket()
        await withTaskCancellationHandler {
            // Asked under the lock: cancelled before that it does not begin to wait, and after that it is found.
            await wait(ticket, isolation) { Task.isCancelled }
        } onCancel: {
            lock.withLock { waiting.removeValue(forKey: ticket) }?.resume()
        }
    }

    private func ticket() -> UInt64 {
        lock.withLock {
            ticketCount += 1
            return ticketCount
        }
    }

    private func wait(
        _ ticket: UInt64, _ isolation: isolated (any Actor)?, unless isCancelled: () -> Bool
    ) async {
        await withCheckedContinuation { (continuation) in
            let isOver = lock.withLock {
                let isOver = isOpen || isCancelled()
                if !isOver { waiting[ticket] = continuation }
                return isOver
            }
            if isOver { continuation.resume() }
        }
    }
}
