import Store
import Threads

/// A few threads for work on files, with a bounded queue in front. State is owned by the lock.
final class BlobWorkers: @unchecked Sendable {
    // Unchecked because the fields are guarded by `lock`.
    private let queuedCountMax: Int
    private let lock = Lock()
    private var jobs: [@Sendable () -> Void] = []
    private var firstIndex = 0
    private var runningThreads: Int
    private var isClosing = false
    private let end = Latch()

    init(threadCount: Int, queuedCountMax: Int) {
        self.queuedCountMax = queuedCountMax
        runningThreads = threadCount
        for _ in 0..<threadCount { WorkerThread.start("blob-files") { self.work() } }
    }

    var queuedCount: Int { lock.withLock { jobs.count - firstIndex } }

    /// Queues a job; one that goes on with what was accepted before is taken also when the queue is full.
    /// - Throws: `overloaded`; `closed`. The job does not run then.
    func submit(isContinuing: Bool = false, _ job: @escaping @Sendable () -> Void) throws(BlobError) {
        let refusal = lock.withLock { () -> BlobError? in
            if isClosing && !isContinuing { return .closed }
            if jobs.count - firstIndex >= queuedCountMax && !isContinuing { return .overloaded }
            jobs.append(job)
            return nil
        }
        if let refusal { throw refusal }
        lock.signal()
    }

    /// Runs `work` on a thread and returns what it returned.
    func run<R: Sendable>(
        _ work: @escaping @Sendable () throws(BlobError) -> R
    ) async throws(BlobError) -> R {
        let result: Result<R, BlobError> = await handedOver { (handover) in
            do throws(BlobError) {
                try submit { handover.resume(returning: Result { () throws(BlobError) in try work() }) }
            } catch {
                handover.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// Runs what is queued, then ends the threads. Safe to call twice.
    func close() async {
        lock.withLock { isClosing = true }
        lock.broadcast()
        await end.wait()
    }

    private func work() {
        while let job = next() { job() }
        let isLast = lock.withLock {
            runningThreads -= 1
            return runningThreads == 0
        }
        if isLast { end.open() }
    }

    private func next() -> (@Sendable () -> Void)? {
        lock.lock()
        defer { lock.unlock() }
        while firstIndex == jobs.count {
            if isClosing { return nil }
            lock.wait()
        }
        let job = jobs[firstIndex]
        firstIndex += 1
        if firstIndex == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            firstIndex = 0
        } else if firstIndex >= 1_024 {
            jobs.removeFirst(firstIndex)
            firstIndex = 0
        }
        return job
    }
}
