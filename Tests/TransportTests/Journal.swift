import Glibc
import Testing
import Threads

@testable import Transport

/// What happened, in order, from any thread; a test can wait for more of it.
final class Journal<Entry: Sendable>: @unchecked Sendable {
    private let lock = Lock()
    private var entries: [Entry] = []
    private var waiting: [(Int, CheckedContinuation<[Entry], Never>)] = []

    func add(_ entry: Entry) {
        let due = lock.withLock {
            entries.append(entry)
            let due = waiting.filter { $0.0 <= entries.count }.map { ($0.1, entries) }
            waiting.removeAll { $0.0 <= entries.count }
            return due
        }
        for (continuation, entries) in due { continuation.resume(returning: entries) }
    }

    var all: [Entry] { lock.withLock { entries } }

    /// The entries, once there are `count`.
    func wait(_ count: Int = 1) async -> [Entry] {
        await withCheckedContinuation { continuation in
            let now: [Entry]? = lock.withLock {
                if entries.count >= count { return entries }
                waiting.append((count, continuation))
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
    }
}
