import Threads

/// Ends a store's threads in their order, once, and then gives the folder back.
final class Closing: @unchecked Sendable {
    // Unchecked because `lock` guards the fields.
    private let lock = Lock()
    private var writer: Writer?
    private var readers: Readers?
    private var checkpointer: Checkpointer?
    private var check: IdleCheck?
    private var disk: DiskWatch?
    private var house: StoreFolder?
    private var isUnderWay = false
    private var isOver = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(
        writer: Writer, readers: Readers, checkpointer: Checkpointer, check: IdleCheck, disk: DiskWatch?,
        house: StoreFolder
    ) {
        self.writer = writer
        self.readers = readers
        self.checkpointer = checkpointer
        self.check = check
        self.disk = disk
        self.house = house
    }

    /// Of a store without threads: there is nothing to end.
    init() { isOver = true }

    func close() async {
        lock.lock()
        let writer = writer
        lock.unlock()
        await writer?.queue.close()
        await withCheckedContinuation { (continuation) in
            lock.lock()
            if isOver {
                lock.unlock()
                return continuation.resume()
            }
            waiting.append(continuation)
            let isFirst = !isUnderWay
            isUnderWay = true
            lock.unlock()
            // The threads are waited for on a thread, since waiting blocks.
            if isFirst { WorkerThread.start("store-closing") { self.end() } }
        }
    }

    private func end() {
        check?.close()
        disk?.close()
        readers?.close()
        checkpointer?.close()
        lock.lock()
        writer = nil
        readers = nil
        checkpointer = nil
        check = nil
        disk = nil
        house = nil
        isOver = true
        let all = waiting
        waiting = []
        lock.unlock()
        for continuation in all { continuation.resume() }
    }
}
