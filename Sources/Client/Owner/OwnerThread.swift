import Threads

/// The thread of one owner: it runs there and nowhere else, since its store blocks for the disk.
///
/// The thread ends when this does, which its owner holds; so an account that is forgotten leaves none behind.
final class OwnerThread: SerialExecutor {
    /// Of the thread that asks: the line that it works through.
    private static let ownLine = ThreadMark()

    private let line = Line()

    init() {
        let line = line
        WorkerThread.start("client") {
            Self.ownLine.set(line)
            line.run()
        }
    }

    deinit { line.end() }

    /// Whether it is this thread that asks.
    var isHere: Bool { Self.ownLine.isSet(line) }

    func enqueue(_ job: consuming ExecutorJob) { line.append(UnownedJob(job), for: self) }

    /// What waits to run. The thread holds this, and the executor only while a job of it runs.
    private final class Line: @unchecked Sendable {
        // Unchecked because `lock` guards the fields.
        private let lock = Lock()
        private var jobs = WaitingLine<(job: UnownedJob, executor: OwnerThread)>()
        private var isOver = false

        func append(_ job: UnownedJob, for executor: OwnerThread) {
            lock.withLock { jobs.append((job, executor)) }
            lock.signal()
        }

        func end() {
            lock.withLock { isOver = true }
            lock.signal()
        }

        func run() {
            while let (job, executor) = next() { job.runSynchronously(on: executor.asUnownedSerialExecutor()) }
        }

        private func next() -> (job: UnownedJob, executor: OwnerThread)? {
            lock.lock()
            defer { lock.unlock() }
            while true {
                if let next = jobs.popFirst() { return next }
                if isOver { return nil }
                lock.wait()
            }
        }
    }
}
