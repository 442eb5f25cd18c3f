import Foundation
import SQLite
import TestKit
import Testing
import Wire

@testable import Store

/// Mirrors `StoreCheck`: whatever of a store's file is changed from outside, the check names it.
@Suite("Check of a store", .timeLimit(.minutes(15)))
struct StoreCheckTests {
    @Test("a sound store has no findings, closed, killed, or while it is written")
    func sound() async throws {
        let folder = try await TestFolder.filled()
        let outcome = try StoreCheck.run(folder: folder.path)
        #expect(outcome.findings == [])
        #expect(outcome.rowCount > 200)
        let store = try Store.open(folder: folder.path)
        for client in UInt64(2_000)...2_040 { _ = try await store.send(client) }
        #expect(try StoreCheck.run(folder: folder.path).findings == [])
        let killed = try folder.copy()
        await store.close()
        #expect(try StoreCheck.run(folder: killed.path).findings == [])
        #expect(throws: StoreError.self) { try StoreCheck.run(folder: folder.path + "/nowhere") }
    }

    @Test("a change of any column of any table is named, with its table")
    func columns() async throws {
        let folder = try await TestFolder.filled()
        var checked: Set<String> = []
        for table in StoreSchema.tables {
            for column in table.columns.map(\.name) + ["digest"] {
                let copy = try folder.copy()
                guard try copy.change(column, of: table) else { continue }
                checked.insert(table.name)
                let findings = try StoreCheck.run(folder: copy.path).findings
                #expect(findings.contains { $0.hasPrefix(table.name + ":") }, "\(table.name).\(column): \(findings)")
            }
        }
        #expect(checked.isSuperset(of: ["account", "device", "conversation", "entry", "queue", "cursor", "head"]))
        #expect(checked.isSuperset(of: ["accepted", "accepted_run", "accepted_block", "setting", "progress"]))
    }

    @Test("what is added to a file, or missing from it, is named: it would run with every change")
    func parts() async throws {
        let folder = try await TestFolder.filled()
        for (sql, name) in [
            ("CREATE TRIGGER t AFTER INSERT ON log BEGIN DELETE FROM report; END", "trigger t"),
            ("CREATE TABLE more (a)", "table more"), ("CREATE VIEW v AS SELECT 1", "view v"),
            ("DROP INDEX account_by_handle", "index account_by_handle"), ("DROP TABLE report", "table report"),
            ("CREATE INDEX i ON log (record)", "index i"),
        ] {
            let copy = try folder.copy()
            try copy.execute(sql)
            let findings = try StoreCheck.run(folder: copy.path).findings
            #expect(findings.contains { $0.hasPrefix("file: there is") && $0.contains(name) }, "\(sql): \(findings)")
        }
    }

    @Test("a count that nothing can be added to is damage, though its row fits its digest")
    func counts() async throws {
        let folder = try await TestFolder.filled()
        let crafted: [(String, (Connection) throws -> Void)] = [
            ("sequence", { try $0.put(SequenceRow(name: "device", last: .max)) }),
            ("key_log_node", { try $0.put(KeyLogNodeRow(position: 1 << 62, hash: [UInt8](repeating: 1, count: 32))) }),
            ("progress", { (connection) in
                var progress = try #require(try connection.row(ProgressRow.byID, 0))
                progress.rows = .max
                try connection.put(progress)
            }),
            ("accepted_run", { (connection) in
                var run = try #require(try connection.last(AcceptedRunRow.inOrder, Whole()))
                run.count = 1 << 60
                try connection.put(run)
            }),
        ]
        for (table, craft) in crafted {
            let copy = try folder.copy()
            let connection = try Connection(path: copy.database, access: .readWrite)
            try craft(connection)
            connection.close()
            let findings = try StoreCheck.run(folder: copy.path).findings
            #expect(findings.contains { $0.hasPrefix(table + ": 1 rows do not fit") }, "\(table): \(findings)")
            // It is refused or it opens; it does not trap.
            if let store = try? Store.open(folder: copy.path) {
                _ = try? await store.send(9_000)
                await store.close()
            }
        }
    }

    @Test("a device that goes with what waited for it leaves nothing that is found wrong, though the store was killed")
    func removedDevice() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.prepare(accounts: 3)
        for client in UInt64(1)...20 { _ = try await store.send(client, to: [Sample.recipient, Sample.address(3)]) }
        try await store.write { (tables) throws(Problem) in
            try tables.removeDevice(Sample.address(3))
            try tables.removeAccount(Sample.address(3).account)
        }
        let killed = try folder.copy()
        await store.close()
        let opened = try Store.open(folder: killed.path)
        for client in UInt64(30)...60 { _ = try await opened.send(client) }
        await opened.close()
        let findings = try StoreCheck.run(folder: killed.path).findings
        #expect(findings == [], "\(findings)")
    }

    @Test("a row that is gone is missed, where anything else leads to it")
    func missing() async throws {
        let folder = try await TestFolder.filled()
        let keys = Dictionary(uniqueKeysWithValues: StoreSchema.tables.map { ($0.name, $0.keyNames) })
        let names = [
            "queue", "entry", "log", "entry_record", "cursor", "head", "account", "device", "conversation", "progress",
        ]
        for table in names {
            let copy = try folder.copy()
            let key = (keys[table] ?? ["row"]).joined(separator: ", ")
            try copy.execute(
                "DELETE FROM \(table) WHERE (\(key)) IN (SELECT \(key) FROM \(table) ORDER BY \(key) LIMIT 1)")
            #expect(try StoreCheck.run(folder: copy.path).findingCount > 0, "\(table)")
        }
    }

    @Test("one flipped bit anywhere in the file is named, unless no byte that anybody reads is another")
    func flips() async throws {
        let folder = try await TestFolder.filled()
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix(seed: seed)
        let before = try Self.dump(folder)
        var effectiveCount = 0
        for flip in 0..<Self.flipCount {
            let copy = try folder.copy()
            var place = (0, 0)
            try copy.edit { (bytes) in
                place = (Int(random.next() % UInt64(bytes.count)), Int(random.next() % 8))
                // Most of a small file is zeros that nobody reads.
                while flip.isMultiple(of: 2), bytes[place.0] == 0 { place.0 = (place.0 + 1) % bytes.count }
                bytes[place.0] ^= 1 << UInt8(place.1)
            }
            let named = (try? StoreCheck.run(folder: copy.path))?.findingCount != 0
            if named { effectiveCount += 1; continue }
            let after = try? Self.dump(copy)
            #expect(after == before, "seed \(seed): bit \(place.1) of byte \(place.0) changes what is read, unnamed")
        }
        #expect(effectiveCount > Self.flipCount / 20, "seed \(seed)")
        if Self.flipCount > 300 { print("seed \(seed): \(Self.flipCount) flips, \(effectiveCount) named") }
    }

    @Test("an idle store finds by itself what is wrong with it, and says so in its figures")
    func idle() async throws {
        let folder = try await TestFolder.filled()
        try folder.execute("UPDATE invite SET uses_left = uses_left + 1")
        var configuration = StoreConfiguration()
        (configuration.checkSpacingMilliseconds, configuration.checkIdleMilliseconds) = (1, 1)
        let store = try Store.open(folder: folder.path, configuration: configuration)
        while store.status().checks < 2 { await Task.yield() }
        #expect(store.status().findingCount == 1)
        #expect(store.status().findings.first?.hasPrefix("invite: ") == true)
        try await store.write { (tables) throws(Problem) in try tables.remove(InviteRow.byHash, [4]) }
        let before = store.status().checks
        while store.status().checks < before + 2 { await Task.yield() }
        #expect(store.status().findings == [])
        await store.close()
    }

    /// `STORE_FLIPS=n` for a longer run.
    private static var flipCount: Int {
        ProcessInfo.processInfo.environment["STORE_FLIPS"].flatMap { Int($0) } ?? 300
    }

    /// Everything that stands in the tables, as text.
    private static func dump(_ folder: TestFolder) throws -> [String] {
        let connection = try Connection(path: folder.database, access: .readOnly)
        defer { connection.close() }
        var lines: [String] = []
        for table in StoreSchema.tables {
            let cells = (table.columns.map(\.name) + ["digest"]).map { "quote(\($0))" }.joined(separator: " || ' ' || ")
            lines += try connection.texts("SELECT \(cells) FROM \(table.name)").sorted()
        }
        for name in LogSchema.names {
            lines += try connection.texts("SELECT row || ' ' || hex(record) FROM \(name) ORDER BY row")
        }
        return lines
    }
}
