public import Keys
import Store
public import Wire

extension Look {
    /// What a certificate says of a device, good for a day from now.
    /// - Throws: `unauthenticated` when the device was unlinked meanwhile.
    public func senderClaim(of device: DeviceAddress) throws(Problem) -> SenderClaim {
        guard let row = try tables.device(device), let account = try tables.account(device.account),
            let accountIdentity = try? AccountIdentityKey(account.identity),
            let deviceIdentity = try? DeviceIdentityKeys(row.identity)
        else { throw Problem(.unauthenticated, "This device is no longer linked.") }
        return SenderClaim(
            address: device, registration: row.registrationID, accountIdentity: accountIdentity,
            deviceIdentity: deviceIdentity, expiresAt: now.adding(seconds: VerifiedSenderCertificate.lifetimeSeconds))
    }
}
