import Foundation
import Store
import Testing
import Wire

/// Mirrors what `Tables` says of deleted accounts and removed conversations.
@Suite("Contract: deletion", .timeLimit(.minutes(10)))
struct DeletionContractTests {
    private static func media(_ number: UInt64, of account: Int) -> MediaRow {
        MediaRow(
            media: MediaID(bytes: SixteenBytes(high: number, low: 1)),
            blob: BlobID(bytes: SixteenBytes(high: number, low: 2)), owner: .number(account), mediaClass: .sealed,
            state: .ready, byteCount: 10_000, sha256: nil, lifetime: .pinned, conversation: nil, createdAt: .start,
            uploadHash: [UInt8](repeating: UInt8(number), count: 32), uploadExpiresAt: .start, deleteHash: [9],
            expiresAt: nil, endsAt: nil)
    }

    private static func report(_ number: UInt8, by reporter: Int) -> ReportRow {
        ReportRow(
            report: [UInt8](repeating: number, count: 32), reporter: .number(reporter), sender: .number(3),
            isAttributed: true, message: MessageID(1), time: .start, reportedAt: .start, content: [number])
    }

    @Test("a removed account is found by nothing, and its hashes for ever", arguments: Engine.allCases)
    func accounts(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 2)
            let before = try await store.read { (tables) throws(Problem) in try tables.account(.number(1)) }
            let handle = try #require(before?.handle)
            let tombstone = TombstoneRow(
                accountHash: [UInt8](repeating: 1, count: 32), handleHash: [UInt8](repeating: 2, count: 32))
            let doomed = DoomedAccountRow(account: .number(1), device: DeviceID(7))
            try await store.write { (tables) throws(Problem) in
                #expect(try !tables.hasTombstone(hash: tombstone.accountHash))
                try tables.removeDevice(.number(1))
                try tables.removeAccount(.number(1))
                try tables.put(tombstone)
                try tables.put(doomed)
                #expect(try tables.account(.number(1)) == nil, "in the same batch")
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.account(.number(1)) == nil)
                #expect(try tables.row(AccountRow.byHandle, handle) == nil)
                #expect(try tables.account(.number(2)) != nil)
                #expect(try tables.hasTombstone(hash: tombstone.accountHash))
                #expect(try tables.hasTombstone(hash: tombstone.handleHash))
                #expect(try !tables.hasTombstone(hash: [3]))
                #expect(try tables.rows(DoomedAccountRow.inOrder, limit: 9) == [doomed])
                #expect(try tables.rows(DoomedAccountRow.inOrder, limit: 0).isEmpty)
            }
            try await store.write { (tables) throws(Problem) in
                try tables.removeAccount(.number(1))
                try tables.forget(.number(1))
                #expect(try tables.rows(DoomedAccountRow.inOrder, limit: 9).isEmpty)
                #expect(try tables.hasTombstone(hash: tombstone.accountHash))
            }
        }
    }

    @Test("media and reports of one account are found and go some at a time", arguments: Engine.allCases)
    func slices(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.write { (tables) throws(Problem) in
                for number: UInt64 in 1...5 {
                    try tables.putMedia(Self.media(number, of: number == 5 ? 2 : 1))
                    try tables.putReport(Self.report(UInt8(number), by: number == 5 ? 2 : 1))
                }
                let first = try tables.rows(MediaRow.ofAccount, .number(1), limit: 3).map(\.media)
                #expect(Set(first).count == 3)
                for media in first { try tables.removeMedia(media) }
                #expect(try tables.rows(MediaRow.ofAccount, .number(1), limit: 3).map(\.media).count == 1)
                #expect(try tables.rows(MediaRow.ofAccount, .number(2), limit: 3).map(\.media).count == 1)
                #expect(try tables.rows(DoomedBlobRow.inOrder, limit: 9).map(\.blob).count == 3)
                #expect(try tables.eraseRows(of: .number(1), limit: 3) == 3)
                #expect(try tables.eraseRows(of: .number(1), limit: 3) == 1)
                #expect(try tables.eraseRows(of: .number(1), limit: 3) == 0)
                #expect(try tables.count(ReportRow.inOrder) == 1)
            }
        }
    }

    /// Conversation 1 with `count` posts, conversation 2 with as many, and a dm.
    private func fill(_ store: Store, count: Int) async throws {
        try await store.register(accounts: 2)
        try await store.write { (tables) throws(Problem) in
            for number in 1...2 { try tables.insertConversation(Sample.group(number)) }
            try tables.insertConversation(Sample.dm(3, 1, 2))
        }
        for index in 0..<count {
            _ = try await store.append(Sample.post(index, in: 1))
            _ = try await store.append(Sample.post(1_000 + index, in: 2))
        }
    }

    @Test("a removed conversation leaves nothing, and takes nothing of the others along", arguments: Engine.allCases)
    func conversations(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await fill(store, count: 9)
            try await store.write { (tables) throws(Problem) in
                _ = try tables.append(Sample.post(50, in: 1))
                try tables.removeConversation(.number(1))
                try tables.removeConversation(.number(3))
                #expect(try tables.conversation(.number(1)) == nil)
                #expect(try tables.head(of: .number(1)) == SequenceNumber(0))
                #expect(try tables.dm(between: DMPair(.number(1), .number(2))) == nil)
                try tables.insertConversation(Sample.dm(4, 1, 2))
            }
            #expect(try await store.entries(1, .newest, limit: 100).isEmpty)
            #expect(try await store.entries(2, .newest, limit: 100).count == 9)
            #expect(try await store.accepted(3)?.id != nil, "a retry still hears of its post")
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.conversation(.number(1)) == nil)
                #expect(try tables.head(of: .number(1)) == SequenceNumber(0))
                #expect(try tables.dm(between: DMPair(.number(1), .number(2))) == .number(4))
            }
        }
    }

    @Test("a removal that is taken back leaves the conversation as it was", arguments: Engine.allCases)
    func undone(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await fill(store, count: 5)
            await #expect(throws: Problem.self) {
                try await store.write { (tables) throws(Problem) in
                    try tables.removeConversation(.number(1))
                    try tables.removeDevice(.number(1))
                    try tables.removeAccount(.number(1))
                    throw Problem(.malformed, "on purpose")
                }
            }
            #expect(try await store.entries(1, .newest, limit: 100).count == 5)
            #expect(try await store.append(Sample.post(60, in: 1)).seq == SequenceNumber(6))
            #expect(try await store.read { (tables) throws(Problem) in try tables.account(.number(1)) } != nil)
        }
    }

    private func reopen(_ engine: Engine, _ folder: TemporaryFolder) throws -> Store {
        try Store.open(
            folder: folder.store, configuration: engine == .sqlite ? StoreConfiguration() : Engine.often)
    }

    @Test("the rows of a removed log are off the disk after a restart, and after a kill", arguments: Engine.allCases)
    func restarts(_ engine: Engine) async throws {
        for isKilled in [false, true] {
            for isFlushed in [false, true] {
                var folder = try TemporaryFolder()
                var store = try engine.open(in: folder)
                try await fill(store, count: 200)
                if isFlushed {
                    await store.close()
                    store = try reopen(engine, folder)
                }
                try await store.write { (tables) throws(Problem) in try tables.removeConversation(.number(1)) }
                let copy = isKilled ? try DurabilityTests.copyFiles(of: folder) : nil
                await store.close()
                if let copy { folder = copy }
                // The first start works off what is left, the second counts.
                for _ in 0..<2 {
                    store = try reopen(engine, folder)
                    #expect(try await store.entries(2, .newest, limit: 500).count == 200)
                    #expect(try await store.entries(1, .newest, limit: 500).isEmpty)
                    await store.close()
                }
                #expect(store.status().storedRows == 200, "killed: \(isKilled), flushed: \(isFlushed)")
                store = try reopen(engine, folder)
                #expect(store.status().storedRows == 200)
                #expect(store.status().damagedRows == 0)
                await store.close()
            }
        }
    }
}
