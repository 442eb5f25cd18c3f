import SQLite
@testable import Store
import Testing
import Wire

/// What a run that was cut short left to be done.
/// Mirrors `LogRecovery`.
@Suite("Recovery")
struct RecoveryTests {
    @Test("what was acknowledged before a kill is deleted after it, though nothing comes for the device any more")
    func delivered() async throws {
        let folder = try TestFolder()
        var store = try Store.open(folder: folder.path, configuration: .still)
        try await store.prepare()
        for client: UInt64 in 1...3 { _ = try await store.send(client) }
        await store.close()

        // As a kill leaves it between the flush that writes an acknowledgement down and the deletions after it.
        store = try Store.open(folder: folder.path, configuration: .still)
        let killed = try folder.copy()
        await store.close()
        let connection = try Connection(path: killed.database, access: .readWrite)
        connection.setKeepsLog(true)
        let device = try #require(try connection.first("SELECT device FROM queue", read: { $0.integer(0) }))
        try connection.put(CursorRow(device: device, head: 3, delivered: 2))
        connection.close()

        let again = try Store.open(folder: killed.path, configuration: .still)
        #expect(try await again.drain().compactMap { $0.number?.rawValue } == [3])
        await again.close()
        let left = try Connection(path: killed.database, access: .readOnlyUnchanging)
        defer { left.close() }
        #expect(try left.rows("SELECT number FROM queue", read: { $0.integer(0) }) == [3])
        #expect(try left.rows("SELECT count(*) FROM log", read: { $0.integer(0) }) == [1])
        #expect(try StoreCheck.run(folder: killed.path).findings == [])
    }
}
