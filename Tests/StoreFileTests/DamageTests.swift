import Foundation
import TestKit
import Testing
import Wire

@testable import Store

@Suite("Damage", .timeLimit(.minutes(10)))
struct DamageTests {
    /// Head and one copy's place before the body.
    private static let bytesBeforeBody = LogRecord.headByteCount + LogRecord.copyByteCount

    /// Flips one bit in the record of each of some sends.
    private func flip(_ clients: some Sequence<UInt64>, in folder: TestFolder, _ random: inout SplitMix) throws {
        try folder.edit { (bytes) in
            for client in clients {
                let body = Sample.body(client)
                let place = try #require(bytes.range(of: Data(body)))
                let start = place.lowerBound - Self.bytesBeforeBody
                let offset = start + Int(random.next() % UInt64(place.upperBound - start))
                bytes[offset] ^= 1 << UInt8(random.next() % 8)
            }
        }
    }

    @Test("every bit flipped in a stored record is noticed, and costs that row alone", arguments: [21, 22, 23])
    func flippedBits(_ seed: UInt64) async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path)
        try await store.prepare()
        for client in 1...300 { _ = try await store.send(UInt64(client)) }
        await store.close()
        var random = SplitMix(seed: seed)
        for round in 0..<8 {
            let copy = try folder.copy()
            let damaged = Set((0..<20).map { _ in 1 + random.next() % 300 })
            try flip(damaged, in: copy, &random)
            let opened = try Store.open(folder: copy.path)
            let served = try await opened.drain()
            let expected = (1...300).map { UInt64($0) }.filter { !damaged.contains($0) }
            #expect(served.compactMap { $0.number?.rawValue } == expected, "seed \(seed), round \(round)")
            #expect(served.map(\.body) == expected.map { Sample.body($0) })
            #expect(opened.status().damagedRows == UInt64(damaged.count))
            _ = try await opened.drain()
            #expect(opened.status().damagedRows == UInt64(damaged.count))
            #expect(try await opened.send(1_000).numbers == [QueueNumber(301)])
            await opened.close()
        }
    }

    @Test("numbers that a damaged row may have taken are never given again")
    func damagedTail() async throws {
        let folder = try TestFolder()
        var configuration = StoreConfiguration()
        configuration.idleMilliseconds = 60_000
        let store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.prepare(accounts: 3)
        for client in 1...50 { _ = try await store.send(UInt64(client)) }
        let copy = try folder.copy()
        await store.close()
        // Out of the write-ahead log, which has checksums of its own, into the file; not flushed into the tables.
        try copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        var random = SplitMix(seed: 4)
        try flip([20, 50], in: copy, &random)
        for round in 0..<2 {
            let opened = try Store.open(folder: copy.path)
            #expect(opened.status().damagedRows == (round == 0 ? 2 : 0))
            let served = try await opened.drain()
            let expected = (1...49).map { UInt64($0) }.filter { $0 != 20 }
            #expect(Array(served.compactMap { $0.number?.rawValue }.prefix(48)) == expected)
            let next = try await opened.send(UInt64(100 + round))
            #expect(next.numbers[0].rawValue >= 51)
            #expect((next.seq?.rawValue ?? 0) >= 51)
            let first = try await opened.send(UInt64(200 + round), to: [Sample.address(3)])
            #expect(first.numbers[0].rawValue >= 3)
            await opened.close()
        }
    }

    @Test("a file that is no store, is cut short or lost its head is refused, never taken for an empty one")
    func brokenFiles() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path)
        try await store.prepare()
        for client in 1...100 { _ = try await store.send(UInt64(client)) }
        await store.close()
        let whole = try Data(contentsOf: URL(filePath: folder.database)).count
        let edits: [(String, (inout Data) -> Void)] = [
            ("no database", { $0.replaceSubrange(0..<16, with: Data("not a database!!".utf8)) }),
            ("half a page", { $0 = $0.prefix(4_000) }),
            ("head of zeros", { $0.replaceSubrange(0..<8_192, with: Data(count: 8_192)) }),
            ("first pages only", { $0 = $0.prefix(8_192 * 2) }),
        ]
        for (name, edit) in edits {
            let copy = try folder.copy()
            try copy.edit(edit)
            do {
                let opened = try Store.open(folder: copy.path)
                // It opened: then it must fail, not answer with nothing.
                await #expect(throws: Problem.self, "\(name)") { try await opened.drain() }
                await opened.close()
            } catch {
                #expect("\(error)".contains("sotto.db"), "\(name): \(error)")
            }
        }
        #expect(try Data(contentsOf: URL(filePath: folder.database)).count == whole)
    }

    @Test("a file that was cut at the end of a page is refused, with a log of other pages beside it or without")
    func cutFiles() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.fill()
        await store.close()
        let again = try Store.open(folder: folder.path, configuration: .still)
        _ = try await again.send(9_000)
        let killed = try folder.copy()
        await again.close()
        for source in [folder, killed] {
            let pageCount = try Data(contentsOf: URL(filePath: source.database)).count / 8_192
            try #require(pageCount > 20)
            // The last page may be in the log, and then it is not missing.
            for kept in (source === folder ? [pageCount - 1] : []) + [pageCount / 2, 1] {
                let copy = try source.copy()
                try copy.edit { $0 = $0.prefix(kept * 8_192) }
                let refusal = #expect(throws: StoreError.self) { try Store.open(folder: copy.path) }
                #expect("\(refusal as Any)".contains("pages early"), "\(kept): \(refusal as Any)")
                #expect(throws: StoreError.self) { try Store.acceptLoss(folder: copy.path) }
                #expect(try StoreCheck.end(folder: copy.path)?.contains("pages early") == true)
                let named = #expect(throws: StoreError.self) { try StoreCheck.run(folder: copy.path) }
                #expect("\(named as Any)".contains("pages early"))
            }
        }
    }

    @Test("a missing shared-memory file is made again")
    func missingSharedMemory() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path)
        try await store.prepare()
        _ = try await store.send(1)
        let copy = try folder.copy()
        #expect(!FileManager.default.fileExists(atPath: copy.database + "-shm"))
        let opened = try Store.open(folder: copy.path)
        #expect(try await opened.drain().count == 1)
        await opened.close()
        await store.close()
    }

    @Test("a folder that cannot be is named by its last part alone")
    func unreachable() throws {
        let folder = try TestFolder()
        try Data().write(to: URL(filePath: folder.path + "/file"))
        for path in [folder.path + "/file/store", folder.path + "/a/b/c", folder.path + "/file"] {
            do {
                _ = try Store.open(folder: path)
                Issue.record("opened \(path)")
            } catch {
                #expect(!"\(error)".contains("/"), "\(error)")
            }
        }
    }

    @Test("a setting out of its bounds is named")
    func configuration() throws {
        var configuration = StoreConfiguration()
        configuration.readerCount = 0
        let folder = try TestFolder()
        #expect(throws: StoreError.configuration(setting: "readerCount", allowed: "1 to 64")) {
            try Store.open(folder: folder.path, configuration: configuration)
        }
    }
}
