import Foundation
import Store
import Testing
import Wire

/// Mirrors `Store`.
@Suite("Durable engines: closing, killing, opening", .timeLimit(.minutes(10)))
struct DurabilityTests {
    /// A copy of a store's files as they were at one moment: what a kill at that moment would leave.
    static func copyFiles(of folder: TemporaryFolder) throws -> TemporaryFolder {
        let names = ["sotto.end", "sotto.db", "sotto.db-wal"]
        func read() -> [Data?] { names.map { FileManager.default.contents(atPath: folder.store + "/" + $0) } }
        // The store copies its log back while nobody asks it anything: what two readings agree in was there between
        // them, all at once.
        var files = read()
        while true {
            let again = read()
            if again == files { break }
            files = again
        }
        let copy = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: copy.store, withIntermediateDirectories: true)
        for (name, bytes) in zip(names, files) {
            if let bytes { try bytes.write(to: URL(fileURLWithPath: copy.store + "/" + name)) }
        }
        return copy
    }

    private func fill(_ store: Store) async throws {
        try await store.register(accounts: 4)
        try await store.write { (tables) throws(Problem) in
            try tables.insertConversation(Sample.dm(1, 1, 2))
            try tables.insertConversation(Sample.group(2))
            try tables.put(Sample.member(1, of: 2, role: .owner))
        }
        for client in 1...30 {
            _ = try await store.append(Sample.envelope(client, to: [.number(2), .number(3)], conversation: 1))
            _ = try await store.append(Sample.post(100 + client, in: 2))
            if client == 12 { try await store.trim(.number(2), through: 12) }
        }
        try await store.trim(.number(3), through: 30)
    }

    @Test("everything is there after closing and opening", arguments: Engine.allCases)
    func reopen(_ engine: Engine) async throws {
        let folder = try TemporaryFolder()
        var store = try engine.open(in: folder)
        try await fill(store)
        for round in 0..<3 {
            await store.close()
            store = try engine.open(in: folder)
            let numbers = try await store.drain(.number(2)).compactMap { $0.number?.rawValue }
            #expect(numbers == Array(13...(30 + UInt64(round))))
            #expect(try await store.queueState(.number(3)).deliveredThrough == QueueNumber(30))
            #expect(try await store.drain(.number(3)).isEmpty)
            #expect(try await store.entries(2, .newest, limit: 100).count == 30)
            for client in 1...30 {
                #expect(try await store.accepted(client)?.seq == SequenceNumber(UInt64(client)))
                #expect(try await store.accepted(100 + client)?.conversation == .number(2))
                let inCommand = try await store.write(checksFirst: true) { (tables) throws(Problem) in
                    try tables.accepted(from: .number(1), clientID: .number(client))
                }
                #expect(inCommand?.seq == SequenceNumber(UInt64(client)))
            }
            let next = try await store.append(Sample.envelope(1_000 + round, to: [.number(2)], conversation: 1))
            #expect(next.numbers == [QueueNumber(UInt64(31 + round))])
            #expect(next.seq == SequenceNumber(UInt64(31 + round)))
        }
        await store.close()
    }

    @Test("numbers go on after all rows of a queue were delivered and deleted", arguments: Engine.allCases)
    func headsOutliveRows(_ engine: Engine) async throws {
        let folder = try TemporaryFolder()
        var store = try engine.open(in: folder)
        try await store.register(accounts: 2)
        var lastID = MessageID(0)
        for round in 0..<4 {
            for index in 0..<7 {
                let appended = try await store.append(Sample.envelope(round * 100 + index, to: [.number(2)]))
                #expect(appended.numbers == [QueueNumber(UInt64(round * 7 + index + 1))])
                #expect(appended.id > lastID)
                lastID = appended.id
            }
            try await store.trim(.number(2), through: UInt64.max)
            await store.close()
            store = try engine.open(in: folder)
            #expect(store.status().storedRows == 0)
            #expect(try await store.queueState(.number(2)).head == QueueNumber(UInt64(round * 7 + 7)))
        }
        await store.close()
    }

    @Test("a copy of the files at any moment holds all that was answered", arguments: Engine.allCases)
    func kill(_ engine: Engine) async throws {
        let folder = try TemporaryFolder()
        var configuration = engine == .sqlite ? StoreConfiguration() : Engine.often
        configuration.checkpointByteCount = 1 << 30
        configuration.walByteCountMax = 1 << 30
        let store = try Store.open(folder: folder.store, configuration: configuration)
        try await store.register(accounts: 3)
        try await store.write { (tables) throws(Problem) in try tables.insertConversation(Sample.dm(1, 1, 2)) }
        var acknowledged: UInt64 = 0
        for round in 1...25 {
            var given: [AppendedEnvelopes] = []
            for index in 0..<7 {
                given.append(
                    try await store.append(
                        Sample.envelope(round * 10 + index, to: [.number(2), .number(3)], conversation: 1)))
            }
            if round.isMultiple(of: 3) {
                acknowledged = UInt64(round * 7 - 3)
                try await store.trim(.number(2), through: acknowledged)
            }
            let copy = try Self.copyFiles(of: folder)
            let opened = try engine.open(in: copy)
            let two = try await opened.drain(.number(2)).compactMap { $0.number?.rawValue }
            // What was acknowledged may come once more; what was not must come.
            #expect(two.last == UInt64(round * 7))
            #expect(two == Array((two.first ?? 1)...UInt64(round * 7)))
            #expect((two.first ?? 1) <= acknowledged + 1)
            let three = try await opened.drain(.number(3))
            #expect(three.compactMap { $0.number?.rawValue } == Array(1...UInt64(round * 7)))
            for (index, appended) in given.enumerated() {
                #expect(try await opened.accepted(round * 10 + index)?.id == appended.id)
            }
            #expect(try await opened.accepted(10)?.seq == SequenceNumber(1))
            let next = try await opened.append(Sample.envelope(9_999, to: [.number(2)], conversation: 1))
            #expect(next.numbers == [QueueNumber(UInt64(round * 7 + 1))])
            #expect(next.seq == SequenceNumber(UInt64(round * 7 + 1)))
            #expect(next.id > (given.last?.id ?? MessageID(0)))
            await opened.close()
        }
        await store.close()
    }

    @Test("rows go with their last copy, before and after a flush, and not sooner", arguments: Engine.allCases)
    func rowsGo(_ engine: Engine) async throws {
        let folder = try TemporaryFolder()
        var store = try engine.open(in: folder)
        try await store.register(accounts: 3)
        for client in 1...40 { _ = try await store.append(Sample.envelope(client, to: [.number(2), .number(3)])) }
        await store.close()
        store = try engine.open(in: folder)
        #expect(store.status().storedRows == 40)
        try await store.trim(.number(2), through: 40)
        await store.close()
        store = try engine.open(in: folder)
        #expect(store.status().storedRows == 40)
        #expect(try await store.drain(.number(3)).count == 40)
        try await store.trim(.number(3), through: 25)
        await store.close()
        store = try engine.open(in: folder)
        #expect(store.status().storedRows == 15)
        try await store.write { (tables) throws(Problem) in try tables.removeDevice(.number(3)) }
        await store.close()
        store = try engine.open(in: folder)
        #expect(store.status().storedRows == 0)
        await store.close()
    }

    @Test("envelopes that ran out are deleted, the memory of the sends a day after them", arguments: Engine.allCases)
    func expiry(_ engine: Engine) async throws {
        let folder = try TemporaryFolder()
        var store = try engine.open(in: folder)
        try await store.register(accounts: 2)
        for client in 1...40 { _ = try await store.append(Sample.envelope(client, to: [.number(2)])) }
        await store.close()
        store = try engine.open(in: folder)
        let almost = Timestamp.start.adding(seconds: Limits.idempotencySeconds - 1)
        _ = try await store.write { (tables) throws(Problem) in try tables.removeExpired(now: almost, limit: 100) }
        await store.close()
        store = try engine.open(in: folder)
        for client in 1...40 { #expect(try await store.accepted(client) != nil) }
        let old = Timestamp.start.adding(seconds: 46 * 86_400)
        let goneCount = try await store.write { (tables) throws(Problem) in
            try tables.removeExpired(now: old, limit: 100)
        }
        #expect(goneCount == 40)
        await store.close()
        store = try engine.open(in: folder)
        #expect(store.status().storedRows == 0)
        #expect(try await store.accepted(1) == nil)
        #expect(try await store.append(Sample.envelope(41, to: [.number(2)])).numbers == [QueueNumber(41)])
        await store.close()
    }

    @Test("a second open of the same folder is refused until the first is closed")
    func lock() async throws {
        let folder = try TemporaryFolder()
        let store = try Engine.sqlite.open(in: folder)
        #expect(throws: StoreError.locked(folder: "store")) { try Engine.sqlite.open(in: folder) }
        await store.close()
        await (try Engine.sqlite.open(in: folder)).close()
    }

    @Test("the folder and the files are for their owner alone")
    func modes() async throws {
        let folder = try TemporaryFolder()
        let store = try Engine.sqlite.open(in: folder)
        try await store.register(accounts: 1)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(folder.store) == 0o700)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.store)
        #expect(names.sorted() == ["sotto.db", "sotto.db-shm", "sotto.db-wal", "sotto.end"])
        for name in names { #expect(try mode(folder.store + "/" + name) == 0o600, "\(name)") }
        await store.close()
        // Closed means closed, even while somebody still holds the store: one file holds everything, and one notes it.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.store).sorted() == ["sotto.db", "sotto.end"])
        #expect(store.status().commits >= 1)
    }
}
