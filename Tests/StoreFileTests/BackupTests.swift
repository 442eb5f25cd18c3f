import Store
import Testing
import Wire

/// Mirrors `Store`.
@Suite("Backups", .timeLimit(.minutes(10)))
struct BackupTests {
    @Test("a copy that SQLite makes while sends go on is a store with everything answered before it")
    func vacuumInto() async throws {
        let folder = try TestFolder()
        var configuration = StoreConfiguration()
        configuration.flushRowCount = 64
        configuration.acceptedListCountMin = 16
        let store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.prepare()
        try await withThrowingTaskGroup(of: Void.self) { (group) in
            group.addTask {
                for client in UInt64(1)...1_500 { _ = try await store.send(client) }
            }
            group.addTask {
                for _ in 0..<5 {
                    let answered = try await store.drain().count
                    let copy = try TestFolder()
                    try folder.execute("VACUUM INTO '\(copy.database)'")
                    // A copy is another moment: it has no note, and is not served before somebody says so.
                    #expect(throws: StoreError.lost(folder: copy.name, .noteMissing)) {
                        try Store.open(folder: copy.path)
                    }
                    let accepted = try Store.acceptLoss(folder: copy.path)
                    let opened = try Store.open(folder: copy.path)
                    let queue = try await opened.drain()
                    #expect(queue.count >= answered)
                    #expect(queue.compactMap { $0.number?.rawValue } == (0..<UInt64(queue.count)).map { $0 + 1 })
                    let next = try await opened.send(9_000)
                    #expect(next.numbers == [QueueNumber(UInt64(queue.count) + 1 + accepted.skippedCount)])
                    await opened.close()
                }
            }
            try await group.waitForAll()
        }
        await store.close()
    }
}
