import Threads

/// The thread of one client: its actor runs there and nowhere else, since its store blocks for the disk.
///
/// The thread ends when this does, which its client holds; so a client that is forgotten leaves none behind.
final class ClientThread: SerialExecutor {
    private let line = Line()

    init() {
        let line = line
        WorkerThread.start("client") { line.run() }
    }

    deinit { line.end() }

    func enqueue(_ job: consuming ExecutorJob) { line.append(UnownedJob(job), for: self) }

    /// What waits to run. The thread holds this, and the executor only while a job of it runs.
    private final class Line: @unchecked Sendable {
        // Unchecked because `lock` guards the fields.
        private let lock = Lock()
        private var jobs = WaitingLine<(job: UnownedJob, executor: ClientThread)>()
        private var isOver = false

        func append(_ job: UnownedJob, for executor: ClientThread) {
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

        private func next() -> (job: UnownedJob, executor: ClientThread)? {
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
