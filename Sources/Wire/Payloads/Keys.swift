// Keys as they travel: unchecked bytes of the right length. `Keys` turns them into checked types with roles.

/// The public halves of an identity: one key that signs, one that agrees. Of an account or of a device.
public struct IdentityPayload: WireRecord, Equatable {
    public static let name = "Identity"
    /// Ed25519, 32 bytes.
    public var signingKey: [UInt8]
    /// X25519, 32 bytes.
    public var agreementKey: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        signingKey = try fields.bytes("signingKey", \.signingKey, count: 32)
        agreementKey = try fields.bytes("agreementKey", \.agreementKey, count: 32)
    }
}

/// One entry of a device list.
public struct DevicePayload: WireRecord, Equatable {
    public static let name = "Device"
    public var device: DeviceID
    public var registrationID: RegistrationID
    public var identity: IdentityPayload

    public init(fields: inout Fields<Self>) throws(WireError) {
        device = try fields.value("device", \.device)
        registrationID = try fields.value("registrationId", \.registrationID)
        identity = try fields.value("identity", \.identity)
    }
}

/// The devices of one account, signed by the account key. Every change counts the epoch up by one, from 1.
public struct DeviceListPayload: WireRecord, Equatable {
    public static let name = "DeviceList"
    public var epoch: UInt64
    public var devices: [DevicePayload]
    /// Ed25519 by the account's signing key over the canonical list; docs/protocol/keys.md draws it.
    public var signature: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        epoch = try fields.number("epoch", \.epoch, in: 1...UInt64(UInt32.max))
        devices = try fields.list("devices", \.devices, count: 1...Limits.devicesPerAccountMax)
        signature = try fields.bytes("signature", \.signature, count: 64)
    }
}

/// An X25519 prekey signed by the device.
public struct SignedPreKeyPayload: WireRecord, Equatable {
    public static let name = "SignedPreKey"
    public var id: UInt32
    public var key: [UInt8]
    public var createdAt: Timestamp
    public var signature: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        id = try fields.number("id", \.id, in: 1...UInt32.max)
        key = try fields.bytes("key", \.key, count: 32)
        createdAt = try fields.value("createdAt", \.createdAt)
        signature = try fields.bytes("signature", \.signature, count: 64)
    }
}

/// An X25519 prekey that is handed out once.
public struct OneTimePreKeyPayload: WireRecord, Equatable {
    public static let name = "OneTimePreKey"
    public var id: UInt32
    public var key: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        id = try fields.number("id", \.id, in: 1...UInt32.max)
        key = try fields.bytes("key", \.key, count: 32)
    }
}

/// An ML-KEM-768 encapsulation key (FIPS 203) signed by the device: one-time or last-resort.
public struct KEMPreKeyPayload: WireRecord, Equatable {
    public static let name = "KEMPreKey"
    public static let keyByteCount = 1184
    public var id: UInt32
    public var key: [UInt8]
    public var signature: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        id = try fields.number("id", \.id, in: 1...UInt32.max)
        key = try fields.bytes("key", \.key, count: Self.keyByteCount)
        signature = try fields.bytes("signature", \.signature, count: 64)
    }
}

/// What a device uploads. Absent parts leave what is stored as it is; one-time keys add to the stock.
public struct PreKeyUpload: WireRecord, Equatable {
    public var signedPreKey: SignedPreKeyPayload?
    public var oneTimePreKeys: [OneTimePreKeyPayload] = []
    /// Handed out, again and again, when no one-time prekey is left.
    public var lastResortPreKey: SignedPreKeyPayload?
    public var kemOneTimePreKeys: [KEMPreKeyPayload] = []
    public var kemLastResortPreKey: KEMPreKeyPayload?

    public init(fields: inout Fields<Self>) throws(WireError) {
        signedPreKey = try fields.valueIfPresent("signedPreKey", \.signedPreKey)
        oneTimePreKeys = try fields.listIfAny(
            "oneTimePreKeys", \.oneTimePreKeys, countMax: Limits.oneTimePreKeysPerUploadMax)
        lastResortPreKey = try fields.valueIfPresent("lastResortPreKey", \.lastResortPreKey)
        kemOneTimePreKeys = try fields.listIfAny(
            "kemOneTimePreKeys", \.kemOneTimePreKeys, countMax: Limits.oneTimePreKeysPerUploadMax)
        kemLastResortPreKey = try fields.valueIfPresent("kemLastResortPreKey", \.kemLastResortPreKey)
    }
}

/// What of a device's prekeys the server holds.
public struct PreKeyCounts: WireRecord, Equatable {
    public var oneTimePreKeys: UInt64
    public var kemOneTimePreKeys: UInt64
    public var signedPreKeyCreatedAt: Timestamp?
    public var hasLastResortPreKey: Bool
    public var hasKEMLastResortPreKey: Bool

    public init(fields: inout Fields<Self>) throws(WireError) {
        oneTimePreKeys = try fields.number("oneTimePreKeys", \.oneTimePreKeys, in: 0...1_000_000)
        kemOneTimePreKeys = try fields.number("kemOneTimePreKeys", \.kemOneTimePreKeys, in: 0...1_000_000)
        signedPreKeyCreatedAt = try fields.valueIfPresent("signedPreKeyCreatedAt", \.signedPreKeyCreatedAt)
        hasLastResortPreKey = try fields.flag("hasLastResortPreKey", \.hasLastResortPreKey)
        hasKEMLastResortPreKey = try fields.flag("hasKemLastResortPreKey", \.hasKEMLastResortPreKey)
    }
}

/// What one device offers to somebody who wants to start a session with it.
public struct PreKeyBundlePayload: WireRecord, Equatable {
    public static let name = "PreKeyBundle"
    public var device: DeviceID
    public var registrationID: RegistrationID
    public var identity: IdentityPayload
    public var signedPreKey: SignedPreKeyPayload
    /// A one-time prekey, popped for this claim; absent when none was left.
    public var oneTimePreKey: OneTimePreKeyPayload?
    /// Stands in when no one-time prekey was left.
    public var lastResortPreKey: SignedPreKeyPayload?
    /// One-time while there are any, else the last-resort one.
    public var kemPreKey: KEMPreKeyPayload?

    public init(fields: inout Fields<Self>) throws(WireError) {
        device = try fields.value("device", \.device)
        registrationID = try fields.value("registrationId", \.registrationID)
        identity = try fields.value("identity", \.identity)
        signedPreKey = try fields.value("signedPreKey", \.signedPreKey)
        oneTimePreKey = try fields.valueIfPresent("oneTimePreKey", \.oneTimePreKey)
        lastResortPreKey = try fields.valueIfPresent("lastResortPreKey", \.lastResortPreKey)
        kemPreKey = try fields.valueIfPresent("kemPreKey", \.kemPreKey)
    }
}

/// The answer to a claim: who the account is, its signed device list, and a bundle for each device asked for.
public struct ClaimedKeys: WireRecord, Equatable {
    public var account: AccountID
    public var identity: IdentityPayload
    public var deviceList: DeviceListPayload
    public var bundles: [PreKeyBundlePayload]
    /// That the list is in the key log. A client uses no list without it.
    public var transparency: TransparencyPayload?

    public init(fields: inout Fields<Self>) throws(WireError) {
        account = try fields.value("account", \.account)
        identity = try fields.value("identity", \.identity)
        deviceList = try fields.value("deviceList", \.deviceList)
        bundles = try fields.list("bundles", \.bundles, count: 0...Limits.devicesPerAccountMax)
        transparency = try fields.valueIfPresent("transparency", \.transparency)
    }
}
