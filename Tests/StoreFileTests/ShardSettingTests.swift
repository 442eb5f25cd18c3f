import Foundation
import Testing
import Wire

@testable import Store

/// Mirrors `ShardSetting`.
@Suite("The shard of a store")
struct ShardSettingTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func open(as shard: Shard? = nil) throws -> Store {
        var configuration = StoreConfiguration()
        configuration.shard = shard
        return try Store.open(folder: folder.path, configuration: configuration)
    }

    private func found(as number: UInt16) async throws {
        let shard = try #require(Shard(number))
        let store = try open(as: shard)
        try await store.prepare()
        await store.close()
    }

    @Test("a store is founded as what it is told, stays it, and all its ids carry it", arguments: [
        0, 7, 0xFFF,
    ] as [UInt16])
    func founded(number: UInt16) async throws {
        try await found(as: number)
        let shard = try #require(Shard(number))
        for wanted in [nil, shard] {
            let store = try open(as: wanted)
            #expect(store.shard == shard)
            #expect(try await store.write { (tables) throws(Problem) in tables.shard } == shard)
            let client: UInt64 = wanted == nil ? 1 : 2
            #expect(try await store.send(client).id.shard == shard)
            let entry = try await store.write { (tables) throws(Problem) in
                try tables.append(Sample.post(10 + client, text: "x"))
            }
            #expect(entry.id.shard == shard)
            await store.close()
        }
    }

    @Test("a store that is told nothing draws its shard, and keeps it")
    func drawn() async throws {
        var shards: Set<Shard> = []
        for _ in 0..<6 {
            let folder = try TestFolder()
            let store = try Store.open(folder: folder.path)
            await store.close()
            let again = try Store.open(folder: folder.path)
            #expect(again.shard == store.shard)
            await again.close()
            shards.insert(store.shard)
        }
        #expect(shards.count > 1)
    }

    @Test("a store that is another shard is refused with one sentence, and left as it is")
    func other() async throws {
        try await found(as: 7)
        let before = try Data(contentsOf: URL(filePath: folder.database))
        let (seven, eight) = (try #require(Shard(7)), try #require(Shard(8)))
        let error = StoreError.otherShard(file: "sotto.db", found: seven, wanted: eight)
        #expect(throws: error) { try open(as: eight) }
        #expect(try Data(contentsOf: URL(filePath: folder.database)) == before)
        #expect(error.description.contains("shard 7") && error.description.contains("--shard 8"))
        #expect(error.description.split(separator: ".").count == 2, "one sentence, and the dot of a name")
        let store = try open()
        #expect(store.shard == seven)
        await store.close()
    }

    @Test("a store that does not say which it is does not open, whatever is asked for; verify names it", arguments: [
        "DELETE FROM setting WHERE name = 'shard'",
        "UPDATE setting SET value = x'0008' WHERE name = 'shard'",
        "UPDATE setting SET digest = digest + 1 WHERE name = 'shard'",
        "UPDATE setting SET name = 'Shard' WHERE name = 'shard'",
    ])
    func missing(damage: String) async throws {
        try await found(as: 7)
        try folder.execute(damage)
        let before = try Data(contentsOf: URL(filePath: folder.database))
        for wanted in [nil, Shard(7), Shard(8)] {
            #expect(throws: StoreError.noShard(file: "sotto.db")) { try open(as: wanted) }
        }
        #expect(try Data(contentsOf: URL(filePath: folder.database)) == before)
        #expect(try StoreCheck.run(folder: folder.path).findings.contains("setting: the shard is missing or damaged"))
    }

    @Test("a shard that is none does not open, though its digest fits", arguments: [
        [], [7], [0, 0, 7], [0x10, 0x00], [0xFF, 0xFF],
    ] as [[UInt8]])
    func malformed(value: [UInt8]) async throws {
        let store = try open(as: Shard(7))
        try await store.write { (tables) throws(Problem) in
            try tables.put(SettingRow(name: ShardSetting.name, value: value))
        }
        await store.close()
        #expect(throws: StoreError.noShard(file: "sotto.db")) { try open() }
    }

    @Test("messages of two stores have no id in common")
    func twoStores() async throws {
        var ids: Set<MessageID> = []
        for number in [1, 2] as [UInt16] {
            let folder = try TestFolder()
            var configuration = StoreConfiguration()
            configuration.shard = Shard(number)
            let store = try Store.open(folder: folder.path, configuration: configuration)
            try await store.prepare()
            // At the same moment by both clocks.
            for client in UInt64(1)...50 { ids.insert(try await store.send(client).id) }
            await store.close()
        }
        #expect(ids.count == 100)
    }
}
