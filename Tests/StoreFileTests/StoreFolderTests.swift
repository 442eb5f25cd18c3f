import Foundation
import Store
import Testing
import Wire

@Suite("The store's folder", .timeLimit(.minutes(10)))
struct StoreFolderTests {
    @Test("a log written ahead holds what was accepted, at every start, also after a crash")
    func logAhead() async throws {
        var configuration = StoreConfiguration()
        configuration.logByteCountAhead = 3 << 20
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.prepare()
        for client in 1...50 { _ = try await store.send(UInt64(client)) }
        // The files as a crash leaves them.
        let crashed = try folder.copy()
        let log = crashed.path + "/sotto.db-wal"
        let byteCount = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int
        #expect(byteCount == 3 << 20)
        let opened = try Store.open(folder: crashed.path, configuration: configuration)
        #expect(try await opened.drain().map(\.body) == (1...50).map { Sample.body($0) })
        _ = try await opened.send(51)
        await opened.close()
        let again = try Store.open(folder: crashed.path, configuration: configuration)
        #expect(try await again.drain().count == 51)
        await again.close()
        await store.close()
    }
}
