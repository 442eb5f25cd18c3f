import CSQLite
import Client
import TestKit
import Testing
import Wire

@Suite("A server whose file is older than its key log") struct AdoptionTests {
    /// Runs SQL past a server that is stopped.
    private func execute(_ sql: String, in house: House) throws {
        var handle: OpaquePointer?
        defer { sqlite3_close(handle) }
        try #require(sqlite3_open(house.folder.path + "/data/sotto.db", &handle) == SQLITE_OK)
        try #require(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK)
    }

    @Test("its accounts are in the log before anyone is served, once, and clients take their proofs")
    func adopted() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bobby")
        try await bob.account.logIn()
        let tablet = try await Phone(house, joining: bob)
        await tablet.account.close()
        _ = try await house.person("carol")
        house.server.stop()
        try execute("DELETE FROM key_log; DELETE FROM key_log_node", in: house)
        try execute("DELETE FROM setting WHERE name = 'key-log-begun'", in: house)

        var later = try await House(folder: house.folder)
        let page: KeyLogPage = try await later.api.call("GET", "/v1/transparency/entries")
        #expect(page.treeSize == 2)
        let kinds = stride(from: 1, to: page.entries.count, by: Limits.keyLogEntryByteCount).map { page.entries[$0] }
        #expect(kinds == [2, 2])
        let alice = try await Phone(later, as: "alice")
        try await alice.send("hello", to: "bobby")
        let server = "http://127.0.0.1:\(later.server.port)"
        #expect(try Terminal(later).run(["key-log", "audit", "--server", server]).status == 0)
        later.server.stop()

        later = try await House(folder: house.folder)
        let head: KeyLogHead = try await later.api.call("GET", "/v1/transparency/head")
        #expect(head.head.treeSize == 3, "nothing is adopted twice")
    }
}
