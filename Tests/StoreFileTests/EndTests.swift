import Foundation
import SQLite
import TestKit
import Testing
import Wire

@testable import Store

/// Mirrors `EndFile`, `EndCheck`, `WriteAheadLog`.
@Suite("The end of a store", .timeLimit(.minutes(10)))
struct EndTests {
    private static let flipCount = Int(ProcessInfo.processInfo.environment["STORE_FLIPS"] ?? "") ?? 60

    /// A store that was killed: envelopes, posts and rows, some of it flushed.
    private func killed(_ configuration: StoreConfiguration = StoreConfiguration()) async throws -> TestFolder {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.fill()
        let copy = try folder.copy()
        await store.close()
        return copy
    }

    private static var often: StoreConfiguration {
        var configuration = StoreConfiguration()
        configuration.flushRowCount = 16
        configuration.idleMilliseconds = 1
        configuration.idleFlushSpacingMilliseconds = 0
        configuration.acceptedListCountMin = 8
        return configuration
    }

    @Test("every bit flipped in what the log holds is noticed before anyone is served", arguments: [false, true])
    func flips(_ often: Bool) async throws {
        let folder = try await killed(often ? Self.often : StoreConfiguration())
        let log = try Data(contentsOf: URL(filePath: folder.log))
        let check = try EndCheck(folder: folder.path, databasePath: folder.database)
        #expect(check.extent.committedCount > 20)
        let noted = try #require(check.note?.log)
        #expect(noted.frameCount <= check.extent.committedCount)
        let byteCount = 32 + Int(noted.frameCount) * (24 + Checkpointer.pageByteCount)
        #expect(byteCount <= log.count)
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix(seed: seed)
        var unnoticed: [Int] = []
        for flip in 0..<Self.flipCount {
            // Now and then in the head, which is short.
            let offset = Int(random.next() % UInt64(flip.isMultiple(of: 20) ? 32 : byteCount))
            let bit = UInt8(random.next() % 8)
            let copy = try folder.copy()
            var damaged = log
            damaged[offset] ^= 1 << bit
            try damaged.write(to: URL(filePath: copy.log))
            do {
                let store = try Store.open(folder: copy.path, configuration: .still)
                await store.close()
                unnoticed.append(offset)
            } catch StoreError.lost {
                // A refusal leaves everything as it was.
                #expect(try Data(contentsOf: URL(filePath: copy.log)) == damaged)
            }
        }
        #expect(unnoticed.isEmpty, "seed \(seed)")
        let sound = try Store.open(folder: folder.path, configuration: .still)
        #expect(try await sound.drain().count == 90)
        await sound.close()
    }

    @Test("a log that was cut says how much is lost")
    func cut() async throws {
        let folder = try TestFolder()
        var configuration = StoreConfiguration()
        // What a store does of its own accord when it is idle would count too.
        configuration.idleMilliseconds = 600_000
        let store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.fill()
        let copy = try folder.copy()
        for client in UInt64(500)..<507 { _ = try await store.send(client) }
        let later = try folder.copy()
        await store.close()
        // The note of the later moment beside the files of the earlier one.
        try later.give(["sotto.end"], to: copy)
        #expect(throws: StoreError.lost(folder: copy.name, .changes(7))) {
            try Store.open(folder: copy.path, configuration: .still)
        }
        #expect("\(StoreError.lost(folder: "x", .changes(7)))".contains("accept-loss"))
    }

    @Test("a store that goes further than its note is whole")
    func olderNote() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.fill()
        let copy = try folder.copy()
        for client in UInt64(500)..<507 { _ = try await store.send(client) }
        let later = try folder.copy()
        await store.close()
        try copy.give(["sotto.end"], to: later)
        let opened = try Store.open(folder: later.path, configuration: .still)
        #expect(try await opened.drain().count == 97)
        await opened.close()
    }

    @Test("one torn slot leaves the other, and two or none refuse")
    func slots() async throws {
        for slots in [[0], [1]] {
            let folder = try await killed()
            try folder.damageNote(slots: slots)
            await (try Store.open(folder: folder.path, configuration: .still)).close()
        }
        let torn = try await killed()
        try torn.damageNote(slots: [0, 1])
        #expect(throws: StoreError.lost(folder: torn.name, .noteUnreadable)) {
            try Store.open(folder: torn.path, configuration: .still)
        }
        try FileManager.default.removeItem(atPath: torn.note)
        #expect(throws: StoreError.lost(folder: torn.name, .noteMissing)) {
            try Store.open(folder: torn.path, configuration: .still)
        }
    }

    @Test("a log that is gone is missed, and one of another moment is not taken for it")
    func otherLogs() async throws {
        let folder = try await killed()
        let gone = try folder.copy()
        try FileManager.default.removeItem(atPath: gone.log)
        #expect(throws: StoreError.self) { try Store.open(folder: gone.path, configuration: .still) }
        let empty = try folder.copy()
        try Data().write(to: URL(filePath: empty.log))
        #expect(throws: StoreError.self) { try Store.open(folder: empty.path, configuration: .still) }
        // A log of another store.
        let mixed = try folder.copy()
        try await killed().give(["sotto.db-wal"], to: mixed)
        #expect(throws: StoreError.lost(folder: mixed.name, .logOfAnotherMoment)) {
            try Store.open(folder: mixed.path, configuration: .still)
        }
        // A log beside a file that was closed without one.
        let closed = try TestFolder()
        let store = try Store.open(folder: closed.path, configuration: .still)
        try await store.fill()
        let before = try closed.copy()
        await store.close()
        try before.give(["sotto.db-wal"], to: closed)
        #expect(throws: StoreError.lost(folder: closed.name, .logOfAnotherMoment)) {
            try Store.open(folder: closed.path, configuration: .still)
        }
        try FileManager.default.removeItem(atPath: closed.log)
        await (try Store.open(folder: closed.path, configuration: .still)).close()
    }

    @Test("files of another store are refused, whichever of them, and however far it has come")
    func otherStore() async throws {
        let folder = try await killed()
        let other = try TestFolder()
        let otherStore = try Store.open(folder: other.path, configuration: .still)
        try await otherStore.fill()
        for client in UInt64(500)..<700 { _ = try await otherStore.send(client) }
        let otherKilled = try other.copy()
        await otherStore.close()
        // Its database under this note: closed, and beside a log.
        let store = try Store.open(folder: folder.path, configuration: .still)
        await store.close()
        for names in [["sotto.db"], ["sotto.db", "sotto.db-wal"]] {
            let mixed = try folder.copy()
            try (names.count == 1 ? other : otherKilled).give(names, to: mixed)
            #expect(throws: StoreError.self, "\(names)") {
                try Store.open(folder: mixed.path, configuration: .still)
            }
            #expect(throws: StoreError.self, "\(names)") { try Store.acceptLoss(folder: mixed.path) }
        }
        // Its log, where this one's was emptied: no frame of this note says otherwise.
        let emptied = try folder.copy()
        let note = try #require(emptied.endNote)
        let end = try EndFile.go(on: note, in: emptied.path, of: emptied.database)
        end.emptied()
        try otherKilled.give(["sotto.db-wal"], to: emptied)
        #expect(throws: StoreError.self) { try Store.open(folder: emptied.path, configuration: .still) }
    }

    @Test("a newer database file under the note of an older one that was closed is refused")
    func newerFile() async throws {
        let folder = try TestFolder()
        var store = try Store.open(folder: folder.path, configuration: .still)
        try await store.fill()
        await store.close()
        let older = try folder.copy()
        store = try Store.open(folder: folder.path, configuration: .still)
        _ = try await store.send(900)
        await store.close()
        try folder.give(["sotto.db"], to: older)
        #expect(throws: StoreError.lost(folder: older.name, .anotherHistory)) {
            try Store.open(folder: older.path, configuration: .still)
        }
    }

    @Test("a row with a number that no row is ever given is refused before anything is numbered by it")
    func absurdRow() async throws {
        for (table, columns) in [("log", "row, record"), ("entry_record", "row, record")] {
            let folder = try TestFolder()
            let store = try Store.open(folder: folder.path, configuration: .still)
            try await store.fill()
            await store.close()
            try folder.execute("INSERT INTO \(table) (\(columns)) VALUES (9223372036854775807, x'00')")
            #expect(throws: StoreError.self, "\(table)") { try Store.open(folder: folder.path, configuration: .still) }
        }
    }

    @Test("what is no store, or is another program's, is said to be that", arguments: [true, false])
    func notOurs(_ hasNote: Bool) async throws {
        let folder = try TestFolder()
        await (try Store.open(folder: folder.path, configuration: .still)).close()
        if !hasNote { try FileManager.default.removeItem(atPath: folder.note) }
        try folder.execute("PRAGMA user_version = 100")
        let other = StoreError.otherFormat(file: "sotto.db", found: 100, known: StoreSchema.format)
        #expect(throws: other) { try Store.open(folder: folder.path, configuration: .still) }
        #expect(throws: other) { try StoreCheck.run(folder: folder.path) }
        try Data("a shopping list".utf8).write(to: URL(filePath: folder.database))
        for body in [{ _ = try Store.open(folder: folder.path) }, { _ = try StoreCheck.run(folder: folder.path) }] {
            let error = #expect(throws: StoreError.self) { try body() }
            guard case .damaged = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("verify knows of an end that is missing, where no server runs")
    func verified() async throws {
        let folder = try TestFolder()
        let store = try Store.open(folder: folder.path, configuration: .still)
        try await store.fill()
        #expect(try StoreCheck.end(folder: folder.path) == nil, "a server runs")
        let copy = try folder.copy()
        await store.close()
        #expect(try StoreCheck.end(folder: folder.path) == nil)
        #expect(try StoreCheck.end(folder: copy.path) == nil)
        var log = try Data(contentsOf: URL(filePath: copy.log))
        log[32 + 3 * (24 + Checkpointer.pageByteCount) + 1_000] ^= 1
        try log.write(to: URL(filePath: copy.log))
        #expect(try StoreCheck.end(folder: copy.path)?.hasPrefix("end: the store has") == true)
        try FileManager.default.removeItem(atPath: copy.note)
        #expect(try StoreCheck.end(folder: copy.path)?.contains("no sotto.end") == true)
    }

    @Test("an old database file beside a new note is refused")
    func oldFile() async throws {
        let folder = try TestFolder()
        var store = try Store.open(folder: folder.path, configuration: .still)
        try await store.fill()
        await store.close()
        let old = try folder.copy()
        store = try Store.open(folder: folder.path, configuration: .still)
        _ = try await store.send(900)
        await store.close()
        try old.give(["sotto.db"], to: folder)
        #expect(throws: StoreError.self) { try Store.open(folder: folder.path, configuration: .still) }
        // The same numbers, and another history.
        let other = try old.copy()
        store = try Store.open(folder: other.path, configuration: .still)
        _ = try await store.send(901)
        await store.close()
        let one = try old.copy()
        store = try Store.open(folder: one.path, configuration: .still)
        _ = try await store.send(902)
        await store.close()
        try one.give(["sotto.db"], to: other)
        #expect(throws: StoreError.lost(folder: other.name, .anotherHistory)) {
            try Store.open(folder: other.path, configuration: .still)
        }
    }

    @Test("copying back, emptying the log and closing raise no alarm")
    func noAlarm() async throws {
        var configuration = Self.often
        configuration.checkpointByteCount = 1 << 16
        configuration.walByteCountMax = 1 << 18
        configuration.redactionMilliseconds = 20
        configuration.logByteCountAhead = 1 << 16
        let folder = try TestFolder()
        var store = try Store.open(folder: folder.path, configuration: configuration)
        try await store.prepare()
        for round in UInt64(0)..<40 {
            for client in 0..<10 { _ = try await store.send(round * 100 + UInt64(client)) }
            let post = try await store.write { (tables) throws(Problem) in
                try tables.append(Sample.post(90_000 + round, text: "post"))
            }
            if round.isMultiple(of: 3) {
                _ = try await store.write { (tables) throws(Problem) in
                    try tables.redact(post.seq, of: Sample.dm)
                }
            }
            if round.isMultiple(of: 5) { try await store.trim(through: round * 10) }
            if round.isMultiple(of: 7) {
                await store.close()
                store = try Store.open(folder: folder.path, configuration: configuration)
            }
        }
        await store.close()
        await (try Store.open(folder: folder.path, configuration: .still)).close()
    }

    @Test("other programs that read the file of a killed store, and take its log away, raise no alarm")
    func readByOthers() async throws {
        let folder = try await killed()
        try folder.execute("SELECT count(*) FROM log")
        #expect(!FileManager.default.fileExists(atPath: folder.log))
        let store = try Store.open(folder: folder.path, configuration: .still)
        #expect(try await store.drain().count == 90)
        await store.close()
    }

    @Test("a note comes back as it was written, and no other bytes are one")
    func codec() throws {
        let note = EndNote(
            turn: 1, moment: Moment(number: 2, chain: 3), lastRow: 4,
            log: WriteAheadLog.Place(salts: 5, frameCount: 6, sum: 7), flags: [.closed, .founding], copyingThrough: 8,
            copiedThrough: 9)
        let bytes = note.bytes(slot: 1)
        #expect(EndNote(bytes, slot: 1) == note)
        #expect(EndNote(bytes, slot: 0) == nil)
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(EndNote(damaged, slot: 1) == nil, "bit \(bit)")
        }
        #expect(EndNote([UInt8](repeating: 0, count: EndNote.byteCount), slot: 0) == nil)
    }
}

extension Store {
    /// Two accounts, 90 envelopes that wait, posts, one of them redacted.
    func fill() async throws {
        try await prepare()
        for client in UInt64(1)...90 {
            _ = try await send(client)
            guard client.isMultiple(of: 9) else { continue }
            let post = try await write { (tables) throws(Problem) in
                try tables.append(Sample.post(1_000 + client, text: "post \(client)"))
            }
            guard client == 45 else { continue }
            _ = try await write { (tables) throws(Problem) in try tables.redact(post.seq, of: Sample.dm) }
        }
    }
}

extension TestFolder {
    /// Puts files of this one in the place of another's.
    func give(_ names: [String], to other: TestFolder) throws {
        for name in names {
            let bytes = try Data(contentsOf: URL(filePath: path + "/" + name))
            try bytes.write(to: URL(filePath: other.path + "/" + name))
        }
    }

    var endNote: EndNote? { (try? EndCheck(folder: path, databasePath: database))?.note }

    /// Notes a closed store as it is, once it was changed past its writer.
    func noteAnew() throws {
        let connection = try Connection(path: database, access: .readOnly)
        let moment = try Moment(recovering: connection)
        connection.close()
        _ = try EndFile.create(in: path, of: database, EndNote(moment: moment, flags: .closed))
    }

    func damageNote(slots: [Int]) throws {
        var bytes = try Data(contentsOf: URL(filePath: note))
        for slot in slots { bytes[slot * 4_096 + 20] ^= 4 }
        try bytes.write(to: URL(filePath: note))
    }
}
