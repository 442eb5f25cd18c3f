import Crypto
import Keys
import Ratchet
import Wire

/// A device of an account, its private keys in the open.
struct Maker: ~Copyable {
    static let now = Timestamp(milliseconds: 1_800_000_000_000)

    let account: AccountID
    let accountIdentity = AccountIdentity()
    let identity = DeviceIdentity()
    let list: VerifiedDeviceList
    let party: Party
    let registration: RegistrationID

    /// - Parameter byte: every byte of the account's id.
    init(account byte: UInt8, device: UInt32, registration: UInt32, epoch: UInt64 = 1) throws {
        account = required(AccountID([UInt8](repeating: byte, count: 16)))
        self.registration = required(RegistrationID(registration))
        let listed = ListedDevice(
            device: DeviceID(device), registration: self.registration, identity: identity.publicKeys)
        list = try VerifiedDeviceList(account: account, epoch: epoch, devices: [listed], signedBy: accountIdentity)
        party = required(Party(DeviceID(device), in: list))
    }

    var accountSecret: [UInt8] { accountIdentity.exportForSealedStore().exportUnprotected() }
    var deviceSecret: [UInt8] { identity.exportForSealedStore().exportUnprotected() }

    /// As docs/protocol/session.md draws a side: 148 bytes.
    var side: [UInt8] {
        let device = withUnsafeBytes(of: party.address.device.rawValue.bigEndian) { Array($0) }
        return account.bytes.array + device + accountIdentity.publicKeys.bytes + identity.publicKeys.bytes
    }

    /// The side's public half, and its private keys.
    var json: JSON {
        .object([
            ("account", .hex(account.bytes.array)), ("device", .number(UInt64(party.address.device.rawValue))),
            ("accountIdentity", .hex(accountIdentity.publicKeys.bytes)),
            ("deviceIdentity", .hex(identity.publicKeys.bytes)), ("deviceIdentityPrivate", .hex(deviceSecret)),
        ])
    }
}
