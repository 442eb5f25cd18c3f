import Crypto
import Keys

/// One session: what came of one handshake.
struct SessionState: ~Copyable, Sendable {
    /// The handshake that it came of.
    let handshakeID: HandshakeID
    /// ``SessionBinding``, 32 bytes.
    let binding: [UInt8]
    /// Goes in front of each message until the first reply; `nil` after that, and for the responder.
    private(set) var pendingHandshake: Handshake?
    private(set) var ratchet: DoubleRatchet

    init(
        handshakeID: HandshakeID, binding: [UInt8], pendingHandshake: Handshake?, ratchet: consuming DoubleRatchet
    ) {
        self.handshakeID = handshakeID
        self.binding = binding
        self.pendingHandshake = pendingHandshake
        self.ratchet = ratchet
    }

    /// The initiator's side.
    init(
        as own: Party, identity: borrowing DeviceIdentity, with bundle: VerifiedPreKeyBundle
    ) throws(HandshakeError) {
        let binding = SessionBinding.of(initiator: own, responder: Party(bundle))
        do {
            let initiated = try InitiatedHandshake(identity, with: bundle, binding: binding)
            let ratchet = try DoubleRatchet(
                initiatorRoot: initiated.root, remoteRatchetKey: bundle.signedPreKey.agreement)
            self.init(
                handshakeID: initiated.handshake.id, binding: binding, pendingHandshake: initiated.handshake,
                ratchet: ratchet)
        } catch {
            throw .unusableKey
        }
    }

    /// The responder's side. It has opened nothing yet and seals nothing before it has.
    init(
        answering handshake: Handshake, as own: Party, identity: borrowing DeviceIdentity, from peer: Party,
        preKeys: borrowing ResponderPreKeys
    ) throws(OpenError) {
        let binding = SessionBinding.of(initiator: peer, responder: own)
        let answered = try AnsweredHandshake(
            handshake, identity: identity, peer: peer, preKeys: preKeys, binding: binding)
        // The chain stands for none: opening the first message replaces it before anything is sealed.
        let sending = DoubleRatchet.Sending(
            ratchetKey: preKeys.signed.ratchetKey(), chain: ChainKey(.random(byteCount: 32), number: 0),
            previousCount: 0)
        self.init(
            handshakeID: handshake.id, binding: binding, pendingHandshake: nil,
            ratchet: DoubleRatchet(
                root: answered.root.duplicate(), sending: sending, receiving: nil, skipped: SkippedKeys()))
    }

    /// Whether this side began it and has heard nothing on it yet.
    var isUnanswered: Bool { pendingHandshake != nil }

    mutating func seal(_ plaintext: [UInt8]) throws(SealError) -> [UInt8] {
        try ratchet.seal(plaintext, handshake: pendingHandshake, binding: binding)
    }

    /// The plaintext of `message`; nothing changes when it is refused.
    mutating func open(_ message: SessionMessage) throws(OpenError) -> [UInt8] {
        let plaintext = try ratchet.open(message, binding: binding)
        pendingHandshake = nil
        return plaintext
    }
}
