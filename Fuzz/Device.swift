import Crypto
import Keys
import Wire

@testable import Ratchet

/// A device of an account of its own, with one prekey of each kind.
final class Device: Sendable {
    let identity = DeviceIdentity()
    let list: VerifiedDeviceList
    let party: Party
    let now = Timestamp(milliseconds: 1_800_000_000_000)
    private let registration: RegistrationID
    private let signed: SignedPreKeyPair
    private let oneTime: OneTimePreKeyPair
    private let kem: KEMPreKeyPair

    init(number: UInt32) {
        guard let registration = RegistrationID(number), let first = PreKeyID(1), let second = PreKeyID(2),
            let third = PreKeyID(3)
        else { preconditionFailure("numbers from 1 up") }
        self.registration = registration
        let account = AccountIdentity()
        let listed = ListedDevice(device: DeviceID(1), registration: registration, identity: identity.publicKeys)
        guard let list = try? VerifiedDeviceList(account: .random(), epoch: 1, devices: [listed], signedBy: account),
            let party = Party(DeviceID(1), in: list)
        else { preconditionFailure("one device makes a list") }
        self.list = list
        self.party = party
        signed = SignedPreKeyPair(.standing, id: first, createdAt: now, signedBy: identity)
        oneTime = OneTimePreKeyPair(id: second)
        kem = KEMPreKeyPair(.lastResort, id: third, signedBy: identity)
    }

    var bundle: VerifiedPreKeyBundle {
        let payload = PreKeyBundlePayload(
            device: DeviceID(1), registrationID: registration, identity: identity.publicKeys.payload,
            signedPreKey: signed.publicKey.payload, oneTimePreKey: oneTime.publicKey.payload, lastResortPreKey: nil,
            kemPreKey: kem.publicKey.payload)
        guard let bundle = try? UnverifiedPreKeyBundle(account: party.address.account, payload)
            .verified(for: party.address, in: list, now: now)
        else { preconditionFailure("an own bundle verifies") }
        return bundle
    }

    /// - Throws: when a copy cannot be made, which no input causes.
    func preKeys(for handshake: Handshake) throws -> ResponderPreKeys {
        let single: ResponderPreKeys.Single = switch handshake.single {
        case .none: .none
        case .oneTime: .oneTime(try OneTimePreKeyPair(fromSealedStore: oneTime.exportForSealedStore()))
        case .lastResort: throw OpenError.refused
        }
        return ResponderPreKeys(
            signed: try SignedPreKeyPair(fromSealedStore: signed.exportForSealedStore()), single: single,
            kem: try KEMPreKeyPair(fromSealedStore: kem.exportForSealedStore()))
    }

    func session(with peer: Device) -> Session {
        guard let session = try? Session.initiate(as: party, identity: identity, with: peer.bundle) else {
            preconditionFailure("an honest bundle makes a session")
        }
        return session
    }
}
