import Crypto
import Testing

@testable import Client

/// A disk in memory that can die at any write. Owned by one test.
final class FakeDisk {
    /// Thrown where the process would have died.
    static let death = LocalStoreError.system(operation: "die", code: 0)

    var file: [UInt8]?
    var keyFile: [UInt8]?
    /// Writes and replacements that still succeed; `nil` for ever.
    var writesLeft: Int?
    /// Whether the write that kills has reached the disk.
    var lastWriteLands = false
    private(set) var writeCount = 0

    init(file: [UInt8]? = nil, keyFile: [UInt8]? = nil) {
        self.file = file
        self.keyFile = keyFile
    }

    var disk: JournalDisk {
        JournalDisk(
            load: { () throws(LocalStoreError) in self.file },
            write: { (bytes, offset) throws(LocalStoreError) in
                try self.step { self.file = Array((self.file ?? []).prefix(offset)) + bytes }
            },
            cut: { (byteCount) throws(LocalStoreError) in
                guard self.writesLeft != 0 else { throw Self.death }
                self.file = Array((self.file ?? []).prefix(byteCount))
            },
            replace: { (bytes) throws(LocalStoreError) in try self.step { self.file = bytes } })
    }

    var keys: StoreKeys {
        StoreKeys(
            load: { () throws(LocalStoreError) in self.keyFile },
            create: { (bytes) throws(LocalStoreError) in self.keyFile = bytes })
    }

    func open() throws(LocalStoreError) -> LocalStore {
        try LocalStore(disk: disk, keys: keys, unlock: .keyFile, cost: .cheap)
    }

    func open(passphrase: String) throws(LocalStoreError) -> LocalStore {
        let unlock = LocalStore.Unlock.passphrase(SecretBytes(copying: Array(passphrase.utf8)))
        return try LocalStore(disk: disk, keys: keys, unlock: unlock, cost: .cheap)
    }

    private func step(_ write: () -> Void) throws(LocalStoreError) {
        if let left = writesLeft {
            guard left > 0 else {
                if lastWriteLands { write() }
                lastWriteLands = false
                throw Self.death
            }
            writesLeft = left - 1
        }
        writeCount += 1
        write()
    }
}

extension Argon2id.Cost {
    /// As little as Argon2id takes, for tests that are not about its cost.
    static var cheap: Argon2id.Cost { Argon2id.Cost(passCount: 1, memoryByteCount: 8_192) ?? .standard }
}

extension LocalStore {
    /// One transaction of puts and, for `nil`, removals.
    func commit(_ changes: [(String, [UInt8]?)]) throws(LocalStoreError) {
        var transaction = StoreTransaction()
        for (key, value) in changes {
            if let value { transaction.put(value, at: key) } else { transaction.remove(key) }
        }
        try commit(transaction)
    }

    var contents: [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: keys(withPrefix: "").map { ($0, bytes($0) ?? []) })
    }
}
