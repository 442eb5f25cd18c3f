import Threads
import Testing
import Wire

@testable import Store

/// Mirrors `Readers`.
@Suite("Readers", .timeLimit(.minutes(10))) struct ReadersTests {
    /// Does something when nobody holds it any more.
    private final class Ending: Sendable {
        private let end: @Sendable () -> Void
        init(_ end: @escaping @Sendable () -> Void) { self.end = end }
        deinit { end() }
    }

    @Test("what a query holds ends with the query, and may ask the store again as it ends")
    func ending() async throws {
        let folder = try TestFolder()
        var configuration = StoreConfiguration.still
        configuration.readerCount = 1
        let store = try Store.open(folder: folder.path, configuration: configuration) {}
        await withCheckedContinuation { (done) in
            let lock = Lock()
            lock.lock()
            // Two wait behind this one, so that the first of them is not the last of the line when it ends.
            store.query { (_) in
                lock.lock()
                lock.unlock()
            }
            let ending = Ending { store.query { (_) in done.resume() } }
            store.query { (_) in withExtendedLifetime(ending) {} }
            store.query { (_) in }
            lock.unlock()
        }
        await store.close()
    }
}
