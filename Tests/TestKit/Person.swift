public import Keys
public import Wire

/// An account with real keys, as a client would make it.
public final class Person: Sendable {
    public let handle: Handle
    public let account: AccountID
    public let identity: AccountIdentity
    /// Its first device, number 1.
    public let device: PersonDevice

    public init(_ name: String, now: Timestamp, oneTimePreKeyCount: Int = 5, in shard: Shard = .ofTests) {
        guard let handle = Handle(text: name) else { preconditionFailure("\(name) is no handle") }
        self.handle = handle
        account = .random(in: shard)
        identity = AccountIdentity()
        device = PersonDevice(account: account, number: 1, now: now, oneTimePreKeyCount: oneTimePreKeyCount)
    }

    public var address: DeviceAddress { device.address }

    public func registration(invite: String? = nil) -> RegistrationRequest {
        RegistrationRequest(
            handle: handle, account: account, identity: identity.publicKeys.payload,
            deviceList: list(epoch: 1, [device]), preKeys: device.upload, invite: invite)
    }

    /// A signed list of these devices.
    public func list(epoch: UInt64, _ devices: [PersonDevice]) -> DeviceListPayload {
        do {
            return try VerifiedDeviceList(
                account: account, epoch: epoch, devices: devices.map(\.listed), signedBy: identity
            ).payload
        } catch {
            preconditionFailure("the devices of a test make a list: \(error)")
        }
    }
}

/// One device with its keys.
public final class PersonDevice: Sendable {
    public let address: DeviceAddress
    public let registrationID: RegistrationID
    public let identity: DeviceIdentity
    public let upload: PreKeyUpload

    public init(account: AccountID, number: UInt32, now: Timestamp, oneTimePreKeyCount: Int = 5) {
        address = DeviceAddress(account: account, device: DeviceID(number))
        guard let registrationID = RegistrationID(.random(in: RegistrationID.range)) else {
            preconditionFailure("a registration id within its range")
        }
        self.registrationID = registrationID
        let identity = DeviceIdentity()
        upload = PersonDevice.upload(by: identity, firstID: 1, oneTimePreKeyCount: oneTimePreKeyCount, now: now)
        self.identity = identity
    }

    public var listed: ListedDevice {
        ListedDevice(device: address.device, registration: registrationID, identity: identity.publicKeys)
    }

    /// A fresh signed prekey, last-resort ones, and one-time prekeys numbered from `firstID`.
    public static func upload(
        by identity: borrowing DeviceIdentity, firstID: UInt32, oneTimePreKeyCount: Int, now: Timestamp
    ) -> PreKeyUpload {
        guard let standing = PreKeyID(firstID), let lastResort = PreKeyID(firstID + 1) else {
            preconditionFailure("prekeys are numbered from 1")
        }
        return PreKeyUpload(
            signedPreKey: SignedPreKeyPair(.standing, id: standing, createdAt: now, signedBy: identity)
                .publicKey.payload,
            oneTimePreKeys: (0..<oneTimePreKeyCount).compactMap { (index) in
                PreKeyID(firstID + UInt32(index)).map { OneTimePreKeyPair(id: $0).publicKey.payload }
            },
            lastResortPreKey: SignedPreKeyPair(.lastResort, id: lastResort, createdAt: now, signedBy: identity)
                .publicKey.payload,
            kemLastResortPreKey: KEMPreKeyPair(.lastResort, id: lastResort, signedBy: identity).publicKey.payload)
    }

    /// A copy of a message for this device.
    public func copy(_ body: [UInt8]) -> DeviceCopy {
        DeviceCopy(device: address.device, registrationID: registrationID, body: body)
    }
}
