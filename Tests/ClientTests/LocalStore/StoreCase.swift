import Crypto
import Glibc
import SQLite
import TestKit

@testable import Client

/// A folder with a local store that a test opens, and a disk that fails where it says so.
final class StoreCase: @unchecked Sendable {
    // Unchecked because one test at a time touches it.

    /// What happens when the changes run out.
    enum End {
        /// Nothing changes any more: the process has died, before that change or with it done.
        case death(isLastDone: Bool)
        /// The disk has no room, for writes alone.
        case full
        /// Syncs fail.
        case unsynced
    }

    static let death = LocalStoreError.system(operation: "die", code: 0)

    let folder: TemporaryFolder
    /// Changes of files that still succeed; `nil` for all.
    var changesLeft: Int?
    var end = End.death(isLastDone: false)
    private(set) var hasStruck = false
    private(set) var changeCount = 0
    private(set) var syncCount = 0

    init(_ folder: TemporaryFolder? = nil) throws { self.folder = try folder ?? TemporaryFolder() }

    private lazy var system = DoomedDisk { [unowned self] in verdict($0) }

    var disk: StoreDisk {
        StoreDisk(system: system.name, change: { [self] (change) throws(LocalStoreError) in
            switch verdict(.write) {
            case .done: try change()
            case .doneAndFails:
                try change()
                throw Self.death
            case .full: throw .diskFull
            case .fails: throw Self.death
            }
        })
    }

    private func verdict(_ change: DoomedDisk.Change) -> DoomedDisk.Verdict {
        changeCount += 1
        if change == .sync { syncCount += 1 }
        guard let left = changesLeft else { return .done }
        switch end {
        case .death(let isLastDone):
            guard left <= 0 else { break }
            defer { hasStruck = true }
            return isLastDone && !hasStruck ? .doneAndFails : .fails
        case .full:
            guard left <= 0, change == .write else { break }
            hasStruck = true
            return .full
        case .unsynced:
            guard left <= 0 else { break }
            guard change == .sync else { return .done }
            hasStruck = true
            return .fails
        }
        changesLeft = left - 1
        return .done
    }

    /// As if another process began, which nothing strikes.
    func revive() {
        changesLeft = nil
        hasStruck = false
    }

    func open(passphrase: String? = nil) throws(LocalStoreError) -> LocalStore {
        guard let passphrase else {
            return try LocalStore(folder: folder.path, key: .keyFile, cost: .cheap, disk: disk)
        }
        return try LocalStore(
            folder: folder.path, key: .passphrase(copying: Array(passphrase.utf8)), cost: .cheap,
            disk: disk)
    }

    func path(_ name: String) -> String { folder.path + "/" + name }

    func bytes(_ name: String) throws -> [UInt8] {
        try SmallFile.read(path(name), byteCountMax: 1 << 28) ?? []
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        unlink(path(name))
        try SmallFile.create(path(name), in: folder.path, bytes)
    }

    /// All bytes of all files.
    func everything() throws -> [[UInt8]] {
        try folder.files.map { try SmallFile.read($0, byteCountMax: 1 << 28) ?? [] }
    }

    func mode(of name: String) -> mode_t? { folder.mode(of: name) }

    /// The database by itself, while no store is open on it.
    func withDatabase(_ body: (Connection) throws -> Void) throws {
        let connection = try Connection(path: path(StoreFile.databaseName), access: .readWrite)
        defer { connection.close() }
        try body(connection)
        _ = connection.checkpoint(.truncate)
    }
}

extension TemporaryFolder {
    func mode(of name: String) -> mode_t? {
        var status = stat()
        return stat(path + "/" + name, &status) == 0 ? status.st_mode & 0o777 : nil
    }
}

extension Argon2id.Cost {
    /// As little as Argon2id takes, for tests that are not about its cost.
    static var cheap: Argon2id.Cost { Argon2id.Cost(passCount: 1, memoryByteCount: 8_192) ?? .standard }
}

extension StoreScope {
    static let test = StoreScope(name: "test")
}

extension StoreSlot {
    /// A named place of its own for each text.
    static func test(_ name: String) -> StoreSlot { StoreSlot(scope: .test, room: .message, place: .name(name)) }
}

extension LocalStore {
    /// One transaction of puts and, for `nil`, removals.
    func commit(_ changes: [(String, [UInt8]?)], erases: Bool = false) throws(LocalStoreError) {
        try commit(Self.transaction(changes, erases: erases))
    }

    static func transaction(_ changes: [(String, [UInt8]?)], erases: Bool = false) -> StoreTransaction {
        var transaction = StoreTransaction()
        for (key, value) in changes {
            if let value { transaction.put(value, at: .test(key)) } else { transaction.remove(.test(key)) }
        }
        if erases { transaction.erase() }
        return transaction
    }

    func contents() throws(LocalStoreError) -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        try visit(in: .message, of: .test) { (row) in
            if case .name(let name) = row.slot.place { contents[name] = Array(row.value) }
        }
        return contents
    }
}
