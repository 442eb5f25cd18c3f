import Threads
import Wire

/// What a store is made of, open and at rest. ``start()`` gives each part its thread; a simulation, which has but one,
/// steps them instead.
struct StoreParts {
    let shard: Shard
    let writer: Writer
    let readers: Readers
    /// One for each reader.
    let reading: [ReadableTables]
    let checkpointer: Checkpointer
    let check: IdleCheck
    let disk: DiskWatch?
    let house: StoreFolder

    /// Sets everything to work. It goes on until the store is closed.
    func start() -> Store {
        let (writer, checkpointer, check, disk) = (writer, checkpointer, check, disk)
        let closing = Closing(
            writer: writer, readers: readers, checkpointer: checkpointer, check: check, disk: disk, house: house)
        WorkerThread.start("store-writer", urgency: .realTime) { writer.work() }
        WorkerThread.start("store-checkpt") { checkpointer.work { (code) in writer.stop(code) } }
        WorkerThread.start("store-check") { check.work() }
        if let disk { WorkerThread.start("store-disk") { disk.work() } }
        readers.start(reading)
        return Store(shard: shard, writer: writer, readers: readers, disk: disk, closing: closing)
    }
}
