import Crypto

/// Where the main key of a store comes from.
struct StoreKeys {
    let folder: String
    let disk: StoreDisk

    private var path: String { folder + "/key" }

    /// The main key of a store that exists. Whether it is the right one, its head says.
    func mainKey(of head: StoreHead, _ folderKey: borrowing FolderKey) throws(LocalStoreError) -> SecretBytes {
        switch head.keySource {
        case .keyFile:
            if StoreHead.KeySource(folderKey) == .passphrase { throw .takesNoPassphrase }
            guard let key = try load() else { throw .keyFileMissing }
            return key
        case .passphrase:
            return try Self.derive(folderKey, salt: head.salt, cost: head.cost)
        }
    }

    /// The main key of a store that does not exist yet. A key file that a crash left behind is used.
    func newMainKey(
        _ folderKey: borrowing FolderKey, salt: [UInt8], cost: Argon2id.Cost
    ) throws(LocalStoreError) -> SecretBytes {
        if StoreHead.KeySource(folderKey) == .passphrase { return try Self.derive(folderKey, salt: salt, cost: cost) }
        if let left = try load() { return left }
        let mainKey = SecretBytes.random(byteCount: 32)
        let bytes = mainKey.exportUnprotected()
        try disk.change { () throws(LocalStoreError) in try SmallFile.create(path, in: folder, bytes) }
        return mainKey
    }

    private func load() throws(LocalStoreError) -> SecretBytes? {
        guard let bytes = try SmallFile.read(path, byteCountMax: 32) else { return nil }
        guard bytes.count == 32 else { throw .wrongKey }
        return SecretBytes(copying: bytes)
    }

    private static func derive(
        _ folderKey: borrowing FolderKey, salt: [UInt8], cost: Argon2id.Cost
    ) throws(LocalStoreError) -> SecretBytes {
        switch folderKey.source {
        case .keyFile:
            throw .needsPassphrase
        case .passphrase(let passphrase):
            do {
                return try Argon2id.deriveKey(from: passphrase, salt: salt, cost: cost)
            } catch {
                throw .outOfMemory
            }
        }
    }
}
