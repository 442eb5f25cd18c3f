import Crypto
import Testing
import Wire

@testable import Keys

/// A device and what it uploads, for tests.
final class TestKeys {
    static let now = Timestamp(milliseconds: 1_800_000_000_000)
    static let dayMilliseconds: UInt64 = 86_400_000

    let account = AccountID.random()
    let accountIdentity = AccountIdentity()
    let identity = DeviceIdentity()
    let list: VerifiedDeviceList
    let address: DeviceAddress
    let registration: RegistrationID

    init() throws {
        registration = try #require(RegistrationID(9))
        address = DeviceAddress(account: account, device: DeviceID(1))
        list = try VerifiedDeviceList(
            account: account, epoch: 1,
            devices: [ListedDevice(device: DeviceID(1), registration: registration, identity: identity.publicKeys)],
            signedBy: accountIdentity)
    }

    static func id(_ number: UInt32) throws -> PreKeyID { try #require(PreKeyID(number)) }

    func signed(
        _ kind: SignedPreKey.Kind, _ number: UInt32 = 1, createdAt: Timestamp = now
    ) throws -> SignedPreKeyPayload {
        let id = try Self.id(number)
        let pair = SignedPreKeyPair(kind, id: id, createdAt: createdAt, signedBy: identity)
        return pair.publicKey.payload
    }

    func oneTime(_ number: UInt32) throws -> OneTimePreKeyPayload {
        let pair = OneTimePreKeyPair(id: try Self.id(number))
        return pair.publicKey.payload
    }

    func kem(_ kind: KEMPreKey.Kind, _ number: UInt32) throws -> KEMPreKeyPayload {
        let id = try Self.id(number)
        let pair = KEMPreKeyPair(kind, id: id, signedBy: identity)
        return pair.publicKey.payload
    }

    /// A bundle with one of everything.
    func bundle() throws -> PreKeyBundlePayload {
        PreKeyBundlePayload(
            device: address.device, registrationID: registration, identity: identity.publicKeys.payload,
            signedPreKey: try signed(.standing, 1), oneTimePreKey: try oneTime(2),
            lastResortPreKey: try signed(.lastResort, 3), kemPreKey: try kem(.oneTime, 4))
    }
}

extension [UInt8] {
    /// The same bytes with one bit the other way.
    func flipped(_ bit: Int) -> [UInt8] {
        var bytes = self
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return bytes
    }
}
