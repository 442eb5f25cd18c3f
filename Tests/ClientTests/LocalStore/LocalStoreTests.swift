import Crypto
import Glibc
import Testing

@testable import Client

@Suite("Local store")
struct LocalStoreTests {
    @Test("what shall not stay goes from the journal when it is written anew, also after a crash in between")
    func rewriting() throws {
        let disk = FakeDisk()
        let store = try disk.open()
        try store.commit([("kept", [1])])
        let before = try #require(disk.file).count
        try store.commit([("gone", [UInt8](repeating: 7, count: 400))])
        let sealed = try #require(disk.file)[before...]
        func holdsIt() -> Bool {
            let file = disk.file ?? []
            return file.indices.contains { file[$0...].starts(with: sealed) }
        }
        #expect(holdsIt() && !store.isRewriteOwed)
        var transaction = StoreTransaction()
        transaction.remove("gone")
        transaction.owesRewrite()
        try store.commit(transaction)
        // The disk refuses: it stays owed.
        disk.writesLeft = 0
        store.rewriteIfOwed()
        #expect(holdsIt() && store.isRewriteOwed)
        disk.writesLeft = nil
        let later = try disk.open()
        #expect(holdsIt() && later.isRewriteOwed)
        later.rewriteIfOwed()
        #expect(!holdsIt() && !later.isRewriteOwed)
        #expect(later.byteCounts.live == later.contents.reduce(0) { $0 + $1.key.utf8.count + $1.value.count + 16 })
        let writes = disk.writeCount
        later.rewriteIfOwed()
        #expect(disk.writeCount == writes)
        #expect(try disk.open().contents == ["kept": [1]])
    }

    @Test("what is committed is there after opening again")
    func reopening() throws {
        let disk = FakeDisk()
        let store = try disk.open()
        try store.commit([("a", [1, 2, 3]), ("b", [])])
        try store.commit([("a", nil), ("c", [UInt8](repeating: 7, count: 100_000))])
        let expected = store.contents
        #expect(expected.keys.sorted() == ["b", "c"])
        #expect(try disk.open().contents == expected)
    }

    @Test("a transaction is there as a whole or not at all, wherever the journal is cut")
    func everyCut() throws {
        let disk = FakeDisk()
        let store = try disk.open()
        var states: [(byteCount: Int, contents: [String: [UInt8]])] = [(JournalHead.byteCount, [:])]
        for step in 0..<7 {
            try store.commit([
                ("x", [UInt8(step)]), ("y", [UInt8](repeating: UInt8(step), count: step * 53)), ("z\(step)", [9]),
            ])
            states.append((disk.file?.count ?? 0, store.contents))
        }
        let journal = try #require(disk.file)
        for cut in JournalHead.byteCount...journal.count {
            let expected = try #require(states.last { $0.byteCount <= cut })
            let torn = FakeDisk(file: Array(journal.prefix(cut)), keyFile: disk.keyFile)
            let reopened = try torn.open()
            #expect(reopened.contents == expected.contents, "cut at \(cut)")
            try reopened.commit([("after", [1])])
            #expect(try torn.open().bytes("after") == [1], "cut at \(cut)")
        }
        for cut in 0..<JournalHead.byteCount {
            let torn = FakeDisk(file: Array(journal.prefix(cut)), keyFile: disk.keyFile)
            #expect(throws: LocalStoreError.notAStore) { try torn.open() }
        }
    }

    @Test("a last record of which some sectors never reached the disk is cut off")
    func unwrittenSectors() throws {
        let disk = FakeDisk()
        let store = try disk.open()
        try store.commit([("a", [1])])
        let before = (byteCount: disk.file?.count ?? 0, contents: store.contents)
        try store.commit([("a", [2]), ("b", RandomBytes.make(byteCount: 3_000))])
        let journal = try #require(disk.file)
        for sector in before.byteCount / 512...(journal.count - 1) / 512 {
            var torn = journal
            for index in max(before.byteCount, sector * 512)..<min(torn.count, (sector + 1) * 512) { torn[index] = 0 }
            let reopened = try FakeDisk(file: torn, keyFile: disk.keyFile).open()
            #expect(reopened.contents == before.contents, "sector \(sector)")
        }
        let zeros = Array(journal.prefix(before.byteCount)) + [UInt8](repeating: 0, count: 1_024)
        #expect(try FakeDisk(file: zeros, keyFile: disk.keyFile).open().contents == before.contents)
    }

    @Test("a flipped bit anywhere is an error, never less data without a word")
    func everyBitFlip() throws {
        let disk = FakeDisk()
        let store = try disk.open()
        for step in 0..<2 { try store.commit([("k\(step)", [UInt8](repeating: 3, count: step * 40))]) }
        let journal = try #require(disk.file)
        for bit in 0..<journal.count * 8 {
            var changed = journal
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: LocalStoreError.self, "bit \(bit)") {
                try FakeDisk(file: changed, keyFile: disk.keyFile).open()
            }
        }
    }

    @Test("records cannot be exchanged, repeated, left out or taken from another store")
    func movedRecords() throws {
        let disk = FakeDisk()
        let store = try disk.open()
        var ends = [JournalHead.byteCount]
        for step in 0..<3 {
            try store.commit([("k", [UInt8(step)])])
            ends.append(disk.file?.count ?? 0)
        }
        let journal = try #require(disk.file)
        let head = Array(journal[..<ends[0]])
        let records = (0..<3).map { Array(journal[ends[$0]..<ends[$0 + 1]]) }
        let other = FakeDisk(keyFile: disk.keyFile)
        try other.open().commit([("k", [0])])
        let foreign = Array((other.file ?? [])[JournalHead.byteCount...])
        let arrangements: [[UInt8]] = [
            head + records[1] + records[0] + records[2], head + records[0] + records[0] + records[1],
            head + records[0] + records[2], head + foreign + records[1],
        ]
        for arrangement in arrangements {
            #expect(throws: LocalStoreError.self) { try FakeDisk(file: arrangement, keyFile: disk.keyFile).open() }
        }
    }

    @Test("a failed write changes nothing, and the store goes on")
    func failedWrite() throws {
        let disk = FakeDisk()
        let store = try disk.open()
        try store.commit([("a", [1])])
        let failing = FakeDisk(file: disk.file, keyFile: disk.keyFile)
        var isFull = false
        var real = failing.disk
        let write = real.write
        real.write = { (bytes, offset) throws(LocalStoreError) in
            guard !isFull else {
                try write(Array(bytes.prefix(bytes.count / 2)), offset)
                throw .diskFull
            }
            try write(bytes, offset)
        }
        let limited = try LocalStore(disk: real, keys: failing.keys, unlock: .keyFile, cost: .cheap)
        isFull = true
        #expect(throws: LocalStoreError.diskFull) { try limited.commit([("a", [2])]) }
        #expect(limited.bytes("a") == [1])
        isFull = false
        try limited.commit([("b", [3])])
        #expect(try failing.open().contents == ["a": [1], "b": [3]])
    }

    @Test("after a write of unknown outcome the store takes nothing more")
    func unknownOutcome() throws {
        let disk = FakeDisk()
        let store = try disk.open()
        disk.writesLeft = 0
        #expect(throws: LocalStoreError.outcomeUnknown) { try store.commit([("a", [1])]) }
        disk.writesLeft = nil
        #expect(throws: LocalStoreError.outcomeUnknown) { try store.commit([("a", [1])]) }
        #expect(store.bytes("a") == nil)
    }

    @Test("a value or a key beyond the bounds is refused and changes nothing")
    func tooLarge() throws {
        let store = try FakeDisk().open()
        let large = [UInt8](repeating: 0, count: StoreLimits.valueByteCountMax + 1)
        #expect(throws: LocalStoreError.tooLarge(byteCount: large.count)) { try store.commit([("a", large)]) }
        let name = String(repeating: "k", count: StoreLimits.keyLengthMax + 1)
        #expect(throws: LocalStoreError.self) { try store.commit([(name, [1])]) }
        #expect(store.isEmpty)
        #expect(StoreLimits.valueByteCountMax * 2 <= StoreLimits.recordByteCountMax)
        #expect(StoreLimits.snapshotRecordByteCount + StoreLimits.valueByteCountMax < StoreLimits.recordByteCountMax)
        #expect(StoreLimits.snapshotChangesPerRecord <= StoreLimits.changesPerRecordMax)
    }
}
