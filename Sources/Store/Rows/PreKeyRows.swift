package import SQLite
public import Wire

/// The prekeys of a device that are replaced rather than used up.
public struct StandingPreKeys: Sendable, Equatable {
    public var signedPreKey: SignedPreKeyPayload
    public var lastResortPreKey: SignedPreKeyPayload?
    public var kemLastResortPreKey: KEMPreKeyPayload?

    public init(
        signedPreKey: SignedPreKeyPayload, lastResortPreKey: SignedPreKeyPayload?,
        kemLastResortPreKey: KEMPreKeyPayload?
    ) {
        self.signedPreKey = signedPreKey
        self.lastResortPreKey = lastResortPreKey
        self.kemLastResortPreKey = kemLastResortPreKey
    }
}

extension SignedPreKeyPayload: RecordCell {}
extension KEMPreKeyPayload: RecordCell {}

/// A device's ``StandingPreKeys``.
package struct StandingPreKeysRow: StoredRow {
    /// ``DeviceRow/number``.
    package var device: Int64
    package var keys: StandingPreKeys

    package static let table = Table(
        "standing_prekeys", "The prekeys of devices that are replaced rather than used up.", key: 1,
        Column("device", \.device, .id, "device.number"),
        Column("signed", \.keys.signedPreKey, .publicKey, "SignedPreKey in CBOR"),
        Column("last_resort", \.keys.lastResortPreKey, .publicKey, "SignedPreKey in CBOR"),
        Column("kem_last_resort", \.keys.kemLastResortPreKey, .publicKey, "KEMPreKey in CBOR")
    ) { (device, signed, lastResort, kem) -> StandingPreKeysRow? in
        StandingPreKeysRow(
            device: device,
            keys: StandingPreKeys(signedPreKey: signed, lastResortPreKey: lastResort, kemLastResortPreKey: kem))
    }

    package static let ofDevice = Lookup(\StandingPreKeysRow.device)
    package static let indexes: [any RowIndex] = [ofDevice]
    package static let erasure = Erasure.nobody
    package static let owners = [Owner(\StandingPreKeysRow.device, DeviceRow.byNumber)]
}

/// A key that is handed out once.
package struct OneTimePreKeyRow: StoredRow {
    /// ``DeviceRow/number``.
    package var device: Int64
    package var id: UInt32
    package var key: [UInt8]

    package static let table = Table(
        "one_time_prekey", "X25519 keys that are handed out once.", key: 2,
        Column("device", \.device, .id, "device.number"),
        Column("id", \.id, .id, "chosen by the device"),
        Column("key", \.key, .publicKey)
    ) { OneTimePreKeyRow(device: $0, id: $1, key: $2) }

    package static let ofDevice = Index(within: \OneTimePreKeyRow.device, by: \.id)
    package static let byID = Lookup(\OneTimePreKeyRow.device, \.id)
    package static let indexes: [any RowIndex] = [ofDevice, byID]
    package static let erasure = Erasure.nobody
    package static let owners = [Owner(\OneTimePreKeyRow.device, DeviceRow.byNumber)]
}

/// A KEM key that is handed out once.
package struct KEMOneTimePreKeyRow: StoredRow {
    /// ``DeviceRow/number``.
    package var device: Int64
    package var id: UInt32
    package var record: KEMPreKeyPayload

    package static let table = Table(
        "kem_one_time_prekey", "ML-KEM keys that are handed out once.", key: 2,
        Column("device", \.device, .id, "device.number"),
        Column("id", \.id, .id, "chosen by the device"),
        Column("record", \.record, .publicKey, "KEMPreKey in CBOR")
    ) { KEMOneTimePreKeyRow(device: $0, id: $1, record: $2) }

    package static let ofDevice = Index(within: \KEMOneTimePreKeyRow.device, by: \.id)
    package static let byID = Lookup(\KEMOneTimePreKeyRow.device, \.id)
    package static let indexes: [any RowIndex] = [ofDevice, byID]
    package static let erasure = Erasure.nobody
    package static let owners = [Owner(\KEMOneTimePreKeyRow.device, DeviceRow.byNumber)]
}
