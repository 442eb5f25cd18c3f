import Crypto
import Store
import TestKit
import Testing
import Wire

@testable import Chat

@Suite("Sends without a sender") struct SealedSendingTests {
    private let house = ChatHouse()
    private let secret = RandomBytes.make(byteCount: 32)

    private var token: PresentedToken? { PresentedToken(text: Base64URL.encode(secret)) }

    /// Somebody who takes sealed messages under ``token``.
    private func recipient(_ name: String = "bobby") async throws -> Person {
        let person = try await house.person(name)
        let hash = SHA256.hash(secret)
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.setDeliveryToken(DeliveryTokenSetting(hash: hash), of: person.account)
        }
        return person
    }

    private func send(
        to account: AccountID, _ copies: [DeviceCopy], clientID: ClientID = .random(),
        with token: PresentedToken?
    ) async throws -> Accepted {
        let request = SealedSendRequest(
            clientID: clientID, copies: copies, commitment: [UInt8](repeating: 9, count: 32))
        let send = SealedSend(request, to: account)
        return try await house.chat.commit { (turn) throws(Problem) in try turn.send(send, with: token) }
    }

    private func queue(of person: Person) async throws -> [Envelope] {
        let device = person.address
        return try await house.chat.look { (look) throws(Problem) in
            try look.queue(of: device, after: QueueNumber(0), limit: 100).items
        }
    }

    @Test("it waits in the queue as a sealed envelope without sender, dm or seq, and is announced as such")
    func accepted() async throws {
        let bob = try await recipient()
        _ = house.takeEffects()
        let accepted = try await send(to: bob.account, [bob.device.copy([7])], with: token)
        let items = try await queue(of: bob)
        #expect(items.map(\.id) == [accepted.id])
        #expect(items.first?.sender == nil && items.first?.kind == .sealed)
        #expect(items.first?.conversation == nil && accepted.conversation == nil && accepted.seq == nil)
        #expect(items.first?.commitment == [UInt8](repeating: 9, count: 32))
        guard case .deliver(let live, bob.address)? = house.takeEffects().first else {
            Issue.record("not announced")
            return
        }
        #expect(live == items.first)
    }

    @Test("the very same send again is answered alike and stored once, also after the token has changed")
    func idempotent() async throws {
        let bob = try await recipient()
        let clientID = ClientID.random()
        let first = try await send(to: bob.account, [bob.device.copy([7])], clientID: clientID, with: token)
        let account = bob.account
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.setDeliveryToken(DeliveryTokenSetting(hash: nil), of: account)
        }
        let second = try await send(to: bob.account, [bob.device.copy([7])], clientID: clientID, with: token)
        #expect(second.isReplay && !first.isReplay)
        #expect(second.id == first.id && second.time == first.time)
        #expect(try await queue(of: bob).count == 1)
        house.clock.advance(seconds: Limits.idempotencySeconds + 1)
        #expect(
            await problem { try await send(to: account, [bob.device.copy([7])], clientID: clientID, with: token) }
                == .deliveryRefused)
    }

    @Test("another body, or another recipient, under the same client id is another send")
    func otherSends() async throws {
        let (bob, carol) = (try await recipient(), try await recipient("carol"))
        let clientID = ClientID.random()
        let first = try await send(to: bob.account, [bob.device.copy([1])], clientID: clientID, with: token)
        let second = try await send(to: bob.account, [bob.device.copy([2])], clientID: clientID, with: token)
        let third = try await send(to: carol.account, [carol.device.copy([1])], clientID: clientID, with: token)
        #expect(Set([first.id, second.id, third.id]).count == 3)
    }

    @Test("a wrong token, no token, an account without one and no account are refused in the same words")
    func refusals() async throws {
        let bob = try await recipient()
        let closed = try await house.person("closed")
        let zeros = PresentedToken(text: Base64URL.encode([UInt8](repeating: 0, count: 32)))
        let wrong = PresentedToken(text: Base64URL.encode(RandomBytes.make(byteCount: 32)))
        let cases: [(AccountID, PresentedToken?)] = [
            (bob.account, wrong), (bob.account, nil), (bob.account, zeros), (closed.account, token),
            (closed.account, nil), (closed.account, zeros), (.random(), token), (.random(), nil),
        ]
        var problems: Set<String> = []
        for (account, token) in cases {
            do {
                _ = try await send(to: account, [bob.device.copy([1])], with: token)
                Issue.record("accepted")
            } catch let problem as Problem {
                problems.insert("\(problem)")
                #expect(problem.code == .deliveryRefused)
            }
        }
        #expect(problems.count == 1)
        #expect(try await queue(of: bob).isEmpty)
    }

    @Test("behind the right token the device list is checked as ever")
    func mismatched() async throws {
        let bob = try await recipient()
        let account = bob.account
        let ghost = PersonDevice(account: account, number: 7, now: house.now)
        do {
            _ = try await send(to: account, [ghost.copy([1])], with: token)
            Issue.record("accepted")
        } catch let problem as Problem {
            #expect(problem.code == .mismatchedDevices)
            #expect(problem.devices == DeviceMismatch(missing: [DeviceID(1)], extra: [DeviceID(7)], stale: []))
        }
    }

    @Test("an ephemeral one is passed on and never stored")
    func ephemeral() async throws {
        let bob = try await recipient()
        _ = house.takeEffects()
        let request = SealedSendRequest(clientID: .random(), copies: [bob.device.copy([5])], isEphemeral: true)
        let send = SealedSend(request, to: bob.account)
        _ = try await house.chat.pass(byteCount: 1) { [token] (look) throws(Problem) in
            try look.pass(send, with: token)
        }
        let passed = try #require(house.takePassed().first)
        #expect(passed.recipient == bob.address)
        #expect(passed.envelope.number == nil && passed.envelope.sender == nil && passed.envelope.kind == .sealed)
        #expect(house.takeEffects().isEmpty)
        let refused = await problem {
            try await house.chat.pass(byteCount: 1) { (look) throws(Problem) in try look.pass(send, with: nil) }
        }
        #expect(refused == .deliveryRefused && house.takePassed().isEmpty)
        #expect(try await queue(of: bob).isEmpty)
    }

    @Test("nobody who is logged in sends an envelope of kind sealed")
    func kind() async throws {
        let (alice, bob) = (try await house.person("alice"), try await recipient())
        let request = SendRequest(clientID: .random(), kind: .sealed, copies: [bob.device.copy([1])])
        let (sender, account) = (alice.address, bob.account)
        let refusal = await problem {
            try await house.chat.commit { (turn) throws(Problem) in try turn.send(request, from: sender, to: account) }
        }
        #expect(refusal == .malformed)
    }
}
