import Glibc
import SQLite
import TestKit
import Testing

@testable import Client

@Suite("Local store: the folder")
struct FolderLockTests {
    @Test("a second opener is refused until the first is gone")
    func locked() throws {
        let house = try StoreCase()
        do {
            let first = try house.open()
            #expect(throws: LocalStoreError.inUse) { try house.open() }
            try first.commit([("a", [1])])
        }
        #expect(try house.open().contents() == ["a": [1]])
    }

    @Test("files are for their owner's eyes only")
    func modes() throws {
        let house = try StoreCase()
        let store = try house.open()
        try store.commit([("a", [1])])
        for name in ["store.db", "store.db-wal", "key", "lock"] { #expect(house.mode(of: name) == 0o600, "\(name)") }
        #expect(house.mode(of: "store.db-shm") == nil)
    }

    @Test("a wrong passphrase, none, and one too many are told apart")
    func passphrases() throws {
        let sealed = try StoreCase()
        try sealed.open(passphrase: "correct horse").commit([("a", [1])])
        #expect(throws: LocalStoreError.wrongKey) { try sealed.open(passphrase: "battery staple") }
        #expect(throws: LocalStoreError.needsPassphrase) { try sealed.open() }
        #expect(sealed.mode(of: "key") == nil)
        #expect(try sealed.open(passphrase: "correct horse").contents() == ["a": [1]])
        let open = try StoreCase()
        _ = try open.open()
        #expect(throws: LocalStoreError.takesNoPassphrase) { try open.open(passphrase: "x") }
        unlink(open.path("key"))
        #expect(throws: LocalStoreError.keyFileMissing) { try open.open() }
    }

    @Test("the files show neither names nor values, nor scopes")
    func sealed() throws {
        let house = try StoreCase()
        let store = try house.open()
        let slot = StoreSlot(
            scope: StoreScope(name: "needle-in-scope"), room: .message, place: .name("needle-in-name"))
        var transaction = StoreTransaction()
        transaction.put(Array("needle-in-value".utf8), at: slot)
        try store.commit(transaction)
        for bytes in try house.everything() { #expect(!String(decoding: bytes, as: UTF8.self).contains("needle")) }
        store.close()
        for bytes in try house.everything() { #expect(!String(decoding: bytes, as: UTF8.self).contains("needle")) }
    }

    @Test("what a crash left of a founding is removed")
    func leftOver() throws {
        let house = try StoreCase()
        for name in ["store.new", "store.new-wal", "store.new-journal"] { try house.write([1, 2, 3], to: name) }
        try house.open().commit([("a", [1])])
        for name in ["store.new", "store.new-wal", "store.new-journal"] { #expect(house.mode(of: name) == nil) }
    }

    @Test("what is no store, or of a later version, is said to be that")
    func foreign() throws {
        let house = try StoreCase()
        try house.write([UInt8](repeating: 7, count: 8_192), to: "store.db")
        #expect(throws: LocalStoreError.notAStore) { try house.open() }
        unlink(house.path("store.db"))
        try house.open().close()
        try house.withDatabase { try $0.execute("PRAGMA user_version = 4") }
        #expect(throws: LocalStoreError.notAStore) { try house.open() }
    }

    @Test("the note of the log's end is read back, and what is not whole counts as none")
    func notes() throws {
        let house = try StoreCase()
        let place = WriteAheadLog.Place(salts: .max - 5, frameCount: 7, sum: 1 << 40)
        do {
            let lock = try FolderLock(folder: house.folder.path)
            #expect(lock.noted() == nil)
            try lock.note(place)
            #expect(lock.noted() == place)
        }
        let whole = try house.bytes("lock")
        for byte in whole.indices {
            var changed = whole
            changed[byte] ^= 1
            try house.write(changed, to: "lock")
            let lock = try FolderLock(folder: house.folder.path)
            #expect(lock.noted() == nil)
            if byte == 0 {
                try lock.note(nil)
                #expect(lock.noted() == nil)
            }
        }
    }
}
