import Crypto
import Keys
import Wire

/// The recovery key of this account, and which backup the server has.
struct BackupState: WireRecord, Equatable {
    /// ``RecoveryKey/exportForSealedStore()``.
    var keyBytes: [UInt8]
    /// Of the backup that the server is known to have.
    var entityTag: String?
    /// SHA-256 of the content that the server has, so that nothing is sent twice.
    var contentDigest: [UInt8]?

    init(key: borrowing RecoveryKey) { keyBytes = key.exportForSealedStore().exportUnprotected() }

    init(fields: inout Fields<Self>) throws(WireError) {
        keyBytes = try fields.bytes("key", \.keyBytes, count: RecoveryKey.byteCount)
        entityTag = try fields.textIfPresent("tag", \.entityTag, length: 1...100)
        contentDigest = try fields.bytesIfPresent("digest", \.contentDigest, count: 32...32)
    }

    func recoveryKey() throws(LocalStoreError) -> RecoveryKey {
        do {
            return try RecoveryKey(fromSealedStore: SecretBytes(copying: keyBytes))
        } catch {
            throw .unreadable(key: StoreKey.backup.name)
        }
    }
}
