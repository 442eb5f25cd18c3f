import Crypto
import Keys
import Ratchet

/// Two sides talk; each message is noted when it arrives, with the private ratchet key it was sealed under.
struct Talk: ~Copyable {
    enum Side: String {
        case initiator, responder
        var other: Side { self == .initiator ? .responder : .initiator }
    }

    private struct Sent {
        let bytes: [UInt8]
        let plaintext: [UInt8]
    }

    private let initiator: Maker
    private let stock: PreKeys
    private var session: Session
    private var answer: Session?
    private let handshakeDraws: [[UInt8]]
    /// What was sent in the turn that runs, and in the one before, by side.
    private var underWay: [Side: [Sent]] = [:]
    private var before: [Side: [Sent]] = [:]
    private var noted: [JSON] = []

    init(_ initiator: consuming Maker, _ stock: consuming PreKeys) throws {
        let bundle = try stock.bundle()
        let own = initiator.party
        let secret = initiator.identity.exportForSealedStore()
        let identity = try DeviceIdentity(fromSealedStore: secret)
        SeededRandom.listen()
        session = try Session.initiate(as: own, identity: identity, with: bundle)
        handshakeDraws = SeededRandom.draws
        self.initiator = initiator
        self.stock = stock
    }

    mutating func send(_ side: Side, _ plaintext: [UInt8]) throws {
        let bytes = switch side {
        case .initiator: try session.encrypt(plaintext)
        case .responder: required(try answer?.encrypt(plaintext), "an answered session")
        }
        underWay[side, default: []].append(Sent(bytes: bytes, plaintext: plaintext))
    }

    /// Hands over messages of the other side's running turn, in this order; the turn is over then.
    mutating func deliver(_ side: Side, _ order: [Int]) throws {
        let sent = underWay.removeValue(forKey: side.other) ?? []
        for index in order { try hand(sent[index], to: side) }
        before[side.other] = sent
    }

    /// Hands over one more message of a turn that is over.
    mutating func deliverLate(_ side: Side, _ index: Int, ofTurn turn: Int) throws {
        guard let sent = before[side.other] else { preconditionFailure("turn \(turn) is over") }
        try hand(sent[index], to: side)
    }

    private mutating func hand(_ sent: Sent, to side: Side) throws {
        let message = try SessionMessage(sent.bytes)
        let opened: [UInt8]
        switch side {
        case .initiator: opened = try session.decrypt(message)
        case .responder:
            if answer == nil {
                let response = try Session.respond(
                    to: message, as: stock.owner.party, identity: stock.owner.identity, from: initiator.party,
                    preKeys: try stock.forResponding(), isReplay: { _ in false })
                opened = response.plaintext
                answer = response.takeSession()
            } else {
                opened = required(try answer?.decrypt(message), "an answered session")
            }
        }
        precondition(opened == sent.plaintext, "an honest message opens")
        noted.append(.object([
            ("from", .text(side.other.rawValue)), ("plaintext", .hex(sent.plaintext)),
            ("ratchetPrivate", .hex(ratchetPrivate(sent.bytes, message))), ("bytes", .hex(sent.bytes)),
        ]))
    }

    /// The draw whose public key stands in the message.
    private func ratchetPrivate(_ bytes: [UInt8], _ message: SessionMessage) -> [UInt8] {
        let start = message.handshake == nil ? 2 : 2 + 1_134
        let key = Array(bytes[start..<start + 32])
        let found = (handshakeDraws + SeededRandom.draws).first { (draw) in
            draw.count == 32 && (try? X25519.PrivateKey(SecretBytes(copying: draw)).publicKey.bytes) == key
        }
        return required(found, "a ratchet key that was drawn")
    }

    var json: JSON {
        let first = required(try? SessionMessage(firstBytes))
        let handshake = required(first.handshake)
        guard case .object(let owner) = stock.owner.json else { preconditionFailure("a side is an object") }
        return .object([
            ("initiator", initiator.json), ("responder", .object(owner + stock.fields)),
            // In this order they are drawn: X25519 ephemeral, ML-KEM message, first ratchet key.
            ("ephemeralPrivate", .hex(handshakeDraws[0])), ("kemMessage", .hex(handshakeDraws[1])),
            ("binding", .hex(SHA256.hash(Array("Sotto session v1".utf8) + [0] + initiator.side + stock.owner.side))),
            ("handshakeID", .hex(handshake.id.bytes)),
            ("messages", .list(noted)),
        ])
    }

    private var firstBytes: [UInt8] {
        guard case .object(let fields)? = noted.first, case .text(let hex)? = fields.last?.1 else { return [] }
        return stride(from: 0, to: hex.utf8.count, by: 2).compactMap { (at) in
            UInt8(hex.dropFirst(at).prefix(2), radix: 16)
        }
    }
}
