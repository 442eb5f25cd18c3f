import Foundation
import Testing
import Wire

@testable import Store

/// Mirrors `DiskSpace`, `DiskWatch`, `ReserveFile`.
@Suite("Room on the disk", .timeLimit(.minutes(10)), .serialized) struct DiskTests {
    private func refused(_ free: UInt64, before: Growth? = nil) -> Growth? {
        DiskSpace(freeByteCount: free, byteCount: 10_000).refused(floor: 1_000, before: before)
    }

    @Test("files are refused first, then open posts, then messages, and what makes room never")
    func steps() {
        #expect(refused(1_000) == nil)
        #expect(refused(999) == .files && refused(500) == .files)
        #expect(refused(499) == .posts && refused(250) == .posts)
        #expect(refused(249) == .messages && refused(0) == .messages)
    }

    @Test("what was refused comes back when there is an eighth more room than that, a step at a time")
    func back() {
        #expect(refused(1_100, before: .files) == .files && refused(1_130, before: .files) == nil)
        #expect(refused(550, before: .posts) == .posts && refused(570, before: .posts) == .files)
        #expect(refused(1_100, before: .messages) == .files && refused(5_000, before: .messages) == nil)
        #expect(refused(300, before: .files) == .posts, "down at once")
    }

    @Test("the floor is a twentieth of the disk, or what is asked for where that is more")
    func floor() {
        let space = DiskSpace(freeByteCount: 1, byteCount: 20_000)
        #expect(space.floor(atLeast: 0) == 1_000 && space.floor(atLeast: 1_001) == 1_001)
    }

    @Test("below the floor a command is refused by what it grows, and one that says nothing first")
    func refusals() async throws {
        let folder = try TestFolder()
        let space = try #require(DiskSpace(of: folder.path))
        for (index, growth) in Growth.allCases.dropLast(2).enumerated() {
            var configuration = StoreConfiguration()
            // So that the disk, as it is, is below it by one step more each time.
            configuration.floorByteCount = space.freeByteCount / 4 * [5, 12, 24][index]
            let store = try Store.open(folder: folder.path, configuration: configuration)
            #expect(store.status().disk?.refused == growth)
            for tried in Growth.allCases {
                #expect(await refusal(store, growing: tried) == (tried <= growth ? .storageFull : nil))
            }
            #expect(await refusal(store, growing: nil) == .storageFull)
            // What only removes goes through whatever its command is.
            try await store.write { (tables) throws(Problem) in
                try tables.remove(SettingRow.byName, "test.\(Growth.nothing)")
            }
            // So does what is delivered.
            try await store.trim(through: 1)
            await store.close()
        }
    }

    private func refusal(_ store: Store, growing growth: Growth?) async -> ProblemCode? {
        do throws(Problem) {
            try await store.write { (tables) throws(Problem) in
                if let growth { tables.growth = growth }
                try tables.put(SettingRow(name: "test.\(growth ?? .nothing)", value: [1]))
            }
            return nil
        } catch {
            return error.code
        }
    }

    @Test("at zero free bytes deliveries, logins and deletions go through, by the reserve and not without it",
        .enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"))
    func reserve() async throws {
        guard let disk = try SmallDisk(megabytes: 64) else { return }
        var configuration = StoreConfiguration()
        configuration.floorByteCount = 0
        let without = try Store.open(folder: disk.path + "/store", configuration: configuration)
        try await without.prepare()
        for client in UInt64(1)...200 { _ = try await without.send(client) }
        try disk.fill(leaving: 0)
        #expect(await makeRoom(without) == .storageFull, "nothing was kept for it")
        await without.close()
        try disk.makeRoom()

        configuration.reserveByteCount = 16 << 20
        let store = try Store.open(folder: disk.path + "/store", configuration: configuration)
        #expect(store.status().disk?.hasReserve == true)
        let (states, told) = AsyncStream.makeStream(of: DiskState.self)
        store.watchDisk { told.yield($0) }
        var seen = states.makeAsyncIterator()
        try disk.fill(leaving: 0)
        while let state = await seen.next(), state.refused != .messages {}
        // Messages are refused before the reserve is touched.
        #expect(await problem { () async throws(Problem) in _ = try await store.send(900) } == .storageFull)
        #expect(await makeRoom(store) == nil)
        #expect(store.status().disk?.hasReserve == false, "it was given up")
        #expect(await problem { () async throws(Problem) in _ = try await store.send(901) } == .storageFull)

        try disk.makeRoom()
        while let state = await seen.next(), state.refused != nil {}
        #expect(store.status().disk?.hasReserve == true, "it is kept again")
        _ = try await store.send(902)
        await store.close()
    }

    @Test("commits that only change rows go on at zero free bytes, a hundred times the reserve and more",
        .enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"))
    func changes() async throws {
        guard let disk = try SmallDisk(megabytes: 64) else { return }
        let store = try openReserving(on: disk)
        try await store.prepare()
        for client in UInt64(1)...200 { _ = try await store.send(client) }
        try disk.fill(leaving: 0)
        // The log holds what is sent before the disk is seen to be full; it is copied back in the reserve, although
        // there is always somebody who reads.
        let pageCount = try await withThrowingTaskGroup(of: Int?.self) { (group) in
            for _ in 0..<2 {
                group.addTask {
                    while !Task.isCancelled { _ = try await store.drain() }
                    return nil
                }
            }
            group.addTask { try await changes(store, count: 30_000) }
            defer { group.cancelAll() }
            while let count = try await group.next() { if let count { return count } }
            return 0
        }
        #expect(pageCount * Checkpointer.pageByteCount > 100 * Self.reserveByteCount)
        #expect(store.status().disk?.hasReserve == false, "it was given up")
        await store.close()
    }

    @Test("below a quarter of the reserve logins are refused too, and what makes room is not",
        .enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"))
    func logins() async throws {
        guard let disk = try SmallDisk(megabytes: 64) else { return }
        let store = try openReserving(on: disk)
        let (states, told) = AsyncStream.makeStream(of: DiskState.self)
        store.watchDisk { told.yield($0) }
        var seen = states.makeAsyncIterator()
        try disk.fill(leaving: 0)
        _ = try await changes(store, count: 2_000)
        #expect(store.status().disk?.hasReserve == false, "it was given up")
        #expect(await refusal(store, growing: .logins) == nil)
        try disk.fill(leaving: 512 << 10)
        while let state = await seen.next(), state.refused != .logins {}
        #expect(await refusal(store, growing: .logins) == .storageFull)
        #expect(await refusal(store, growing: .nothing) == nil)
        try disk.makeRoom()
        while let state = await seen.next(), state.refused != nil {}
        #expect(await refusal(store, growing: .files) == nil)
        await store.close()
    }

    private static let reserveByteCount = 4 << 20

    /// A store that refuses nothing before the disk is full, and has a reserve for then.
    private func openReserving(on disk: SmallDisk) throws -> Store {
        var configuration = StoreConfiguration()
        configuration.floorByteCount = 0
        configuration.reserveByteCount = Self.reserveByteCount
        return try Store.open(folder: disk.path + "/store", configuration: configuration)
    }

    @Test("a file system that takes no space ahead has no reserve, and nothing waits for one")
    func impossible() throws {
        let folder = try TestFolder()
        // Longer than a file may be, which more room does not change.
        let reserve = try ReserveFile(in: folder.path, byteCount: .max)
        #expect(!reserve.isHeld && !reserve.isPossible && !reserve.take())
    }

    /// Writes the same few rows again and again, a commit each.
    /// - Returns: the pages that it wrote at least.
    private func changes(_ store: Store, count: Int) async throws -> Int {
        for index in 0..<count {
            try await store.write { (tables) throws(Problem) in
                tables.growth = .nothing
                let value = [UInt8](repeating: UInt8(index & 0xFF), count: 3_000)
                try tables.put(SettingRow(name: "login.\(index % 20)", value: value))
            }
        }
        return count * 2
    }

    /// Says that all is delivered, and writes as much as many logins do.
    private func makeRoom(_ store: Store) async -> ProblemCode? {
        await problem { () async throws(Problem) in
            try await store.trim(through: 100)
            for index in 0..<60 {
                try await store.write { (tables) throws(Problem) in
                    tables.growth = .nothing
                    try tables.put(
                        SettingRow(name: "login.\(index % 20)", value: [UInt8](repeating: UInt8(index), count: 3_000)))
                }
            }
        }
    }

    private func problem(_ body: () async throws(Problem) -> Void) async -> ProblemCode? {
        do throws(Problem) {
            try await body()
            return nil
        } catch {
            return error.code
        }
    }
}
