import CSQLite
import Foundation
import Store
import TestKit
import Testing
import Wire

/// Mirrors `Writer`, `SQLFailure`.
@Suite("Full and busy disks", .timeLimit(.minutes(10)), .serialized)
struct FullDiskTests {
    /// Sends until the store is full, checks that it keeps its word, makes room by delivering, and sends again.
    private func fillAndResume(_ folder: String, _ configuration: StoreConfiguration) async throws {
        var store = try Store.open(folder: folder, configuration: configuration)
        try await store.prepare()
        var client: UInt64 = 0
        for round in 0..<4 {
            var accepted: [UInt64] = []
            var refusal: Problem?
            let refusedBefore = store.status().refusedBatches
            while refusal == nil {
                do throws(Problem) {
                    // In parallel, so that whole batches fail and not only single sends.
                    let clients = (1...64).map { client + UInt64($0) }
                    client += 64
                    accepted += try await parallel(store, clients)
                } catch {
                    refusal = error
                }
            }
            #expect(refusal?.code == .storageFull, "\(String(describing: refusal))")
            // It may have made room by now, so only the count is sure to tell.
            #expect(store.status().refusedBatches > refusedBefore)
            // Nothing accepted is lost, and nothing refused is remembered.
            let waiting = try await store.drain()
            #expect(waiting.count >= accepted.count)
            let numbers = waiting.compactMap { $0.number?.rawValue }
            #expect(numbers == Array((numbers.first ?? 1)..<(numbers.first ?? 1) + UInt64(numbers.count)))
            for id in accepted.suffix(20) {
                let row = try await store.read { (tables) throws(Problem) in
                    try tables.accepted(from: Sample.sender, clientID: Sample.client(id))
                }
                #expect(row != nil)
            }
            if round == 2 {
                await store.close()
                store = try Store.open(folder: folder, configuration: configuration)
                #expect(try await store.drain().compactMap { $0.number?.rawValue } == numbers)
            }
            // Delivering needs no space, and makes some.
            try await store.trim(through: UInt64.max)
            #expect(try await store.drain().isEmpty)
            var isBack = false
            for attempt in 0..<2_000 where !isBack {
                isBack = (try? await store.send(1_000_000 + UInt64(round) * 10_000 + UInt64(attempt))) != nil
                if !isBack { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(isBack, "round \(round)")
            #expect(store.status().refusesWrites == nil)
            try await store.trim(through: UInt64.max)
        }
        await store.close()
    }

    /// - Returns: those accepted. Throws the first refusal when there is any.
    private func parallel(_ store: Store, _ clients: [UInt64]) async throws(Problem) -> [UInt64] {
        let outcomes = await withTaskGroup(of: Problem?.self) { (group) in
            for client in clients {
                group.addTask {
                    do throws(Problem) {
                        _ = try await store.send(client)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        if let problem = outcomes.compactMap({ $0 }).first { throw problem }
        return clients
    }

    @Test("a file at its bound refuses writes, serves reads, and takes writes again when there is room")
    func bound() async throws {
        let folder = try TestFolder()
        var configuration = StoreConfiguration()
        // The empty tables take half a megabyte of it.
        configuration.fileByteCountMax = 2 << 20
        configuration.flushRowCount = 200
        configuration.idleMilliseconds = 1
        configuration.idleFlushSpacingMilliseconds = 0
        try await fillAndResume(folder.path, configuration)
    }

    @Test("another program that holds the file delays writes, and loses none")
    func busy() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path)
        try await store.prepare()
        _ = try await store.send(1)
        var other: OpaquePointer?
        defer { sqlite3_close(other) }
        try #require(sqlite3_open(folder.database, &other) == SQLITE_OK)
        try #require(sqlite3_exec(other, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK)
        do throws(Problem) {
            _ = try await store.send(2)
            Issue.record("a send passed a lock")
        } catch {
            #expect(error.code == .overloaded)
            #expect(error.retryAfterSeconds != nil)
        }
        #expect(try await store.drain().count == 1)
        try #require(sqlite3_exec(other, "ROLLBACK", nil, nil, nil) == SQLITE_OK)
        #expect(try await store.send(2).numbers == [QueueNumber(2)])
        await store.close()
    }

    @Test("a disk that runs full refuses writes, serves reads, and takes writes again when there is room",
        .enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"))
    func disk() async throws {
        guard let disk = try SmallDisk(megabytes: 6) else { return }
        let store = try Store.open(folder: disk.path + "/store")
        try await store.prepare()
        try disk.fill()
        var acceptedCount: UInt64 = 0
        var refusal: Problem?
        for client in 1...5_000 where refusal == nil {
            do throws(Problem) {
                _ = try await store.send(UInt64(client))
                acceptedCount += 1
            } catch {
                refusal = error
            }
        }
        #expect(refusal?.code == .storageFull)
        #expect(store.status().refusesWrites != nil)
        #expect(try await store.drain().compactMap { $0.number?.rawValue } == (0..<acceptedCount).map { $0 + 1 })
        try disk.makeRoom()
        #expect(try await store.send(9_000).numbers == [QueueNumber(acceptedCount + 1)])
        #expect(store.status().refusesWrites == nil)
        await store.close()
        let opened = try Store.open(folder: disk.path + "/store")
        #expect(try await opened.drain().compactMap { $0.number?.rawValue } == Array(1...acceptedCount + 1))
        await opened.close()
    }
}

/// A small file system of its own in memory.
final class SmallDisk {
    static var isPossible: Bool { getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/bin/mount") }

    let path: String
    private let folder: TestFolder

    /// `nil` where the system does not let even root mount.
    init?(megabytes: Int) throws {
        folder = try TestFolder()
        path = folder.path
        guard try Self.run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "none", path]) else { return nil }
    }

    deinit { _ = try? Self.run("/bin/umount", ["-l", path]) }

    /// Takes what space is left, but for so much.
    func fill(leaving byteCount: Int = 300_000) throws {
        _ = FileManager.default.createFile(atPath: path + "/ballast", contents: nil)
        let file = try FileHandle(forWritingTo: URL(filePath: path + "/ballast"))
        defer { try? file.close() }
        while let free = try FileManager.default.attributesOfFileSystem(forPath: path)[.systemFreeSize] as? Int,
            free > byteCount
        { try file.write(contentsOf: Data(count: min(65_536, free - byteCount))) }
    }

    /// Cut first: a child that was forked meanwhile may hold the file a while longer, and with it the room.
    func makeRoom() throws {
        try #require(truncate(path + "/ballast", 0) == 0)
        try FileManager.default.removeItem(atPath: path + "/ballast")
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> Bool {
        try ChildProcess([program] + arguments, isHeard: false).wait() == 0
    }
}
