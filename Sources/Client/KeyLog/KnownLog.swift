import Keys
import Wire

/// What is known of the server's key log: its key for good, and the last head that was verified.
struct KnownLog: WireRecord, Equatable {
    /// ``ServerPublicKey/bytes``.
    var key: [UInt8]
    var head: TreeHeadPayload?

    init(key: ServerPublicKey, head: VerifiedTreeHead?) {
        self.key = key.bytes
        self.head = head?.payload
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        key = try fields.bytes("key", \.key, count: 32)
        head = try fields.valueIfPresent("head", \.head)
    }

    /// As it was verified when it was stored.
    func pinned() throws(LocalStoreError) -> PinnedLog {
        do {
            let key = try ServerPublicKey(key)
            let head = try head.flatMap { UnverifiedTreeHead($0) }?.verified(by: key)
            return PinnedLog(key: key, head: head)
        } catch {
            throw .unreadable(key: StoreKey.keyLog.name)
        }
    }
}

/// The same, checked.
struct PinnedLog: Sendable {
    let key: ServerPublicKey
    var head: VerifiedTreeHead?
}

/// A list of the own account, as the key log knows it.
struct KnownOwnList: WireRecord, Equatable {
    /// ``VerifiedDeviceList/logDigest``.
    var digest: [UInt8]
    /// Whether this device verified the list. Else the log alone says that there was one, and the owner was told.
    var isVerified: Bool

    init(digest: [UInt8], isVerified: Bool) {
        self.digest = digest
        self.isVerified = isVerified
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        digest = try fields.bytes("digest", \.digest, count: 32)
        isVerified = try fields.flag("verified", \.isVerified)
    }
}
