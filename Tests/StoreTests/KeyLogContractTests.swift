import Store
import Testing
import Wire

/// Mirrors `Tables`.
@Suite("Contract: the key log", .timeLimit(.minutes(10)))
struct KeyLogContractTests {
    private static func row(_ index: UInt64, account: UInt8, epoch: UInt64) -> KeyLogRow {
        KeyLogRow(
            index: index, account: [UInt8](repeating: account, count: 32), epoch: epoch, entry: [account, UInt8(epoch)])
    }

    private static let rows = [row(0, account: 1, epoch: 1), row(1, account: 2, epoch: 9), row(2, account: 1, epoch: 2)]

    private static func fill(_ store: Store) async throws {
        for row in rows {
            try await store.write { (tables) throws(Problem) in
                #expect(try tables.keyLogSize() == row.index)
                try tables.appendToKeyLog(row, nodes: row.index == 1 ? [[1], [2]] : [[UInt8(row.index)]])
                #expect(try tables.keyLogSize() == row.index + 1)
            }
        }
    }

    private static func check(_ tables: ReadableTables) throws(Problem) {
        #expect(try tables.keyLogSize() == 3)
        #expect(try tables.keyLogRows(from: 0, limit: 10) == rows)
        #expect(try tables.keyLogRows(from: 1, limit: 1) == [rows[1]])
        #expect(try tables.keyLogRows(from: 3, limit: 1).isEmpty)
        #expect(try tables.keyLogRows(from: .max, limit: 1).isEmpty)
        #expect(try tables.keyLogRows(from: 0, limit: 0).isEmpty)
        #expect(try tables.keyLogRows(of: rows[0].account, after: 0, limit: 10) == [rows[0], rows[2]])
        #expect(try tables.keyLogRows(of: rows[0].account, after: 0, limit: 1) == [rows[0]])
        #expect(try tables.keyLogRows(of: rows[0].account, after: 1, limit: 10) == [rows[2]])
        #expect(try tables.keyLogRows(of: rows[0].account, after: 2, limit: 10).isEmpty)
        #expect(try tables.keyLogRows(of: [3], after: 0, limit: 10).isEmpty)
        var nodes: [[UInt8]?] = []
        for position: UInt64 in [0, 1, 2, 3, 4, .max] { nodes.append(try tables.keyLogNode(at: position)) }
        #expect(nodes == [[0], [1], [2], [2], nil, nil])
    }

    @Test("entries are found by index and by account, nodes by position", arguments: Engine.allCases)
    func found(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.keyLogSize() == 0)
                #expect(try tables.keyLogRows(from: 0, limit: 5).isEmpty)
                #expect(try tables.keyLogNode(at: 0) == nil)
            }
            try await Self.fill(store)
            try await store.read { (tables) throws(Problem) in try Self.check(tables) }
            try await store.write { (tables) throws(Problem) in try Self.check(tables) }
        }
    }

    @Test("an entry of a command that throws is gone with its nodes", arguments: Engine.allCases)
    func undone(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await Self.fill(store)
            await #expect(throws: Problem(.forbidden, "no")) {
                try await store.write { (tables) throws(Problem) in
                    try tables.appendToKeyLog(Self.row(3, account: 3, epoch: 1), nodes: [[7], [8], [9]])
                    throw Problem(.forbidden, "no")
                }
            }
            try await store.read { (tables) throws(Problem) in try Self.check(tables) }
        }
    }

    @Test("the log outlives its store", arguments: Engine.allCases)
    func reopened(_ engine: Engine) async throws {
        let folder = try TemporaryFolder()
        let store = try engine.open(in: folder)
        try await Self.fill(store)
        await store.close()
        let again = try engine.open(in: folder)
        try await again.read { (tables) throws(Problem) in try Self.check(tables) }
        await again.close()
    }

    @Test("accounts are listed by id, page by page", arguments: Engine.allCases)
    func accounts(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 5)
            try await store.read { (tables) throws(Problem) in
                var seen: [AccountID] = []
                while true {
                    let page = try tables.rows(AccountRow.inOrder, after: seen.last, limit: 2)
                    if page.isEmpty { break }
                    seen += page.map(\.account)
                }
                #expect(seen == (1...5).map { AccountID.number($0) })
                let third = try tables.rows(AccountRow.inOrder, after: .number(2), limit: 1).first
                #expect(try third == tables.account(.number(3)))
            }
        }
    }

    @Test("an entry that does not go to the end traps")
    func misplaced() async {
        await #expect(processExitsWith: .failure) { await Self.misplace(.sqlite) }
    }

    @Test("a second entry of one epoch traps")
    func doubled() async {
        await #expect(processExitsWith: .failure) { await Self.double(.sqlite) }
    }

    private static func misplace(_ engine: Engine) async {
        try? await withStore(engine) { (store) in
            try await store.write { (tables) throws(Problem) in
                try tables.appendToKeyLog(row(1, account: 1, epoch: 1), nodes: [[1]])
            }
        }
    }

    private static func double(_ engine: Engine) async {
        try? await withStore(engine) { (store) in
            try await fill(store)
            try await store.write { (tables) throws(Problem) in
                try tables.appendToKeyLog(row(3, account: 2, epoch: 9), nodes: [[1]])
            }
        }
    }
}
