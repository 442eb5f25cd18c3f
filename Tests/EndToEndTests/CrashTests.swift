import TestKit
import Testing
import Wire

/// kill -9 at random points under load, with a ledger of what was accepted.
@Suite struct CrashTests {
    /// What one pair knows that survives the server: the sender's messages in order, and what the receiver has.
    private final class Pair: Sendable {
        struct State {
            var sent: [ClientID] = []
            var accepted: [ClientID: MessageID] = [:]
            var received: [UInt64: Int] = [:]
        }

        let sender: Resident
        let receiver: Resident
        let state = Guarded(State())

        init(_ sender: Resident, _ receiver: Resident) {
            self.sender = sender
            self.receiver = receiver
        }

        func request(_ index: Int) -> SendRequest {
            let clientID = state.withLock { $0.sent[index] }
            var body = Array("message \(index) ".utf8)
            body += [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 100)
            return SendRequest(clientID: clientID, copies: [receiver.device.copy(body)])
        }

        static func index(of body: [UInt8]) -> Int? {
            Int(String(decoding: body.dropFirst(8).prefix { $0 != 0x20 }, as: UTF8.self))
        }
    }

    @Test("100 kills under load: nothing accepted is lost, doubled or reordered", .timeLimit(.minutes(10)))
    func kills() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        let folder = try TemporaryFolder()
        var house = try await House(arguments: Self.limits, folder: folder)
        let pair = Pair(try await house.person("alice"), try await house.person("bobby"))
        for _ in 0..<100 {
            let acceptedGoal = Int.random(in: 0...60, using: &random)
            try await round(pair, house, acceptedGoal: acceptedGoal, ackEvery: Int.random(in: 1...20, using: &random))
            house = try await House(arguments: Self.limits, folder: folder)
        }
        try await drain(pair, house)
        let state = pair.state.withLock { $0 }
        let inOrder = state.received.sorted { $0.key < $1.key }.map(\.value)
        #expect(inOrder == Array(0..<state.sent.count), "seed \(seed)")
        #expect(state.accepted.count == state.sent.count)
        #expect(state.sent.count > 1000, "the load was no load")
        #expect(house.server.stop() == 0)
    }

    private static let limits = ["--limit-sends", "1000000/1000000", "--limit-requests", "1000000/1000000"]

    /// Sends what is not accepted yet and then new messages, and kills the server once enough are accepted.
    private func round(_ pair: Pair, _ house: House, acceptedGoal: Int, ackEvery: Int) async throws {
        let sender = try await house.socket(pair.sender)
        let receiver = try await house.socket(pair.receiver)
        let reading = Task { await Self.receive(receiver, pair, ackEvery: ackEvery) }
        let open = pair.state.withLock { (state) -> [Int] in
            state.sent += (0..<40).map { _ in ClientID.random() }
            return state.sent.indices.filter { state.accepted[state.sent[$0]] == nil }
        }
        for index in open { sender.send(.send(.init(to: pair.receiver.account, request: pair.request(index)))) }
        var acceptedCount = 0
        while acceptedCount < min(acceptedGoal, open.count) {
            try await Self.takeAccepted(sender, pair)
            acceptedCount += 1
        }
        house.server.kill()
        // What was accepted before the end may still be on its way here, and counts.
        while (try? await Self.takeAccepted(sender, pair)) != nil {}
        await reading.value
    }

    private func drain(_ pair: Pair, _ house: House) async throws {
        let sender = try await house.socket(pair.sender)
        let open = pair.state.withLock { (state) in state.sent.indices.filter { state.accepted[state.sent[$0]] == nil }
        }
        for index in open { sender.send(.send(.init(to: pair.receiver.account, request: pair.request(index)))) }
        for _ in open { try await Self.takeAccepted(sender, pair) }
        let receiver = try await house.socket(pair.receiver)
        for envelope in try await receiver.backlog() { Self.note(envelope, pair) }
    }

    private static func takeAccepted(_ socket: FrameSocket, _ pair: Pair) async throws {
        let accepted = try await socket.first { if case .accepted(let accepted) = $0 { accepted } else { nil } }
        let earlier = pair.state.withLock { $0.accepted.updateValue(accepted.id, forKey: accepted.clientID) }
        #expect(earlier == nil || earlier == accepted.id, "an accepted message changed its id")
    }

    private static func receive(_ socket: FrameSocket, _ pair: Pair, ackEvery: Int) async {
        var count = 0
        while let frame = try? await socket.next() {
            guard case .envelope(let envelope) = frame, let number = envelope.number else { continue }
            note(envelope, pair)
            count += 1
            if count % ackEvery == 0 { socket.send(.delivered(.init(through: number))) }
        }
    }

    private static func note(_ envelope: Envelope, _ pair: Pair) {
        guard let number = envelope.number?.rawValue, let index = Pair.index(of: envelope.body) else {
            Issue.record("an envelope that nobody sent")
            return
        }
        let earlier = pair.state.withLock { $0.received.updateValue(index, forKey: number) }
        #expect(earlier == nil || earlier == index, "number \(number) was given to two messages")
    }
}
