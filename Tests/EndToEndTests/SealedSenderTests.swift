import Keys
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// Clients that do not tell the server who sends.
@Suite("Sealed senders")
struct SealedSenderTests {
    /// Two phones that have heard each other's delivery token.
    static func acquainted(_ house: House) async throws -> (alice: Phone, bob: Phone) {
        let (alice, bob) = (try await Phone(house, as: "alice"), try await Phone(house, as: "bobby"))
        try await alice.fetch()
        try await bob.fetch()
        try await alice.send("first", to: "bobby")
        try await bob.fetch()
        try await bob.send("second", to: "alice")
        try await alice.fetch()
        return (alice, bob)
    }

    private func text(_ events: [ClientEvent]) -> [SenderShownReason] {
        events.compactMap { if case .senderShown(_, let reason) = $0 { reason } else { nil } }
    }

    @Test("once both have written, nobody tells the server any more, and everything arrives once and in order")
    func conversation() async throws {
        let house = try await House()
        let (alice, bob) = try await Self.acquainted(house)
        #expect(try await alice.history().map(\.isSenderHidden) == [false, true])
        for round in 0..<5 {
            let sent = try await alice.send("a\(round)", to: "bobby")
            #expect(sent.isSenderHidden)
            try await bob.fetch()
            try await bob.send("b\(round)", to: "alice")
            try await alice.fetch()
        }
        #expect(try await bob.received() == ["first", "a0", "a1", "a2", "a3", "a4"])
        #expect(try await alice.received() == ["second", "b0", "b1", "b2", "b3", "b4"])
        #expect(try await bob.history().filter { $0.kind == .received }.map(\.isSenderHidden).count(where: { $0 }) == 5)
        #expect(try await bob.history().allSatisfy { $0.kind != .unreadable })
    }

    @Test("what the server stores of a sealed send is an envelope of kind sealed and nobody's name")
    func envelope() async throws {
        let house = try await House()
        let (alice, bob) = try await Self.acquainted(house)
        try await alice.send("hidden", to: "bobby")
        let token = try await bob.client.accessToken()
        let page: EnvelopePage = try await house.api.call("GET", "/v1/messages", token: token)
        // What was acknowledged a moment ago may still be there.
        let envelope = try #require(page.items.last)
        #expect(envelope.kind == .sealed && envelope.sender == nil && envelope.conversation == nil)
        #expect(envelope.commitment?.count == 32)
    }

    @Test("a token that was changed is refused, the message goes out signed in, and the new token is learned")
    func renewedToken() async throws {
        let house = try await House()
        let (alice, bob) = try await Self.acquainted(house)
        try await bob.client.renewDeliveryToken()
        let shown = try await alice.send("shown", to: "bobby")
        #expect(!shown.isSenderHidden && shown.progress == .accepted)
        #expect(try await !alice.send("still", to: "bobby").isSenderHidden)
        try await bob.fetch()
        try await bob.send("new token", to: "alice")
        try await alice.fetch()
        #expect(try await alice.send("hidden", to: "bobby").isSenderHidden)
        try await bob.fetch()
        #expect(try await bob.received() == ["first", "shown", "still", "hidden"])
    }

    @Test("who listens hears why a message went out signed in")
    func events() async throws {
        let house = try await House()
        let (alice, bob) = try await Self.acquainted(house)
        try await bob.client.closeDelivery()
        let told = Guarded<[ClientEvent]>([])
        let listener = Task { [client = alice.client] in
            await client.listen { (event) in told.withLock { $0.append(event) } }
        }
        while !told.withLock({ $0.contains(.idle) }) { await Task.yield() }
        try await alice.send("shown", to: "bobby")
        try await alice.send("again", to: "bobby")
        listener.cancel()
        await listener.value
        #expect(text(told.withLock { $0 }) == [.tokenRefused, .tokenUnknown])
    }

    @Test("copies for the own devices go signed in, bring the token along, and the other device hides its sender too")
    func ownDevices() async throws {
        let house = try await House()
        let (alice, bob) = try await Self.acquainted(house)
        let laptop = try await Phone(house, joining: alice)
        try await laptop.fetch()
        try await alice.send("from the phone", to: "bobby")
        try await laptop.fetch()
        try await bob.fetch()
        try await bob.send("to both", to: "alice")
        try await alice.fetch()
        try await laptop.fetch()
        #expect(try await laptop.history().map(\.kind) == [.synced, .received])
        #expect(try await laptop.send("from the laptop", to: "bobby").isSenderHidden)
        try await bob.fetch()
        #expect(try await bob.received() == ["first", "from the phone", "from the laptop"])
        #expect(try await bob.history().last?.isSenderHidden == true)
    }

    @Test("a new device of the recipient is reached without saying who asks")
    func newDevice() async throws {
        let house = try await House(arguments: ["--log-level", "debug"])
        let (alice, bob) = try await Self.acquainted(house)
        let laptop = try await Phone(house, joining: bob)
        let before = house.server.log.count
        #expect(try await alice.send("to both", to: "bobby").isSenderHidden)
        try await laptop.fetch()
        try await bob.fetch()
        #expect(try await laptop.received() == ["to both"])
        #expect(try await bob.received() == ["first", "to both"])
        let log = house.server.log.dropFirst(before)
        #expect(log.contains("/v1/sealed/keys/{account}/claims") && log.contains("/v1/sealed/accounts/{account}"))
    }

    @Test("rubbish behind the right token leaves no trace, and holds nothing up")
    func rubbish() async throws {
        let house = try await House()
        let (alice, bob) = try await Self.acquainted(house)
        let peer = try #require(try await bob.client.whoami()).address
        let token = try #require(try await alice.client.peerToken(peer.account))
        try await alice.send("genuine", to: "bobby")
        let page: EnvelopePage = try await house.api.call(
            "GET", "/v1/messages", token: try await bob.client.accessToken())
        let genuine = try #require(page.items.last)
        let device = try #require(try await alice.client.knownList(peer.account)?.devices.first)
        var flipped = genuine.body
        flipped[100] ^= 1
        let bodies = [flipped, Array(genuine.body.dropLast()), [1], [UInt8](repeating: 1, count: 700), genuine.body]
        for body in bodies {
            let copy = DeviceCopy(device: device.device, registrationID: device.registration, body: body)
            let request = SealedSendRequest(clientID: .random(), copies: [copy])
            let answer = try await house.api.raw(
                "POST", "/v1/sealed/messages/\(peer.account)",
                headers: [("Delivery-Token", Base64URL.encode(token)), ("Content-Type", "application/json")],
                body: request.encoded(as: .json))
            try #require(answer.status == 200)
        }
        let sender = try #require(try await alice.client.whoami()).address
        try await alice.send("after", to: "bobby")
        try await bob.fetch()
        #expect(try await bob.received() == ["first", "genuine", "after"])
        // The last body is a true one again, which its own sender may have repeated: that alone is noted.
        #expect(try await bob.history().compactMap(\.reason) == [.notAuthentic])
        #expect(try await bob.client.read(.session(sender)) != nil)
        try await bob.send("back", to: "alice")
        try await alice.fetch()
        #expect(try await alice.received().last == "back")
    }

    @Test("the log of a server that says everything it can names no address and no account")
    func log() async throws {
        let house = try await House(arguments: ["--log-level", "debug"])
        let (alice, _) = try await Self.acquainted(house)
        let own = try #require(try await alice.client.whoami()).address
        try await alice.send("hidden", to: "bobby")
        let log = house.server.log
        #expect(log.contains("/v1/sealed/messages/{account}"))
        #expect(!log.contains(own.account.description) && !log.contains("127.0.0.1"))
    }
}
