import Crypto
import Keys

@testable import Ratchet

extension FuzzTarget {
    private static let bob = Device(number: 2)
    private static let alice = Device(number: 3)

    static let sessions = [
        FuzzTarget(name: "session-message", byteCountMax: 2048) { (bytes) in
            guard let message = try? SessionMessage(bytes) else { return }
            require(message.prefix + message.sealed == bytes, "a message of two forms")
            var session = alice.session(with: bob)
            let before = session.record().exportUnprotected()
            require((try? session.decrypt(message)) == nil, "a message that nobody sealed")
            require(session.record().exportUnprotected() == before, "a refusal that changed the state")
        },
        FuzzTarget(name: "sealed-body", byteCountMax: 700) { (bytes) in
            let own = SealedRecipient(alice.party.address, alice.list.devices[0].registration)
            require((try? SealedSender.open(bytes, as: own, identity: alice.identity)) == nil, "a body nobody sealed")
            guard let contents = try? SealedContents(bytes) else { return }
            require(contents.bytes == bytes, "contents of two forms")
        },
        FuzzTarget(name: "session-record", byteCountMax: 4096) { (bytes) in
            guard let session = try? Session(record: SecretBytes(copying: bytes), generationAtLeast: 0) else { return }
            require(session.record().exportUnprotected() == bytes, "a record of two forms")
        },
        FuzzTarget(name: "conversation", byteCountMax: 400) { (bytes) in
            var talk = Conversation()
            talk.run(bytes)
        },
    ]
}

/// Two devices talk as the input says: over a network that loses, delays, doubles and damages.
private struct Conversation {
    struct Sent {
        let bytes: [UInt8]
        let text: [UInt8]
        var isTaken = false
    }

    /// One end of the line, and what is on the way to it.
    final class Side {
        let device: Device
        var session: Session?
        var inbox: [Sent] = []
        var sentCount: UInt8 = 0

        init(_ number: UInt32) { device = Device(number: number) }

        var record: [UInt8]? {
            switch session {
            case .some(let session): session.record().exportUnprotected()
            case .none: nil
            }
        }
    }

    private let sides = [Side(4), Side(5)]

    /// Two bytes a step: who does what, and to which message.
    mutating func run(_ bytes: [UInt8]) {
        for at in stride(from: 0, to: bytes.count - 1, by: 2) {
            let (step, pick) = (bytes[at], Int(bytes[at + 1]))
            let (side, peer) = (sides[Int(step & 1)], sides[Int(step & 1 ^ 1)])
            switch step >> 1 & 7 {
            case 0, 1, 2: send(side, peer, byteCount: pick)
            case 3, 4: deliver(side, peer, pick)
            case 5: if !side.inbox.isEmpty { side.inbox.remove(at: pick % side.inbox.count) }
            case 6: damage(side, peer, pick, by: step >> 4)
            default: reload(side)
            }
        }
        for (side, peer) in [(sides[0], sides[1]), (sides[1], sides[0])] {
            while !side.inbox.isEmpty { deliver(side, peer, 0) }
        }
    }

    private func send(_ side: Side, _ peer: Side, byteCount: Int) {
        if side.session == nil { side.session = side.device.session(with: peer.device) }
        side.sentCount &+= 1
        let text = [UInt8](repeating: side.sentCount, count: byteCount)
        guard let sealed = try? side.session?.encrypt(text) else { return require(false, "a send was refused") }
        peer.inbox.append(Sent(bytes: sealed, text: text))
    }

    /// An honest message opens once, and only once.
    private func deliver(_ side: Side, _ peer: Side, _ pick: Int) {
        guard !side.inbox.isEmpty else { return }
        let at = pick % side.inbox.count
        let sent = side.inbox[at]
        let opened = open(sent.bytes, side, peer)
        require(opened == (sent.isTaken ? nil : sent.text), "an honest message opened wrongly")
        side.inbox[at].isTaken = true
        // Every fourth comes again.
        if sent.isTaken || pick & 3 != 0 || pick == 0 { side.inbox.remove(at: at) }
    }

    private func damage(_ side: Side, _ peer: Side, _ pick: Int, by shift: UInt8) {
        guard let sent = side.inbox.isEmpty ? nil : side.inbox[pick % side.inbox.count] else { return }
        var bytes = sent.bytes
        bytes[pick * 37 % bytes.count] ^= 1 << (shift & 7)
        let before = side.record
        require(open(bytes, side, peer) == nil, "a damaged message opened")
        require(side.record == before, "a refusal changed the state")
    }

    private func reload(_ side: Side) {
        guard let record = side.session?.record(), let generation = side.session?.generation else { return }
        side.session = try? Session(record: record, generationAtLeast: generation)
        require(side.session != nil, "an own record does not load")
    }

    /// As a client does: to the session that knows it, or else to a new one.
    private func open(_ bytes: [UInt8], _ side: Side, _ peer: Side) -> [UInt8]? {
        guard let message = try? SessionMessage(bytes) else { return nil }
        let device = side.device
        guard let handshake = message.handshake, side.session?.knows(handshake.id) != true else {
            return try? side.session?.decrypt(message)
        }
        guard let preKeys = try? device.preKeys(for: handshake) else { return nil }
        if side.session == nil {
            guard let response = try? Session.respond(
                to: message, as: device.party, identity: device.identity, from: peer.device.party, preKeys: preKeys,
                isReplay: { _ in false })
            else { return nil }
            let text = response.plaintext
            side.session = response.takeSession()
            return text
        }
        return try? side.session?.respond(
            to: message, as: device.party, identity: device.identity, from: peer.device.party, preKeys: preKeys,
            isReplay: { _ in false })
    }
}
