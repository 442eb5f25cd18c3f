import Crypto
import Keys
import Testing
import Wire

@testable import Ratchet

/// A device of an account of its own, with prekeys, for tests.
final class TestDevice {
    let account = AccountID.random()
    let accountIdentity = AccountIdentity()
    let identity = DeviceIdentity()
    let list: VerifiedDeviceList
    let party: Party
    let now = Timestamp(milliseconds: 1_800_000_000_000)

    /// Which prekeys a bundle carries beside the signed one.
    enum Single: CaseIterable { case none, oneTime, lastResort }

    private let signed: SignedPreKeyPair
    private let lastResort: SignedPreKeyPair
    private let oneTime: OneTimePreKeyPair
    private let kemOneTime: KEMPreKeyPair
    private let kemLastResort: KEMPreKeyPair

    init() throws {
        let registration = try #require(RegistrationID(77))
        list = try VerifiedDeviceList(
            account: account, epoch: 1,
            devices: [ListedDevice(device: DeviceID(1), registration: registration, identity: identity.publicKeys)],
            signedBy: accountIdentity)
        party = try #require(Party(DeviceID(1), in: list))
        signed = SignedPreKeyPair(
            .standing, id: try #require(PreKeyID(11)), createdAt: now, signedBy: identity)
        lastResort = SignedPreKeyPair(
            .lastResort, id: try #require(PreKeyID(12)), createdAt: now, signedBy: identity)
        oneTime = OneTimePreKeyPair(id: try #require(PreKeyID(13)))
        kemOneTime = KEMPreKeyPair(.oneTime, id: try #require(PreKeyID(14)), signedBy: identity)
        kemLastResort = KEMPreKeyPair(.lastResort, id: try #require(PreKeyID(15)), signedBy: identity)
    }

    /// - Parameter oneTimeKey: what stands in it for this device's one-time prekey, which nobody signs.
    func bundle(_ single: Single, oneTimeKey: [UInt8]? = nil) throws -> VerifiedPreKeyBundle {
        var payload = PreKeyBundlePayload(
            device: DeviceID(1), registrationID: try #require(RegistrationID(77)),
            identity: identity.publicKeys.payload,
            signedPreKey: signed.publicKey.payload,
            oneTimePreKey: single == .oneTime ? oneTime.publicKey.payload : nil,
            lastResortPreKey: single == .lastResort ? lastResort.publicKey.payload : nil,
            kemPreKey: single == .oneTime ? kemOneTime.publicKey.payload : kemLastResort.publicKey.payload)
        if let oneTimeKey { payload.oneTimePreKey?.key = oneTimeKey }
        return try UnverifiedPreKeyBundle(account: account, payload)
            .verified(for: party.address, in: list, now: now)
    }

    func preKeys(for handshake: Handshake) throws -> ResponderPreKeys {
        let stored = try SignedPreKeyPair(fromSealedStore: signed.exportForSealedStore())
        let kemSecret = handshake.kem.kind == .oneTime
            ? kemOneTime.exportForSealedStore() : kemLastResort.exportForSealedStore()
        let kem = try KEMPreKeyPair(fromSealedStore: kemSecret)
        let single: ResponderPreKeys.Single = switch handshake.single {
        case .none: .none
        case .oneTime: .oneTime(try OneTimePreKeyPair(fromSealedStore: oneTime.exportForSealedStore()))
        case .lastResort: .lastResort(try SignedPreKeyPair(fromSealedStore: lastResort.exportForSealedStore()))
        }
        return ResponderPreKeys(signed: stored, single: single, kem: kem)
    }

    func initiate(with peer: TestDevice, _ single: Single = .oneTime) throws -> Session {
        try Session.initiate(as: party, identity: identity, with: try peer.bundle(single))
    }

    func respond(to bytes: [UInt8], from peer: TestDevice) throws -> Response {
        try respond(to: SessionMessage(bytes), from: peer)
    }

    /// Refuses where this device has no such prekeys, as a client does.
    func respond(to message: SessionMessage, from peer: TestDevice, isReplay: Bool = false) throws -> Response {
        guard let handshake = message.handshake else { throw OpenError.refused }
        return try Session.respond(
            to: message, as: party, identity: identity, from: peer.party, preKeys: try preKeys(for: handshake),
            isReplay: { _ in isReplay })
    }

    func respond(to bytes: [UInt8], from peer: TestDevice, in session: inout Session) throws -> [UInt8] {
        let message = try SessionMessage(bytes)
        let handshake = try #require(message.handshake)
        return try session.respond(
            to: message, as: party, identity: identity, from: peer.party, preKeys: try preKeys(for: handshake),
            isReplay: { _ in false })
    }
}

extension Session {
    /// The record as an array, for comparing states.
    func recordBytes() -> [UInt8] { record().exportUnprotected() }
}
