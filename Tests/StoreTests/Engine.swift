import Foundation
import Store
import Testing
import Wire

/// The store as it comes, and one that shows more of itself.
enum Engine: CaseIterable, CustomTestStringConvertible {
    case sqlite
    /// Flushes after every few rows, so that each test crosses the border between memory and tables.
    case sqliteFlushingOften

    var testDescription: String {
        switch self {
        case .sqlite: "SQLite"
        case .sqliteFlushingOften: "SQLite, flushing often"
        }
    }

    func open(in folder: TemporaryFolder, afterBatch: @escaping @Sendable () -> Void = {}) throws -> Store {
        switch self {
        case .sqlite: try Store.open(folder: folder.store, afterBatch: afterBatch)
        case .sqliteFlushingOften:
            try Store.open(folder: folder.store, configuration: Self.often, afterBatch: afterBatch)
        }
    }

    static var often: StoreConfiguration {
        var configuration = StoreConfiguration()
        configuration.flushRowCount = 4
        configuration.idleMilliseconds = 1
        configuration.idleFlushSpacingMilliseconds = 0
        configuration.sliceMicroseconds = 20
        configuration.acceptedRunCount = 16
        configuration.acceptedListCountMin = 3
        configuration.cachedRowCount = 2
        configuration.checkpointByteCount = 1 << 16
        configuration.walByteCountMax = 1 << 18
        return configuration
    }
}

/// A folder that goes away with the test.
final class TemporaryFolder: Sendable {
    let path: String

    /// Where the store goes: not made yet.
    var store: String { path + "/store" }
    var database: String { store + "/sotto.db" }

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Opens a store for the length of a test.
func withStore<R>(
    _ engine: Engine, afterBatch: @escaping @Sendable () -> Void = {}, _ body: (Store) async throws -> R
) async throws -> R {
    let folder = try TemporaryFolder()
    let store = try engine.open(in: folder, afterBatch: afterBatch)
    do {
        let result = try await body(store)
        await store.close()
        return result
    } catch {
        await store.close()
        throw error
    }
}
