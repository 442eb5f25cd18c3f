import Store
import Threads

/// A part that somebody holds: a queue of its own in front of its file, so that its bytes are written in their order
/// whatever thread does it, and the one who appends goes on meanwhile.
final class DiskPart: @unchecked Sendable {
    // Unchecked because `lock` guards the queue, and the file belongs to the one job that runs.
    /// Bytes that may wait to be written before the one who appends has to.
    static let queuedByteCountMax = 2 << 20
    /// Bytes that one job writes before another part's has its turn.
    static let turnByteCount = 4 << 20

    private enum Work {
        case bytes([UInt8])
        case call(@Sendable (DiskPart) -> Void)
    }

    private let workers: BlobWorkers
    private let lock = Lock()
    private var queue: [Work] = []
    private var queuedByteCount = 0
    private var isRunning = false
    private var appender: CheckedContinuation<Void, Never>?
    private var failure: BlobError?
    private var synced: UInt64
    private var reread: UInt64 = 0
    /// `nil` when it is finished, or failed.
    private var file: PartFile?

    init(_ file: PartFile, workers: BlobWorkers) {
        self.file = file
        self.workers = workers
        synced = file.standing
        reread = file.rereadByteCount
    }

    /// How much was durable last.
    var syncedByteCount: UInt64 { lock.withLock { synced } }

    func append(_ bytes: [UInt8]) async throws(BlobError) {
        guard !bytes.isEmpty else { return }
        try push(.bytes(bytes), byteCount: bytes.count)
        await withCheckedContinuation { (continuation) in
            let waits = lock.withLock {
                guard queuedByteCount > Self.queuedByteCountMax else { return false }
                appender = continuation
                return true
            }
            if !waits { continuation.resume() }
        }
        if let failure = lock.withLock({ failure }) { throw failure }
    }

    func sync() async throws(BlobError) -> UInt64 {
        try await call { (part) throws(BlobError) in
            try part.file?.sync()
            let byteCount = part.file?.byteCount ?? 0
            part.lock.withLock { part.synced = byteCount }
            return byteCount
        }
    }

    func rollBack(to byteCount: UInt64) async throws(BlobError) {
        try await call { (part) throws(BlobError) in
            try part.file?.cut(to: byteCount)
            part.lock.withLock { part.synced = byteCount }
        }
    }

    func finish(sha256: [UInt8]?) async throws(BlobError) -> StoredBlob {
        let stored = try await call { (part) throws(BlobError) -> StoredBlob? in
            // Asked too early is no failure: the part stays as it is.
            if let file = part.file, !file.isWhole { return nil }
            // The value goes; a failure leaves the file itself for another try.
            guard let file = part.file.take() else { throw .closed }
            return try file.finish(sha256: sha256)
        }
        guard let stored else { throw .incomplete }
        return stored
    }

    /// Returns when everything queued is written, as far as it can be.
    /// - Returns: what the next one need not find out; `nil` when it failed, is finished or was not synced.
    func drain() async -> PartRest? {
        let rest = try? await call { (part) throws(BlobError) -> PartRest? in part.file.take()?.rest }
        return rest ?? nil
    }

    /// How many bytes had to be read again, since this was asked last.
    func takeRereadByteCount() -> UInt64 {
        lock.withLock {
            defer { reread = 0 }
            return reread
        }
    }

    // MARK: The queue

    private func call<R: Sendable>(
        _ work: @escaping @Sendable (DiskPart) throws(BlobError) -> R
    ) async throws(BlobError) -> R {
        let result: Result<R, BlobError> = await handedOver { (handover) in
            do throws(BlobError) {
                try push(
                    .call { (part) in
                        handover.resume(
                            returning: Result { () throws(BlobError) in
                                if let failure = part.lock.withLock({ part.failure }) { throw failure }
                                return try part.noting(work)
                            })
                    }, byteCount: 0)
            } catch {
                handover.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// After a failure the value may not be what the file is: nothing more goes through it.
    private func noting<R>(_ work: (DiskPart) throws(BlobError) -> R) throws(BlobError) -> R {
        let taken = self.file
        let before = taken?.rereadByteCount ?? 0
        defer {
            let more = (taken?.rereadByteCount ?? 0) - before
            if more > 0 { lock.withLock { reread += more } }
        }
        do throws(BlobError) {
            return try work(self)
        } catch {
            lock.withLock { failure = error }
            self.file = nil
            throw error
        }
    }

    private func push(_ work: Work, byteCount: Int) throws(BlobError) {
        let starts = lock.withLock {
            queue.append(work)
            queuedByteCount += byteCount
            defer { isRunning = true }
            return !isRunning
        }
        guard starts else { return }
        // The one who holds a part was let in before; what it brings is bounded by its own queue.
        try workers.submit(isContinuing: true) { self.run() }
    }

    private func run() {
        var doneByteCount = 0
        while doneByteCount < Self.turnByteCount {
            let works = lock.withLock {
                defer { queue = [] }
                if queue.isEmpty { isRunning = false }
                return queue
            }
            if works.isEmpty { return }
            for work in works { doneByteCount += perform(work) }
        }
        try? workers.submit(isContinuing: true) { self.run() }
    }

    private func perform(_ work: Work) -> Int {
        switch work {
        case .call(let body):
            body(self)
            return 0
        case .bytes(let bytes):
            if lock.withLock({ failure }) == nil {
                try? noting { (part) throws(BlobError) in try part.file?.append(bytes) }
            }
            let waiting = lock.withLock { () -> CheckedContinuation<Void, Never>? in
                queuedByteCount -= bytes.count
                guard queuedByteCount <= Self.queuedByteCountMax / 2 else { return nil }
                defer { appender = nil }
                return appender
            }
            waiting?.resume()
            return bytes.count
        }
    }
}
