import Threads

/// The rests of a thread that works now and then, until it is told to end.
final class ThreadRest: @unchecked Sendable {
    // Unchecked because `lock` guards the fields.
    private let lock = Lock()
    private var isEnding = false
    private var hasEnded = false

    /// Whether the thread is told to end.
    var isToEnd: Bool { lock.withLock { isEnding } }

    /// Rests for so long, or until it is told to end.
    /// - Returns: whether to go on.
    func rest(milliseconds: Int) -> Bool {
        let end = Deadline(microseconds: milliseconds * 1_000)
        lock.lock()
        defer { lock.unlock() }
        while !isEnding, !end.isOver { lock.wait(milliseconds: milliseconds) }
        return !isEnding
    }

    /// The last that the thread does.
    func ended() {
        lock.withLock { hasEnded = true }
        lock.broadcast()
    }

    /// Tells the thread to end, in the middle of a rest too, and waits for it.
    func end() {
        lock.lock()
        isEnding = true
        lock.broadcast()
        while !hasEnded { lock.wait() }
        lock.unlock()
    }
}
