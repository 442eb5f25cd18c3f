import Foundation
public import Store
public import Wire

/// A store in a folder of its own, for tests of what stands on one. The folder goes away with it.
public final class HeldStore: Sendable {
    public let store: Store
    private let folder: String

    public init(shard: Shard = .ofTests) {
        let url = FileManager.default.temporaryDirectory.appending(path: "held-\(UUID().uuidString)")
        folder = url.path
        do {
            var configuration = StoreConfiguration()
            configuration.readerCount = 1
            configuration.shard = shard
            store = try Store.open(folder: folder, configuration: configuration)
        } catch {
            preconditionFailure("no store for a test: \(error)")
        }
    }

    deinit {
        // The store closes itself when nobody has it any more; its files need no name for that.
        try? FileManager.default.removeItem(atPath: folder)
    }
}
