import Keys
import Wire

/// Another account, or the own one, as far as it is known: pinned at first sight, and only ever going forward.
struct Contact: WireRecord, Equatable {
    var handle: Handle?
    /// ``VerifiedDeviceList/bytes`` of the newest list seen.
    var listBytes: [UInt8]
    /// When its owner was found to hold the keys behind ``verifiedFingerprint``.
    var verifiedAt: Timestamp?
    /// The fingerprint of the identity that was compared; another one is not verified.
    var verifiedFingerprint: [UInt8]?

    init(handle: Handle?, list: VerifiedDeviceList) {
        self.handle = handle
        listBytes = list.bytes
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        handle = try fields.valueIfPresent("handle", \.handle)
        listBytes = try fields.bytes("list", \.listBytes, count: 1...4096)
        verifiedAt = try fields.valueIfPresent("verifiedAt", \.verifiedAt)
        verifiedFingerprint = try fields.bytesIfPresent("verifiedFingerprint", \.verifiedFingerprint, count: 32...32)
    }

    /// The list as it was verified when it was stored.
    func list(of account: AccountID) throws(LocalStoreError) -> VerifiedDeviceList {
        do {
            return try UnverifiedDeviceList(listBytes).verifiedOnFirstUse(account: account)
        } catch {
            throw .unreadable(key: StoreKey.contact(account).name)
        }
    }
}
