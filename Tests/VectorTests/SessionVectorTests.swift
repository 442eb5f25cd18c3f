import Foundation
import Testing

@testable import Crypto
@testable import Keys
@testable import Ratchet
@testable import Wire

/// Our own vectors of a session, `fixtures/vectors/session-…`: a responder opens what an initiator once sent.
///
/// A second implementation, Scripts/check-own-vectors.py, opens the same files and the replies in them.
@Suite struct SessionVectorTests {
    struct Vector: Decodable {
        struct Side: Decodable {
            let account: Hex
            let device: UInt32
            let accountIdentity: Hex
            let deviceIdentity: Hex
        }

        struct PreKey: Decodable {
            let kind: String?
            let id: UInt32?
            let `private`: Hex?
            let seed: Hex?
        }

        struct Responder: Decodable {
            let account: Hex
            let device: UInt32
            let accountIdentity: Hex
            let deviceIdentity: Hex
            let deviceIdentityPrivate: Hex
            let signedPreKey: PreKey
            let singlePreKey: PreKey
            let kemPreKey: PreKey
        }

        struct Message: Decodable {
            let from: String
            let bytes: Hex
            let plaintext: Hex
        }

        let initiator: Side
        let responder: Responder
        let binding: Hex
        let handshakeID: Hex
        let messages: [Message]
    }

    @Test("a responder opens the messages of a published session, in the order in which they came", arguments: [
        "none", "one-time", "last-resort",
    ])
    func session(name: String) throws {
        let data = try Data(contentsOf: Vectors.own.appendingPathComponent("session-\(name).json"))
        let vector = try JSONDecoder().decode(Vector.self, from: data)
        let messages = vector.messages.prefix { $0.from == "initiator" }
        let first = try SessionMessage(try #require(messages.first).bytes.bytes)
        #expect(first.handshake?.id.bytes == vector.handshakeID.bytes)
        let responder = vector.responder
        let own = try party(responder.account, responder.device, responder.accountIdentity, responder.deviceIdentity)
        let initiator = vector.initiator
        let peer = try party(initiator.account, initiator.device, initiator.accountIdentity, initiator.deviceIdentity)
        let identity = try DeviceIdentity(
            fromSealedStore: SecretBytes(copying: responder.deviceIdentityPrivate.bytes))
        let response = try Session.respond(
            to: first, as: own, identity: identity, from: peer, preKeys: try preKeys(of: responder),
            isReplay: { _ in false })
        #expect(response.plaintext == messages.first?.plaintext.bytes)
        var session = response.takeSession()
        #expect(session.current.binding == vector.binding.bytes)
        for message in messages.dropFirst() {
            #expect(try session.decrypt(SessionMessage(message.bytes.bytes)) == message.plaintext.bytes)
        }
        #expect(messages.count == 3)
        var tally = Tally("fixtures/vectors/session-\(name).json")
        tally.count(.valid, messages.count)
        tally.printed()
    }

    private func party(_ account: Hex, _ device: UInt32, _ accountIdentity: Hex, _ identity: Hex) throws -> Party {
        Party(
            address: DeviceAddress(account: try #require(AccountID(account.bytes)), device: DeviceID(device)),
            accountIdentity: try AccountIdentityKey(accountIdentity.bytes),
            deviceIdentity: try DeviceIdentityKeys(identity.bytes))
    }

    /// The pairs as a sealed store would give them; what their signatures are does not matter to a responder.
    private func preKeys(of responder: Vector.Responder) throws -> ResponderPreKeys {
        let kem = responder.kemPreKey
        var kemStored: [UInt8] = [kem.kind == "one-time" ? 1 : 2]
        kemStored.append(number: try #require(kem.id))
        kemStored += kem.seed.bytes + [UInt8](repeating: 0, count: 64)
        let single: ResponderPreKeys.Single = switch responder.singlePreKey.kind {
        case "one-time":
            .oneTime(try OneTimePreKeyPair(fromSealedStore: stored(responder.singlePreKey, isSigned: false)))
        case "last-resort":
            .lastResort(try SignedPreKeyPair(fromSealedStore: stored(responder.singlePreKey, isSigned: true)))
        default: .none
        }
        return ResponderPreKeys(
            signed: try SignedPreKeyPair(fromSealedStore: stored(responder.signedPreKey, isSigned: true)),
            single: single, kem: try KEMPreKeyPair(fromSealedStore: SecretBytes(copying: kemStored)))
    }

    private func stored(_ key: Vector.PreKey, isSigned: Bool) throws -> SecretBytes {
        var bytes: [UInt8] = []
        bytes.append(number: try #require(key.id))
        if isSigned { bytes.append(number: UInt64(0)) }
        let pair = try X25519.PrivateKey(SecretBytes(copying: key.private.bytes))
        bytes += key.private.bytes + pair.publicKey.bytes
        if isSigned { bytes += [UInt8](repeating: 0, count: 64) }
        return SecretBytes(copying: bytes)
    }
}
