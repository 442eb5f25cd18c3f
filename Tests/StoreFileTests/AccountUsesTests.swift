import SQLite
import Testing
import Wire

@testable import Store

/// Mirrors `AccountUses` and the calls around it.
@Suite("What accounts have used", .timeLimit(.minutes(10)))
struct AccountUsesTests {
    private static let account = Sample.sender.account

    private static func use(_ store: Store, of account: AccountID = account) async throws -> AccountUse {
        try await store.write { (tables) throws(Problem) in try tables.use(of: account) }
    }

    /// Adds memberships, each of them worth a row.
    private static func add(_ count: Int, _ store: Store, of account: AccountID = account) async throws {
        try await store.write { (tables) throws(Problem) in
            try tables.changeUse(of: account, weighing: UseWeight(rowCount: count)) { (use) in
                use.membershipCount += UInt64(count)
                use.spentRows += Double(count)
                use.spentAt = Sample.start
            }
        }
    }

    private static func written(_ folder: TestFolder) throws -> [AccountUseRow] {
        let connection = try Connection(path: folder.database, access: .readWrite)
        defer { connection.close() }
        let row = try connection.row(AccountUseRow.ofAccount, account)
        return row.map { [$0] } ?? []
    }

    /// What the log keeps of all entries.
    private static func logByteCount(_ folder: TestFolder) throws -> UInt64 {
        let connection = try Connection(path: folder.database, access: .readWrite)
        defer { connection.close() }
        return try connection.first("SELECT ifnull(sum(length(record)), 0) FROM entry_record") { (row) in
            UInt64(row.integer(0))
        } ?? 0
    }

    @Test("it goes on after an orderly end, and until then little of it is written")
    func orderlyEnd() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.prepare()
        try await Self.add(40, store)
        let before = try await Self.use(store)
        #expect(before.membershipCount == 40)
        #expect(try Self.written(try folder.copy()).isEmpty)
        await store.close()
        let again = try Store.open(folder: folder.path, configuration: .still)
        #expect(try await Self.use(again) == before)
        await again.close()
        #expect(try StoreCheck.run(folder: folder.path).findings == [])
    }

    @Test("a kill loses less than what is worth a write")
    func kill() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.prepare()
        try await Self.add(UseWeight.most.rowCount - 1, store)
        #expect(try Self.written(try folder.copy()).isEmpty)
        try await Self.add(1, store)
        try await Self.add(5, store)
        let killed = try folder.copy()
        await store.close()
        let again = try Store.open(folder: killed.path, configuration: .still)
        #expect(try await Self.use(again).membershipCount == UInt64(UseWeight.most.rowCount))
        await again.close()
    }

    @Test("sends between accounts are on nobody's account, and write none of it")
    func sends() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.prepare()
        for client in UInt64(1)...20 { _ = try await store.send(client) }
        #expect(try await Self.use(store) == AccountUse())
        await store.close()
        #expect(try Self.written(folder).isEmpty)
    }

    @Test("who has no room in memory is written, and found again")
    func room() async throws {
        let folder = try TestFolder()
        var configuration = StoreConfiguration.still
        configuration.cachedRowCount = 2
        let store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.prepare(accounts: 9)
        for number in UInt64(1)...9 { try await Self.add(Int(number), store, of: Sample.address(number).account) }
        for number in UInt64(1)...9 {
            #expect(try await Self.use(store, of: Sample.address(number).account).membershipCount == number)
        }
        await store.close()
    }

    @Test("what a refused command noted is taken back, also what it wrote")
    func refused() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.prepare()
        try await Self.add(3, store)
        await #expect(throws: Problem.self) {
            try await store.write { (tables) throws(Problem) in
                for count in [1, 1_000] {
                    try tables.changeUse(of: Self.account, weighing: UseWeight(rowCount: count)) { (use) in
                        use.membershipCount += UInt64(count)
                    }
                }
                throw Problem(.malformed, "on purpose")
            }
        }
        #expect(try await Self.use(store).membershipCount == 3)
        await store.close()
        #expect(try Self.written(folder).map(\.membershipCount) == [3])
    }

    @Test("bytes in logs are those of the records: posted, redacted, expired with their conversation, flushed or not")
    func logs() async throws {
        let folder = try TestFolder()
        var configuration = StoreConfiguration()
        configuration.flushRowCount = 4
        configuration.idleMilliseconds = 1
        configuration.idleFlushSpacingMilliseconds = 0
        let store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.prepare()
        for client in UInt64(1)...30 {
            let post = Sample.post(client, text: String(repeating: "x", count: Int(client) * 100))
            try await store.write { (tables) throws(Problem) in _ = try tables.append(post) }
        }
        let posted = try await Self.use(store).logByteCount
        #expect(posted > 46_500)
        try await store.write { (tables) throws(Problem) in
            for seq in [UInt64(3), 30] { _ = try tables.redact(SequenceNumber(seq), of: Sample.dm) }
        }
        let redacted = try await Self.use(store).logByteCount
        #expect((3_200...3_400).contains(posted - redacted))
        await store.close()
        #expect(try Self.logByteCount(folder) == redacted)

        let again = try Store.open(folder: folder.path, configuration: configuration)
        #expect(try await Self.use(again).logByteCount == redacted)
        try await again.write { (tables) throws(Problem) in try tables.removeConversation(Sample.dm) }
        await again.close()
        #expect(try Self.logByteCount(folder) == 0)
        #expect(try Self.written(folder).map(\.logByteCount) == [0])
        #expect(try StoreCheck.run(folder: folder.path).findings == [])
    }

    @Test(
        "bytes in the log of a conversation that goes come back while commands go on without a pause",
        arguments: [4, 16])
    func busy(flushRowCount: Int) async throws {
        let folder = try TestFolder()
        var configuration = StoreConfiguration.still
        configuration.flushRowCount = flushRowCount
        // Longer than it takes to remove what is in the tables already, which goes by itself.
        configuration.idleFlushSpacingMilliseconds = 500
        let store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.prepare()
        for client in UInt64(1)...30 {
            let post = Sample.post(client, text: String(repeating: "x", count: 1_000))
            try await store.write { (tables) throws(Problem) in _ = try tables.append(post) }
        }
        #expect(try await Self.use(store).logByteCount > 30_000)
        try await store.write { (tables) throws(Problem) in try tables.removeConversation(Sample.dm) }
        // What is refused is a command too.
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end, try await Self.use(store).logByteCount > 0 {
            await #expect(throws: Problem.self) {
                try await store.write { (_) throws(Problem) in throw Problem(.quotaExceeded, "on purpose") }
            }
        }
        #expect(try await Self.use(store).logByteCount == 0)
        #expect(try Self.logByteCount(try folder.copy()) == 0, "and the files say nothing of it")
        await store.close()
        #expect(try StoreCheck.run(folder: folder.path).findings == [])
    }

    @Test("it goes with the account, and what is written in its name afterwards is on nobody's account")
    func deletion() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.prepare()
        try await Self.add(1_000, store)
        #expect(try Self.written(try folder.copy()).count == 1)
        let left = try await store.write { (tables) throws(Problem) in
            try tables.removeDevice(Sample.sender)
            try tables.removeAccount(Self.account)
            let event = ConversationEvent.memberRemoved(.init(account: Self.account))
            _ = try tables.append(
                EntryDraft(
                    time: Sample.start, conversation: Sample.dm, sender: Sample.sender, clientID: nil, event: event))
            return try tables.use(of: Self.account)
        }
        #expect(left == AccountUse())
        await store.close()
        #expect(try Self.written(folder).isEmpty)
        #expect(try StoreCheck.run(folder: folder.path).findings == [])
    }
}
