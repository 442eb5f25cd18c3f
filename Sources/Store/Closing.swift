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
    private let over = Latch()

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
    init() { over.open() }

    func close() async {
        await lock.withLock { writer }?.queue.close()
        let isFirst = lock.withLock {
            defer { isUnderWay = true }
            return !isUnderWay && writer != nil
        }
        // The threads are waited for on a thread, since waiting blocks.
        if isFirst { WorkerThread.start("store-closing") { self.end() } }
        await over.wait()
    }

    private func end() {
        check?.close()
        disk?.close()
        readers?.close()
        checkpointer?.close()
        lock.withLock {
            writer = nil
            readers = nil
            checkpointer = nil
            check = nil
            disk = nil
            house = nil
        }
        over.open()
    }
}
