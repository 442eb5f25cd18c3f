import Crypto
import Keys
import Ratchet
import Wire

/// Handshakes and messages between two devices.
enum Conversations {
    /// Something that cannot fail did.
    struct Failure: Error {}

    static func run() throws {
        let alice = try Device()
        let bob = try Device()
        let bundle = try bob.bundle()
        let text = RandomBytes.make(byteCount: 500)
        Report.alone("handshake, initiator, first message", 50) {
            guard var session = try? Session.initiate(as: alice.party, identity: alice.identity, with: bundle) else {
                return
            }
            _ = try? session.encrypt(text)
        }
        var sending = try Session.initiate(as: alice.party, identity: alice.identity, with: bundle)
        let first = try SessionMessage(sending.encrypt(text))
        Report.alone("handshake, responder, first message", 50) { _ = try? bob.respond(to: first, from: alice) }
        var receiving = try bob.respond(to: first, from: alice).takeSession()
        // After an answer the messages no longer carry the handshake.
        _ = try sending.decrypt(SessionMessage(receiving.encrypt(text)))
        let pair = Pair(sending, receiving)
        Report.alone("sealing and opening 500 B in one chain", 1_000) { pair.send(text) }
        Report.alone("two messages that turn both ratchets", 100) { pair.exchange(text) }
    }

    /// Two sessions that speak with one another.
    private final class Pair {
        private var left: Session
        private var right: Session

        init(_ left: consuming Session, _ right: consuming Session) {
            self.left = left
            self.right = right
        }

        func send(_ text: [UInt8]) {
            guard let sealed = try? left.encrypt(text), let message = try? SessionMessage(sealed) else { return }
            _ = try? right.decrypt(message)
        }

        func exchange(_ text: [UInt8]) {
            send(text)
            guard let sealed = try? right.encrypt(text), let message = try? SessionMessage(sealed) else { return }
            _ = try? left.decrypt(message)
        }
    }

    /// A device with prekeys, and an account of its own.
    private final class Device {
        let account = AccountID.random()
        let identity = DeviceIdentity()
        let party: Party
        private let list: VerifiedDeviceList
        private let signed: SignedPreKeyPair
        private let single: OneTimePreKeyPair
        private let kem: KEMPreKeyPair
        private let registration: RegistrationID
        private let now = Timestamp(milliseconds: 1_800_000_000_000)

        init() throws {
            guard let registration = RegistrationID(77), let signedID = PreKeyID(1), let singleID = PreKeyID(2),
                  let kemID = PreKeyID(3) else { throw Failure() }
            self.registration = registration
            list = try VerifiedDeviceList(
                account: account, epoch: 1,
                devices: [
                    ListedDevice(device: DeviceID(1), registration: registration, identity: identity.publicKeys)
                ],
                signedBy: AccountIdentity())
            guard let party = Party(DeviceID(1), in: list) else { throw Failure() }
            self.party = party
            signed = SignedPreKeyPair(.standing, id: signedID, createdAt: now, signedBy: identity)
            single = OneTimePreKeyPair(id: singleID)
            kem = KEMPreKeyPair(.oneTime, id: kemID, signedBy: identity)
        }

        func bundle() throws -> VerifiedPreKeyBundle {
            let payload = PreKeyBundlePayload(
                device: DeviceID(1), registrationID: registration, identity: identity.publicKeys.payload,
                signedPreKey: signed.publicKey.payload, oneTimePreKey: single.publicKey.payload,
                lastResortPreKey: nil, kemPreKey: kem.publicKey.payload)
            return try UnverifiedPreKeyBundle(account: account, payload)
                .verified(for: party.address, in: list, now: now)
        }

        func respond(to message: SessionMessage, from peer: Device) throws -> Response {
            let preKeys = ResponderPreKeys(
                signed: try SignedPreKeyPair(fromSealedStore: signed.exportForSealedStore()),
                single: .oneTime(try OneTimePreKeyPair(fromSealedStore: single.exportForSealedStore())),
                kem: try KEMPreKeyPair(fromSealedStore: kem.exportForSealedStore()))
            return try Session.respond(
                to: message, as: party, identity: identity, from: peer.party, preKeys: preKeys,
                isReplay: { _ in false })
        }
    }
}
