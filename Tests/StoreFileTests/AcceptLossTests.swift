import Foundation
import SQLite
import TestKit
import Testing
import Wire

@testable import Store

/// Mirrors `Acceptance`, `Soundness`.
@Suite("Accepting a loss", .timeLimit(.minutes(10)))
struct AcceptLossTests {
    /// Files as of a kill, with one bit of a frame flipped.
    private func damaged(_ folder: TestFolder, frame: Int) throws {
        var log = try Data(contentsOf: URL(filePath: folder.log))
        log[32 + frame * (24 + Checkpointer.pageByteCount) + 1_000] ^= 1
        try log.write(to: URL(filePath: folder.log))
    }

    private func incarnation(_ store: Store) async throws -> IncarnationRow {
        try await store.read { (tables) throws(Problem) in try tables.incarnation() }
    }

    @Test("after a loss the rest is served, and no number that was given is given again")
    func accept() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.fill()
        let first = try await incarnation(store)
        let before = try EndCheck(folder: folder.path, databasePath: folder.database)
        // What is going to be lost.
        var lost: [AppendedEnvelopes] = []
        for client in UInt64(500)..<530 { lost.append(try await store.send(client)) }
        let conversation = try await store.write { (tables) throws(Problem) in
            try tables.append(Sample.post(2_000, text: "lost"))
        }
        let copy = try folder.copy()
        await store.close()
        try damaged(copy, frame: Int(before.extent.committedCount) + 3)

        #expect(throws: StoreError.self) { try Store.open(folder: copy.path, configuration: .still) }
        let accepted = try Store.acceptLoss(folder: copy.path)
        guard case .changes(let count) = accepted.loss else {
            Issue.record("lost \(accepted.loss)")
            return
        }
        #expect((1...31).contains(count))
        #expect(accepted.skippedCount >= count)
        #expect(accepted.incarnation.number == 2)
        #expect(accepted.incarnation.id != first.id)

        let opened = try Store.open(folder: copy.path, configuration: .still)
        #expect(try await incarnation(opened) == accepted.incarnation)
        let left = try await opened.drain()
        #expect(left.prefix(90).map(\.body) == (1...90).map { Sample.body($0) })
        let state = try await opened.read { (tables) throws(Problem) in try tables.queueState(of: Sample.recipient) }
        #expect(state.count == UInt64(left.count), "numbers that were skipped do not wait")
        let next = try await opened.send(9_000)
        let last = try #require(lost.last)
        #expect(next.id > last.id)
        #expect(next.numbers[0] > last.numbers[0])
        #expect(try #require(next.seq) > conversation.seq)
        #expect(try await opened.drain().count == left.count + 1)
        // Whoever has all that was left has nothing waiting.
        try await opened.trim(through: try #require(left.last?.number?.rawValue))
        let after = try await opened.read { (tables) throws(Problem) in try tables.queueState(of: Sample.recipient) }
        #expect(after.count == 1)
        #expect(try await opened.drain().map(\.body) == [Sample.body(9_000)])
        await opened.close()
        #expect(throws: StoreError.nothingLost(folder: copy.name)) { try Store.acceptLoss(folder: copy.path) }
        let again = try Store.open(folder: copy.path, configuration: .still)
        #expect(try await again.drain().map(\.body) == [Sample.body(9_000)])
        #expect(try await incarnation(again) == accepted.incarnation)
        await again.close()
    }

    @Test("one loss after the other, and one that is accepted twice: what waits is counted, fetched and trimmed")
    func again() async throws {
        let folder = try TestFolder()
        var store = try Store.open(folder: folder.path, configuration: .still)
        try await store.prepare()
        var sent: [UInt64] = []
        var numbers: [UInt64] = []
        for round in UInt64(1)...3 {
            for client in round * 10..<round * 10 + 3 {
                numbers += try await store.send(client).numbers.map(\.rawValue)
                sent.append(client)
            }
            let post = try await store.write { (tables) throws(Problem) in
                try tables.append(Sample.post(1_000 + round, text: "post"))
            }
            let seqCount = try await store.read { (tables) throws(Problem) in
                try tables.seqCount(of: Sample.dm, after: SequenceNumber(0), through: post.seq)
            }
            #expect(seqCount == round * 4)
            await store.close()
            // As a crash between the transaction and the note would leave it, the second time.
            for _ in 0..<2 {
                try FileManager.default.removeItem(atPath: folder.note)
                _ = try Store.acceptLoss(folder: folder.path)
            }
            store = try Store.open(folder: folder.path, configuration: .still)
            let state = try await store.read { (tables) throws(Problem) in
                try tables.queueState(of: Sample.recipient)
            }
            #expect(state.count == round * 3)
        }
        #expect(Set(numbers).count == 9 && numbers == numbers.sorted())
        let waiting = try await store.drain()
        #expect(waiting.map(\.body) == sent.map { Sample.body($0) })
        for envelope in waiting {
            try await store.trim(through: try #require(envelope.number?.rawValue))
        }
        let after = try await store.read { (tables) throws(Problem) in try tables.queueState(of: Sample.recipient) }
        #expect(after.count == 0 && after.head == after.deliveredThrough)
        await store.close()
    }

    @Test("no message id is given twice, though the clock is behind the time of what was lost")
    func ids() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.prepare()
        _ = try await store.send(1)
        let copy = try folder.copy()
        var lost: Set<MessageID> = []
        for client in UInt64(2)..<100 { lost.insert(try await store.send(client).id) }
        await store.close()
        try FileManager.default.removeItem(atPath: copy.note)
        var configuration = StoreConfiguration.still
        configuration.clock = { Timestamp(milliseconds: Sample.start.milliseconds - 3_600_000) }
        _ = try Store.acceptLoss(folder: copy.path, configuration: configuration)
        let opened = try Store.open(folder: copy.path, configuration: configuration)
        let newest = try #require(lost.max())
        for client in UInt64(200)..<400 { #expect(try await opened.send(client).id > newest) }
        await opened.close()
    }

    @Test("what cuts an acceptance short leaves it to be done over")
    func cut() async throws {
        let folder = try TestFolder()
        var store = try Store.open(folder: folder.path, configuration: .still)
        try await store.fill()
        await store.close()
        // What the log is going to lose.
        store = try Store.open(folder: folder.path, configuration: .still)
        for client in UInt64(500)..<520 { _ = try await store.send(client) }
        let copy = try folder.copy()
        await store.close()
        // A head that does not fit its sums: SQLite begins another log with other salts.
        var log = try Data(contentsOf: URL(filePath: copy.log))
        log[9] ^= 1
        try log.write(to: URL(filePath: copy.log))
        let note = try #require(copy.endNote)
        try EndFile.go(on: note, in: copy.path, of: copy.database).accepts()
        let noted = try Data(contentsOf: URL(filePath: copy.note))
        let refused = StoreError.lost(folder: copy.name, .acceptanceCut)
        // Before the transaction, and after it without the new note.
        for round in 0..<3 {
            #expect(throws: refused, "\(round)") { try Store.open(folder: copy.path, configuration: .still) }
            #expect(try Store.acceptLoss(folder: copy.path).loss == .acceptanceCut)
            if round < 2 { try noted.write(to: URL(filePath: copy.note)) }
        }
        let opened = try Store.open(folder: copy.path, configuration: .still)
        let next = try await opened.send(9_000)
        let left = try await opened.drain()
        #expect(left.map(\.body) == (1...90).map { Sample.body($0) } + [Sample.body(9_000)])
        #expect(left.last?.id == next.id)
        await opened.close()
    }

    @Test("new devices and conversations get numbers that no lost one had")
    func sequences() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.prepare(accounts: 3)
        let lostNumber = try await store.read { (tables) throws(Problem) in
            try tables.device(Sample.address(3))?.number
        }
        await store.close()
        try FileManager.default.removeItem(atPath: folder.note)
        let accepted = try Store.acceptLoss(folder: folder.path)
        #expect(accepted.loss == .noteMissing)
        let opened = try Store.open(folder: folder.path, configuration: .still)
        let (row, number) = try await opened.write { (tables) throws(Problem) in
            let row = try tables.account(Sample.sender.account)
            let address = DeviceAddress(account: Sample.sender.account, device: DeviceID(7))
            guard let device = try tables.device(Sample.sender) else { return (row, Int64(0)) }
            try tables.insertDevice(
                DeviceRow(
                    address: address, registrationID: device.registrationID, identity: device.identity,
                    linkedAt: Sample.start, lastSeenDay: nil))
            return (row, try tables.device(address)?.number ?? 0)
        }
        #expect(try #require(row).nextDevice.rawValue > 2 + 1_000)
        #expect(number > (lostNumber ?? 0) + 1_000_000)
        await opened.close()
    }

    @Test("a file with pages newer than the rest of its log is refused")
    func mixed() async throws {
        var configuration = StoreConfiguration.still
        configuration.checkpointByteCount = 1 << 18
        configuration.walByteCountMax = 1 << 30
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.fill()
        // Until some of the log is in the file, and the log has not begun anew.
        var client: UInt64 = 100_000
        while (folder.endNote?.log?.frameCount ?? 0) < 33 {
            _ = try await store.send(client)
            client += 1
        }
        while (folder.endNote?.copiedThrough ?? 0) < 33 { await Task.yield() }
        let copy = try folder.copy()
        await store.close()
        try damaged(copy, frame: 4)
        #expect(throws: StoreError.self) { try Store.open(folder: copy.path, configuration: .still) }
        let files = try ["sotto.db", "sotto.db-wal", "sotto.end"].map {
            try Data(contentsOf: URL(filePath: copy.path + "/" + $0))
        }
        let refusal = #expect(throws: StoreError.self) { try Store.acceptLoss(folder: copy.path) }
        guard case .unacceptable = refusal else {
            Issue.record("two moments: \(String(describing: refusal))")
            return
        }
        #expect(try ["sotto.db", "sotto.db-wal", "sotto.end"].map {
            try Data(contentsOf: URL(filePath: copy.path + "/" + $0))
        } == files)
    }

    /// Without these rows nobody can go on.
    private static let needed: Set<String> = ["progress", "last_commit", "incarnation", "setting", "accepted_run"]

    @Test("a copy with a damaged row is gone on with: the damage is named and stays, whichever row it is")
    func damagedRows() async throws {
        let folder = try await TestFolder.filled()
        try FileManager.default.removeItem(atPath: folder.note)
        for table in StoreSchema.tables {
            for column in table.columns.map(\.name) + ["digest"] {
                let copy = try folder.copy()
                guard try copy.change(column, of: table) else { continue }
                let what = "\(table.name).\(column)"
                do {
                    let accepted = try Store.acceptLoss(folder: copy.path)
                    #expect(!Self.needed.contains(table.name), "\(what)")
                    #expect(accepted.damage.contains { $0.hasPrefix(table.name + ":") }, "\(what): \(accepted.damage)")
                } catch {
                    #expect(Self.needed.contains(table.name), "\(what): \(error)")
                    continue
                }
                let opened = try Store.open(folder: copy.path)
                await opened.close()
                let findings = try StoreCheck.run(folder: copy.path).findings
                #expect(findings.contains { $0.hasPrefix(table.name + ":") }, "\(what): \(findings)")
            }
        }
    }

    @Test("a damaged device or conversation costs itself alone, and what was kept for it stays", arguments: [
        ("UPDATE device SET registration = registration + 1 WHERE number = 3", "device"),
        ("UPDATE conversation SET title = 'other'", "conversation"),
    ])
    func damagedInTail(_ sql: String, _ table: String) async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.prepare(accounts: 3)
        for client in UInt64(1)...20 {
            _ = try await store.send(client, to: [Sample.recipient, Sample.address(3)])
            try await store.write { (tables) throws(Problem) in
                _ = try tables.append(Sample.post(1_000 + client, text: "post \(client)"))
            }
        }
        let copy = try folder.copy()
        await store.close()
        try copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try copy.execute(sql)
        try FileManager.default.removeItem(atPath: copy.note)
        let accepted = try Store.acceptLoss(folder: copy.path)
        #expect(accepted.damage.contains { $0.hasPrefix(table + ": 1 rows") }, "\(accepted.damage)")
        let opened = try Store.open(folder: copy.path, configuration: .still)
        #expect(try await opened.drain().map(\.body) == (1...20).map { Sample.body($0) })
        try await opened.trim(through: 1 << 40)
        await opened.close()
        let connection = try Connection(path: copy.database, access: .readOnly)
        let left = try connection.texts(
            "SELECT count(*) FROM \(table == "device" ? "log" : "entry_record WHERE record <> x''")")
        connection.close()
        #expect(left == ["20"])
    }

    @Test("a log of another moment is refused, and so is a copy of which rows do not fit each other")
    func unsound() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.fill()
        let copy = try folder.copy()
        await store.close()
        let other = try TestFolder()
        let otherStore = try Store.open(folder: other.path, configuration: .still)
        try await otherStore.fill()
        try other.give(["sotto.db-wal"], to: copy)
        await otherStore.close()
        #expect(throws: StoreError.self) { try Store.acceptLoss(folder: copy.path) }

        for sql in [
            "DELETE FROM device WHERE number = 1",
            "DELETE FROM entry_record WHERE row = (SELECT min(row) FROM entry_record)",
            "UPDATE last_commit SET number = number - 1",
        ] {
            let damaged = try folder.copy()
            try damaged.execute(sql)
            try FileManager.default.removeItem(atPath: damaged.note)
            #expect(throws: StoreError.self, "\(sql)") { try Store.acceptLoss(folder: damaged.path) }
        }
    }
}
