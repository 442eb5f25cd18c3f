public import Keys
public import Wire

/// One side of a session: a device, and the identities that vouch for it.
public struct Party: Hashable, Sendable {
    /// The device's address.
    public let address: DeviceAddress
    /// Its account's identity.
    public let accountIdentity: AccountIdentityKey
    /// Its own identity, as its account lists it.
    public let deviceIdentity: DeviceIdentityKeys

    /// `nil` when the account does not list that device.
    public init?(_ device: DeviceID, in list: VerifiedDeviceList) {
        guard let listed = list.device(device) else { return nil }
        address = DeviceAddress(account: list.account, device: device)
        accountIdentity = list.identity
        deviceIdentity = listed.identity
    }

    /// The device that `bundle` is of.
    public init(_ bundle: VerifiedPreKeyBundle) {
        address = bundle.address
        accountIdentity = bundle.accountIdentity
        deviceIdentity = bundle.deviceIdentity
    }

    init(address: DeviceAddress, accountIdentity: AccountIdentityKey, deviceIdentity: DeviceIdentityKeys) {
        self.address = address
        self.accountIdentity = accountIdentity
        self.deviceIdentity = deviceIdentity
    }

    /// The 148 bytes that bind this side into a session: account (16), device (4), account identity (64), device
    /// identity (64).
    var bytes: [UInt8] {
        var bytes = address.account.bytes.array
        bytes.reserveCapacity(148)
        bytes.append(number: address.device.rawValue)
        return bytes + accountIdentity.bytes + deviceIdentity.bytes
    }
}
