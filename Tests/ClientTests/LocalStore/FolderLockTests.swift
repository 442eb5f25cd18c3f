import Crypto
import Glibc
import TestKit
import Testing

@testable import Client

extension TemporaryFolder {
    func open() throws(LocalStoreError) -> LocalStore {
        try LocalStore(folder: path, unlock: .keyFile, cost: .cheap)
    }

    func open(passphrase: String) throws(LocalStoreError) -> LocalStore {
        try LocalStore(
            folder: path, unlock: .passphrase(SecretBytes(copying: Array(passphrase.utf8))), cost: .cheap)
    }

    func mode(of name: String) -> mode_t? {
        var status = stat()
        return stat(path + "/" + name, &status) == 0 ? status.st_mode & 0o777 : nil
    }
}

@Suite("Local store: the folder")
struct FolderLockTests {
    @Test("a second opener is refused until the first is gone")
    func locked() throws {
        let folder = try TemporaryFolder()
        do {
            let first = try folder.open()
            #expect(throws: LocalStoreError.inUse) { try folder.open() }
            try first.commit([("a", [1])])
        }
        #expect(try folder.open().contents == ["a": [1]])
    }

    @Test("files are for their owner's eyes only")
    func modes() throws {
        let folder = try TemporaryFolder()
        _ = try folder.open()
        for name in ["journal", "key", "lock"] { #expect(folder.mode(of: name) == 0o600, "\(name)") }
    }

    @Test("a wrong passphrase, none, and one too many are told apart")
    func passphrases() throws {
        let sealed = try TemporaryFolder()
        try sealed.open(passphrase: "correct horse").commit([("a", [1])])
        #expect(throws: LocalStoreError.wrongKey) { try sealed.open(passphrase: "battery staple") }
        #expect(throws: LocalStoreError.needsPassphrase) { try sealed.open() }
        #expect(sealed.mode(of: "key") == nil)
        #expect(try sealed.open(passphrase: "correct horse").contents == ["a": [1]])
        let open = try TemporaryFolder()
        _ = try open.open()
        #expect(throws: LocalStoreError.takesNoPassphrase) { try open.open(passphrase: "x") }
        unlink(open.path + "/key")
        #expect(throws: LocalStoreError.keyFileMissing) { try open.open() }
    }

    @Test("the journal on disk shows neither keys nor values")
    func sealed() throws {
        let folder = try TemporaryFolder()
        try folder.open().commit([("needle-in-key", Array("needle-in-value".utf8))])
        let bytes = try #require(try SmallFile.read(folder.path + "/journal", byteCountMax: 1 << 20))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("needle"))
    }

    @Test("what a crash left of a compaction is ignored and removed")
    func leftOver() throws {
        let folder = try TemporaryFolder()
        try folder.open().commit([("a", [1])])
        try SmallFile.create(folder.path + "/journal.new", in: folder.path, [1, 2, 3])
        let store = try folder.open()
        #expect(store.contents == ["a": [1]])
        #expect(folder.mode(of: "journal.new") == nil)
        try store.compact()
        try store.commit([("b", [2])])
        #expect(folder.mode(of: "journal.new") == nil)
    }

    @Test("a compacted store on disk opens again with what came after")
    func compactedOnDisk() throws {
        let folder = try TemporaryFolder()
        do {
            let store = try folder.open()
            for step in 0..<20 { try store.commit([("k", [UInt8(step)])]) }
            try store.compact()
            try store.commit([("after", [1])])
        }
        #expect(try folder.open().contents == ["k": [19], "after": [1]])
    }
}
