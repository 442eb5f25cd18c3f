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

    private func text(_ events: [SottoEvent]) -> [SenderShownReason] {
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
        let token = try await bob.account.accessTokenForTests()
        let page: Page<Envelope> = try await house.api.call("GET", "/v1/messages", token: token)
        // What was acknowledged a moment ago may still be there.
        let envelope = try #require(page.items.last)
        #expect(envelope.kind == .sealed && envelope.sender == nil && envelope.conversation == nil)
        #expect(envelope.commitment?.count == 32)
    }

    @Test("a token that was changed is refused, the message goes out signed in, and the new token is learned")
    func renewedToken() async throws {
        let house = try await House()
        let (alice, bob) = try await Self.acquainted(house)
        try await bob.safety.renewDeliveryToken()
        let shown = try await alice.send("shown", to: "bobby")
        #expect(!shown.isSenderHidden && shown.progress == .accepted && shown.senderShown == .tokenRefused)
        #expect(try await !alice.send("still", to: "bobby").isSenderHidden)
        try await bob.fetch()
        try await bob.send("new token", to: "alice")
        try await alice.fetch()
        let hidden = try await alice.send("hidden", to: "bobby")
        #expect(hidden.isSenderHidden && hidden.senderShown == nil)
        try await bob.fetch()
        #expect(try await bob.received() == ["first", "shown", "still", "hidden"])
    }

    @Test("who listens hears why a message went out signed in")
    func events() async throws {
        let house = try await House()
        let (alice, bob) = try await Self.acquainted(house)
        try await bob.safety.closeDelivery()
        let told = Guarded<[SottoEvent]>([])
        let listener = Task { [client = alice.account] in
            for await event in await client.events() { told.withLock { $0.append(event) } }
        }
        while !told.withLock({ $0.contains(.idle) }) { await Task.yield() }
        try await alice.send("shown", to: "bobby")
        try await alice.send("again", to: "bobby")
        listener.cancel()
        await listener.value
        #expect(text(told.withLock { $0 }) == [.tokenRefused, .tokenUnknown])
    }

    @Test("the program says when a message that could have been hidden was not")
    func program() async throws {
        let house = try await House()
        let (alice, bob) = (try Terminal(house), try await Phone(house, as: "bobby"))
        try await bob.fetch()
        #expect(try alice.run("register", "alice").status == 0)
        #expect(try alice.run("listen", "--until-idle").status == 0)
        #expect(try alice.run("send", "bobby", "first").output == "Sent to @bobby as 1, sealed.\n")
        try await bob.fetch()
        try await bob.send("second", to: "alice")
        #expect(try alice.run("listen", "--until-idle").status == 0)
        #expect(try alice.run("send", "bobby", "third").output == "Sent to @bobby as 3, sealed.\n")
        try await bob.safety.renewDeliveryToken()
        #expect(try alice.run("send", "bobby", "fourth").output.contains("the server was shown who sent this"))
        let lines = try alice.run("history", "bobby").output.split(separator: "\n")
        let marked = lines.filter { $0.hasSuffix("(sender shown to the server)") }
        #expect(marked.count == 1 && marked.first?.contains("fourth") == true)
    }

    @Test("a message whose sender's list the key log does not prove is told as such, and begins no session")
    func unproven() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bobby", isDoubtful: true)
        try await alice.fetch()
        try await bob.fetch()
        try await alice.send("first", to: "bobby")
        try await bob.fetch()
        try await bob.send("second", to: "alice")
        try await alice.fetch()
        let peer = try #require(try await bob.account.whoami()).address.account
        let token = try #require(try await alice.inside { try $0.deliveryTokens.peerToken(peer) })
        let laptop = try await Phone(house, joining: alice)
        try await laptop.fetch()
        try await laptop.inside { try $0.takeTokenForTests(token, of: peer) }
        #expect(try await laptop.send("from afar", to: "bobby").isSenderHidden)
        let sender = try #require(try await laptop.account.whoami()).address
        bob.change = { (path, answer) in
            guard path.hasPrefix("/v1/accounts/\(sender.account)") else { return }
            answer.changeProof(at: path) { $0?.inclusion[0] ^= 1 }
        }
        try await bob.fetch()
        let line = try #require(try await bob.account.history().last)
        #expect(line.kind == .unreadable && line.reason == .untrustedSender)
        #expect(line.author.account == sender.account && line.author.device == sender.device)
        #expect(try await bob.kept(.session(sender)) == nil)
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

    @Test("after a restore the account has a new token, though the server had the hash of one that nobody holds")
    func restored() async throws {
        let house = try await House()
        let (alice, bob) = try await Self.acquainted(house)
        let key = try await bob.recovery.createBackup()
        let lost = try #require(try await bob.kept(.deliveryToken)?.token)
        await bob.account.close()
        let phone = try await Phone(house)
        _ = try await phone.recovery.restore(recoveryKey: key, unlinkingOthers: true)
        try await phone.fetch()
        let made = try #require(try await phone.inside { try $0.deliveryTokens.sharedDeliveryToken() })
        #expect(made != lost)
        // The old one opens nothing any more.
        #expect(try await !alice.send("signed in", to: "bobby").isSenderHidden)
        try await phone.fetch()
        try await phone.send("new token", to: "alice")
        try await alice.fetch()
        #expect(try await alice.send("hidden", to: "bobby").isSenderHidden)
        try await phone.fetch()
        #expect(try await phone.received() == ["signed in", "hidden"])
    }

    @Test("the only device of an account makes a token where nobody can tell it one")
    func onlyDevice() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bobby")
        try await bob.fetch()
        let lost = try #require(try await bob.inside { try $0.deliveryTokens.sharedDeliveryToken() })
        try await bob.inside { try $0.change { $0.remove(StoreKey.deliveryToken) } }
        try await bob.fetch()
        #expect(try #require(try await bob.inside { try $0.deliveryTokens.sharedDeliveryToken() }) != lost)
        // Asked for, and cut short before the server heard: it is not forgotten.
        let asked = [UInt8](repeating: 7, count: 32)
        try await bob.inside { try $0.change { $0.put(OwnDeliveryToken(.pending, asked), at: .deliveryToken) } }
        try await bob.fetch()
        #expect(try await bob.inside { try $0.deliveryTokens.sharedDeliveryToken() } == asked)
    }

    @Test("a copy of the own account's takes no token's place before the server has said which is the one")
    func staleCopy() async throws {
        let house = try await House()
        let (_, bob) = try await Self.acquainted(house)
        let token = try #require(try await bob.inside { try $0.deliveryTokens.sharedDeliveryToken() })
        try await bob.inside { try $0.hear([UInt8](repeating: 9, count: 32)) }
        #expect(try await bob.kept(.deliveryToken) == OwnDeliveryToken(.set, token))
        // None is told to others while there is a doubt.
        #expect(try await bob.inside { try $0.deliveryTokens.sharedDeliveryToken() } == nil)
        try await bob.fetch()
        #expect(try await bob.inside { try $0.deliveryTokens.sharedDeliveryToken() } == token)
        // Here the copy is right, and what is stored is not.
        try await bob.inside { try $0.change {
            $0.put(OwnDeliveryToken(.set, [UInt8](repeating: 8, count: 32)), at: .deliveryToken)
        } }
        try await bob.inside { try $0.hear(token) }
        try await bob.fetch()
        #expect(try await bob.inside { try $0.deliveryTokens.sharedDeliveryToken() } == token)
    }

    @Test("who shows senders from now on sends what waits signed in, and keeps the recipient's token")
    func showingSenders() async throws {
        let house = try await House()
        let (alice, bob) = try await Self.acquainted(house)
        let peer = try #require(try await bob.account.whoami()).address
        let token = try #require(try await alice.inside { try $0.deliveryTokens.peerToken(peer.account) })
        let content = MessageContent(message: .random(), sentAt: House.now, text: "waited")
        var entry = OutboxEntry(
            clientID: .random(), to: peer.account, kind: .message, content: content.encoded(as: .cbor), line: nil)
        entry.copies = [DeviceCopy(device: peer.device, registrationID: .random(), body: [1])]
        entry.certifiedAt = House.now
        let waiting = entry
        var counters = try await alice.inside { try $0.receiver.counters() }
        let number = counters.nextOutbox
        counters.nextOutbox += 1
        let moved = counters
        try await alice.inside { try $0.change {
            $0.put(waiting, at: .outbox(number))
            $0.put(moved, at: .counters)
        } }
        await alice.account.close()

        let network = SottoNetwork()
        defer { network.shutdown() }
        var configuration = SottoConfiguration(folder: alice.folder.path + "/account")
        configuration.hidesSender = false
        let client = try await Account.open(configuration, key: .keyFile, over: network)
        await client.outbox.sendAll()
        #expect(try await client.kept(.outbox(number)) == nil)
        #expect(try await client.kept(.peerToken(peer.account)) == PeerDeliveryToken(token))
        await client.close()
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
        let peer = try #require(try await bob.account.whoami()).address
        let token = try #require(try await alice.inside { try $0.deliveryTokens.peerToken(peer.account) })
        try await alice.send("genuine", to: "bobby")
        let page: Page<Envelope> = try await house.api.call(
            "GET", "/v1/messages", token: try await bob.account.accessTokenForTests())
        let genuine = try #require(page.items.last)
        let device = try #require(try await alice.inside { try $0.contacts.knownList(peer.account) }?.devices.first)
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
        let sender = try #require(try await alice.account.whoami()).address
        try await alice.send("after", to: "bobby")
        try await bob.fetch()
        #expect(try await bob.received() == ["first", "genuine", "after"])
        // The last body is a true one again, which its own sender may have repeated: that alone is noted.
        #expect(try await bob.history().compactMap(\.reason) == [.notAuthentic])
        #expect(try await bob.kept(.session(sender)) != nil)
        try await bob.send("back", to: "alice")
        try await alice.fetch()
        #expect(try await alice.received().last == "back")
    }

    @Test("the log of a server that says everything it can names no address and no account")
    func log() async throws {
        let house = try await House(arguments: ["--log-level", "debug"])
        let (alice, _) = try await Self.acquainted(house)
        let own = try #require(try await alice.account.whoami()).address
        try await alice.send("hidden", to: "bobby")
        let log = house.server.log
        #expect(log.contains("/v1/sealed/messages/{account}"))
        #expect(!log.contains(own.account.description) && !log.contains("127.0.0.1"))
    }
}

extension Rooms {
    /// Puts a client's store into a state that takes more than one device, or a crash, to reach.
    fileprivate func change(_ body: @Sendable (inout StoreTransaction) -> Void) throws(ClientError) {
        var transaction = StoreTransaction()
        body(&transaction)
        try receiver.commit(transaction)
    }

    /// As if a copy from another of the own devices had told this token.
    fileprivate func hear(_ token: [UInt8]) throws(ClientError) {
        let (_, own) = try receiver.readyProfile()
        var transaction = StoreTransaction()
        try deliveryTokens.learnDeliveryToken(token, of: own.account, own: own.account, into: &transaction)
        try receiver.commit(transaction)
    }

    /// As if the account had told it.
    func takeTokenForTests(_ token: [UInt8], of account: AccountID) throws {
        var transaction = StoreTransaction()
        transaction.put(PeerDeliveryToken(token), at: .peerToken(account))
        try receiver.commit(transaction)
    }
}
