import Foundation
import TestKit
import Testing
import Wire

@testable import Store

/// Mirrors `StoreFolder`.
@Suite("The lock of a store", .timeLimit(.minutes(10)))
struct LockTests {
    @Test("no file can be removed, moved or linked so that two processes serve one store")
    func removed() async throws {
        let folder = try TestFolder()
        let victim = try Victim(folder.path, until: 200)
        defer { victim.kill() }
        let locked = StoreError.locked(folder: folder.name)
        #expect(throws: locked) { try Store.open(folder: folder.path) }
        #expect(throws: locked) { try Store.acceptLoss(folder: folder.path) }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where !name.hasPrefix("sotto.db") {
            try FileManager.default.removeItem(atPath: folder.path + "/" + name)
            #expect(throws: locked, "without \(name)") { try Store.open(folder: folder.path) }
        }
        // The same folder by another name.
        let alias = try TestFolder()
        try FileManager.default.createSymbolicLink(
            atPath: alias.path + "/link", withDestinationPath: folder.path)
        #expect(throws: StoreError.locked(folder: "link")) { try Store.open(folder: alias.path + "/link") }
        // The same file in another folder.
        let linked = try TestFolder()
        try FileManager.default.linkItem(atPath: folder.database, toPath: linked.database)
        #expect(throws: StoreError.locked(folder: linked.name)) { try Store.open(folder: linked.path) }
        // Another file in its place.
        try FileManager.default.moveItem(atPath: folder.database, toPath: folder.path + "/aside")
        #expect(throws: locked) { try Store.open(folder: folder.path) }
    }

    @Test("a lock dies with its process")
    func dies() async throws {
        let folder = try TestFolder()
        let victim = try Victim(folder.path, until: 50)
        victim.kill()
        let store = try Store.open(folder: folder.path)
        #expect(try await store.drain().count >= 50)
        await store.close()
    }
}
