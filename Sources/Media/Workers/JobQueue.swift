import Threads

/// What waits for a lane. One lock guards it all; answers are given outside of it.
final class JobQueue: @unchecked Sendable {
    // Unchecked because the lock owns every `var`.
    struct Entry: Sendable {
        let job: ThumbnailJob
        let media: OpenMedia
        let answer: @Sendable (Result<ThumbnailAnswer, MediaRefusal>) -> Void
    }

    private let lock = Lock()
    /// Of entries that are not answered yet, those in the lanes included.
    private let countMax: Int
    private var count = 0
    private var waiting: [Entry] = []
    private var laneCount: Int
    private var isClosed = false
    private var tally = WorkerPool.Counts()

    init(countMax: Int, laneCount: Int) {
        self.countMax = countMax + laneCount
        self.laneCount = laneCount
    }

    /// Why the entry was not taken; `nil` when it was, and then it is answered once.
    func add(_ entry: Entry) -> MediaRefusal? {
        lock.withLock {
            guard !isClosed else { return .unavailable }
            guard count < countMax else { return .busy }
            count += 1
            waiting.append(entry)
            lock.broadcast()
            return nil
        }
    }

    /// The next one, or `nil` when the queue is closed.
    func take() -> Entry? {
        lock.lock()
        defer { lock.unlock() }
        while waiting.isEmpty && !isClosed { lock.wait() }
        return waiting.isEmpty ? nil : waiting.removeFirst()
    }

    /// Answers one that was taken; its place is free before the answer is heard.
    func answer(_ entry: Entry, _ result: Result<ThumbnailAnswer, MediaRefusal>) {
        lock.withLock {
            count -= 1
            if case .success = result { tally.done += 1 } else { tally.refused += 1 }
        }
        entry.answer(result)
    }

    var counts: WorkerPool.Counts { lock.withLock { tally } }

    func count(_ change: (inout WorkerPool.Counts) -> Void) { lock.withLock { change(&tally) } }

    func close() {
        let left = lock.withLock {
            isClosed = true
            defer { (waiting, count) = ([], count - waiting.count) }
            lock.broadcast()
            return waiting
        }
        for entry in left { entry.answer(.failure(.unavailable)) }
    }

    func closeAndWait() {
        close()
        lock.lock()
        while laneCount > 0 { lock.wait() }
        lock.unlock()
    }

    func laneEnded() {
        lock.withLock {
            laneCount -= 1
            lock.broadcast()
        }
    }
}
