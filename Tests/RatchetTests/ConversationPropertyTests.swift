import Testing

@testable import Ratchet

/// Mirrors `Session`, `SessionState` and `DoubleRatchet`.
///
/// Random conversations over a network that loses, delays, doubles and damages. The seed is the test's argument.
@Suite struct ConversationPropertyTests {
    /// SplitMix64: the same seed gives the same conversation (its keys are fresh each time).
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    /// What is on the way to one side.
    private struct Sent {
        let bytes: [UInt8]
        let text: [UInt8]
        var isDelivered = false
    }

    /// One side and its inbox.
    private final class Side {
        let device: TestDevice
        var session: Session?
        var inbox: [Sent] = []
        var sentCount = 0

        init() throws { device = try TestDevice() }

        var recordBytes: [UInt8]? {
            switch session {
            case .some(let session): session.recordBytes()
            case .none: nil
            }
        }

        func send(to peer: Side, _ generator: inout Generator) throws {
            if session == nil {
                let single = TestDevice.Single.allCases.randomElement(using: &generator) ?? .none
                session = try device.initiate(with: peer.device, single)
            }
            let byteCount = Int.random(in: 0...600, using: &generator)
            let text = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &+ sentCount) }
            sentCount += 1
            guard let bytes = try session?.encrypt(text) else { return }
            peer.inbox.append(Sent(bytes: bytes, text: text))
        }

        /// As a client does: to the session that knows it, or else to a new one.
        func receive(_ bytes: [UInt8], from peer: Side) throws -> [UInt8] {
            let message = try SessionMessage(bytes)
            if session == nil {
                let response = try device.respond(to: message, from: peer.device)
                let plaintext = response.plaintext
                session = response.takeSession()
                return plaintext
            }
            if let handshake = message.handshake, session?.knows(handshake.id) == false {
                guard let plaintext = try answer(message, from: peer) else { throw OpenError.refused }
                return plaintext
            }
            guard let plaintext = try session?.decrypt(message) else { throw OpenError.refused }
            return plaintext
        }

        private func answer(_ message: SessionMessage, from peer: Side) throws -> [UInt8]? {
            guard let handshake = message.handshake else { return nil }
            return try session?.respond(
                to: message, as: device.party, identity: device.identity, from: peer.device.party,
                preKeys: try device.preKeys(for: handshake), isReplay: { _ in false })
        }

        func reload() throws {
            guard let record = session?.record(), let generation = session?.generation else { return }
            session = try Session(record: record, generationAtLeast: generation)
        }
    }

    private static let seeds: [UInt64] = {
        var system = SystemRandomNumberGenerator()
        return Array(1...6) + (0..<6).map { _ in system.next() }
    }()

    @Test("every message that arrives whole is opened once, nothing else is, and what is refused changes nothing",
          arguments: seeds)
    func conversation(seed: UInt64) throws {
        print("conversation seed: \(seed)")
        var generator = Generator(state: seed)
        let sides = [try Side(), try Side()]
        for _ in 0..<300 {
            let index = Int.random(in: 0...1, using: &generator)
            let (side, peer) = (sides[index], sides[1 - index])
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<40: try side.send(to: peer, &generator)
            case 40..<75: try deliver(to: side, from: peer, &generator)
            case 75..<85: lose(at: side, &generator)
            case 85..<95: try damage(at: side, from: peer, &generator)
            default: try side.reload()
            }
        }
        try settle(sides, &generator)
    }

    private func deliver(to side: Side, from peer: Side, _ generator: inout Generator) throws {
        guard let at = side.inbox.indices.randomElement(using: &generator) else { return }
        let sent = side.inbox[at]
        if sent.isDelivered {
            let before = side.recordBytes
            #expect(throws: OpenError.refused) { try side.receive(sent.bytes, from: peer) }
            #expect(side.recordBytes == before)
        } else {
            let plaintext = try side.receive(sent.bytes, from: peer)
            #expect(plaintext == sent.text)
            side.inbox[at].isDelivered = true
        }
        // Now and then it stays on the way, and comes again.
        if Int.random(in: 0..<4, using: &generator) > 0 { side.inbox.remove(at: at) }
    }

    private func lose(at side: Side, _ generator: inout Generator) {
        guard let at = side.inbox.indices.randomElement(using: &generator) else { return }
        side.inbox.remove(at: at)
    }

    private func damage(at side: Side, from peer: Side, _ generator: inout Generator) throws {
        guard let sent = side.inbox.randomElement(using: &generator) else { return }
        let bit = Int.random(in: 0..<(sent.bytes.count * 8), using: &generator)
        let before = side.recordBytes
        #expect(throws: OpenError.refused) { try side.receive(sent.bytes.flipped(bit), from: peer) }
        #expect(side.recordBytes == before)
    }

    /// What is still on the way arrives; then the two talk in turns and end up on one session.
    private func settle(_ sides: [Side], _ generator: inout Generator) throws {
        for (side, peer) in [(sides[0], sides[1]), (sides[1], sides[0])] {
            for sent in side.inbox.shuffled(using: &generator) where !sent.isDelivered {
                let plaintext = try side.receive(sent.bytes, from: peer)
                #expect(plaintext == sent.text)
            }
            side.inbox = []
        }
        for round in 0..<6 {
            let (side, peer) = (sides[round % 2], sides[1 - round % 2])
            try side.send(to: peer, &generator)
            guard let sent = peer.inbox.popLast() else { continue }
            let plaintext = try peer.receive(sent.bytes, from: side)
            #expect(plaintext == sent.text)
        }
        #expect(sides[0].session?.current.handshakeID == sides[1].session?.current.handshakeID)
        #expect(sides[0].session?.current.isUnanswered == false && sides[1].session?.current.isUnanswered == false)
    }
}
