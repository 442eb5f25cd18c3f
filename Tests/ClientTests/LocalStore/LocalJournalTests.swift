import Crypto
import Testing

@testable import Client

@Suite("Local store: compaction")
struct LocalJournalTests {
    @Test("a journal that is mostly garbage is written anew, and says the same")
    func shrinks() throws {
        let disk = FakeDisk()
        let store = try disk.open()
        let value = RandomBytes.make(byteCount: 10_000)
        for step in 0..<200 { try store.commit([("k\(step % 5)", value + [UInt8(step)])]) }
        #expect(disk.file?.count ?? 0 < 1 << 20)
        #expect(store.byteCounts.journal == disk.file?.count)
        #expect(try disk.open().contents == store.contents)
    }

    @Test("a snapshot of more than one record holds everything")
    func largeSnapshot() throws {
        let disk = FakeDisk()
        let store = try disk.open()
        for chunk in 0..<5 { try store.commit((0..<1_000).map { ("k\(chunk)-\($0)", [UInt8(chunk)]) }) }
        for index in 0..<3 { try store.commit([("big\(index)", RandomBytes.make(byteCount: 900_000))]) }
        try store.compact()
        #expect(try disk.open().contents == store.contents)
        #expect(store.contents.count == 5_003)
    }

    @Test("a crash in the middle of a compaction leaves the old journal or the new one, with the same content",
        arguments: [false, true])
    func crash(lands: Bool) throws {
        let disk = FakeDisk()
        let store = try disk.open()
        for step in 0..<10 { try store.commit([("k", [UInt8(step)])]) }
        let before = disk.file
        disk.writesLeft = 0
        disk.lastWriteLands = lands
        #expect(throws: FakeDisk.death) { try store.compact() }
        disk.writesLeft = nil
        #expect((disk.file == before) == !lands)
        let reopened = try disk.open()
        #expect(reopened.contents == ["k": [9]])
        try reopened.commit([("l", [1])])
        #expect(try disk.open().contents == ["k": [9], "l": [1]])
    }

    @Test("the new journal has a key of its own and keeps the passphrase")
    func newKey() throws {
        let disk = FakeDisk()
        let store = try disk.open(passphrase: "correct horse")
        try store.commit([("k", [1])])
        let before = try #require(JournalHead(disk.file ?? []))
        try store.compact()
        let after = try #require(JournalHead(disk.file ?? []))
        #expect(before.fileID != after.fileID)
        #expect(before.salt == after.salt)
        #expect(try disk.open(passphrase: "correct horse").contents == ["k": [1]])
    }
}
