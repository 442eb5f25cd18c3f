import Crypto

/// Where the main key of a store comes from.
struct StoreKeys {
    /// The key file; `nil` when there is none.
    var load: () throws(LocalStoreError) -> [UInt8]?
    var create: (_ bytes: [UInt8]) throws(LocalStoreError) -> Void

    /// The main key of a store that exists. Whether it is the right one, its head says.
    func mainKey(of head: JournalHead, _ unlock: borrowing LocalStore.Unlock) throws(LocalStoreError) -> SecretBytes {
        switch head.keySource {
        case .keyFile:
            if JournalHead.KeySource(unlock) == .passphrase { throw .takesNoPassphrase }
            guard let bytes = try load() else { throw .keyFileMissing }
            guard bytes.count == 32 else { throw .wrongKey }
            return SecretBytes(copying: bytes)
        case .passphrase:
            return try Self.derive(unlock, salt: head.salt, cost: head.cost)
        }
    }

    /// The main key of a store that does not exist yet. A key file that a crash left behind is used.
    func newMainKey(
        _ unlock: borrowing LocalStore.Unlock, salt: [UInt8], cost: Argon2id.Cost
    ) throws(LocalStoreError) -> SecretBytes {
        if JournalHead.KeySource(unlock) == .passphrase { return try Self.derive(unlock, salt: salt, cost: cost) }
        if let left = try load() {
            guard left.count == 32 else { throw .wrongKey }
            return SecretBytes(copying: left)
        }
        let mainKey = SecretBytes.random(byteCount: 32)
        try create(mainKey.exportUnprotected())
        return mainKey
    }

    private static func derive(
        _ unlock: borrowing LocalStore.Unlock, salt: [UInt8], cost: Argon2id.Cost
    ) throws(LocalStoreError) -> SecretBytes {
        switch unlock {
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
