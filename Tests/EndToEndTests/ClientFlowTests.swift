import Client
import TestKit
import Testing
import Wire

@Suite("Clients and a server")
struct ClientFlowTests {
    @Test("a first message reaches whoever was offline, and is said to be accepted before that")
    func firstMessageOffline() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        let sent = try await alice.send("hello", to: "bob")
        #expect(sent.progress == .accepted)
        #expect(sent.time != nil)
        #expect(try await bob.received() == [])
        try await bob.fetch()
        let entries = try await bob.history()
        #expect(entries.map(\.text) == ["hello"])
        #expect(entries.first?.author.isOwn == false)
        #expect(entries.first?.message == sent.message)
        try await bob.fetch()
        #expect(try await bob.received() == ["hello"])
    }

    @Test("ten messages each way arrive once and in order, while both listen")
    func tenBothWays() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        let expected = (0..<10).map { "\($0)" }
        let heardByAlice = Task { [client = alice.account] in await Self.texts(client, count: 10) }
        let heardByBob = Task { [client = bob.account] in await Self.texts(client, count: 10) }
        for text in expected {
            try await alice.send(text, to: "bob")
            try await bob.send(text, to: "alice")
        }
        #expect(await heardByAlice.value == expected)
        #expect(await heardByBob.value == expected)
        #expect(try await alice.received() == expected)
        #expect(try await bob.received() == expected)
    }

    @Test("sends at the same moment all arrive, each once")
    func concurrentSends() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        let to = try #require(Handle(text: "bob"))
        try await withThrowingTaskGroup(of: Void.self) { (group) in
            for index in 0..<20 {
                group.addTask { [client = alice.account] in _ = try await client.chats.send("\(index)", to: to) }
            }
            try await group.waitForAll()
        }
        try await bob.fetch()
        #expect(try await bob.received().sorted() == (0..<20).map { "\($0)" }.sorted())
        #expect(try await alice.history().allSatisfy { $0.progress == .accepted })
    }

    @Test("both sides may begin at the same moment")
    func crossing() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        try await alice.send("a1", to: "bob")
        try await bob.send("b1", to: "alice")
        for round in 2...4 {
            try await alice.fetch()
            try await bob.fetch()
            try await alice.send("a\(round)", to: "bob")
            try await bob.send("b\(round)", to: "alice")
        }
        try await alice.fetch()
        try await bob.fetch()
        #expect(try await bob.received() == ["a1", "a2", "a3", "a4"])
        #expect(try await alice.received() == ["b1", "b2", "b3", "b4"])
    }

    @Test("a conversation goes on after both programs were started again")
    func restarts() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        for round in 0..<5 {
            try await alice.send("a\(round)", to: "bob")
            try await bob.restart()
            try await bob.fetch()
            try await bob.send("b\(round)", to: "alice")
            try await alice.restart()
            try await alice.fetch()
        }
        #expect(try await bob.received() == (0..<5).map { "a\($0)" })
        #expect(try await alice.received() == (0..<5).map { "b\($0)" })
    }

    @Test("when prekeys run out the last-resort ones stand in, and the next connect fills the stock")
    func lastResort() async throws {
        let house = try await House()
        // A claimer may claim six times before it must wait.
        var claimers: [Resident] = []
        for index in 0..<17 {
            claimers.append(try await house.person("claimer-\(index)", oneTimePreKeyCount: 0))
        }
        let bob = try await Phone(house, as: "bob")
        let address = try #require(try await bob.account.whoami()).address
        var left = 101
        for claimer in claimers where left > 0 {
            for _ in 0..<6 {
                let claimed: ClaimedKeys = try await house.api.call(
                    "POST", "/v1/keys/\(address.account)/claims", token: claimer.token)
                left -= 1
                let bundle = try #require(claimed.bundles.first)
                if bundle.oneTimePreKey == nil {
                    #expect(bundle.lastResortPreKey != nil)
                    left = 0
                    break
                }
            }
        }
        try #require(left == 0)
        let alice = try await Phone(house, as: "alice")
        let carol = try await Phone(house, as: "carol")
        try await alice.send("from alice", to: "bob")
        try await carol.send("from carol", to: "bob")
        let events = try await bob.fetch()
        #expect(events.contains(.keysUploaded(count: 100)))
        #expect(try await bob.received().sorted() == ["from alice", "from carol"])
        try await bob.send("back", to: "alice")
        try await alice.fetch()
        #expect(try await alice.received() == ["back"])
    }

    @Test("a message that is no message is reported, acknowledged, and does not come again")
    func garbage() async throws {
        let house = try await House()
        let mallory = try await house.person("mallory")
        let bob = try await Phone(house, as: "bob")
        let address = try #require(try await bob.account.whoami()).address
        let view: AccountView = try await house.api.call(
            "GET", "/v1/accounts/\(address.account)", token: mallory.token)
        let device = try #require(view.deviceList.devices.first)
        for body in [[UInt8](repeating: 7, count: 100), [1, 2, 3], [1, 1] + [UInt8](repeating: 0, count: 120)] {
            let copy = DeviceCopy(device: device.device, registrationID: device.registrationID, body: body)
            let _: Accepted = try await house.api.call(
                "POST", "/v1/messages/\(address.account)", SendRequest(clientID: .random(), copies: [copy]),
                token: mallory.token)
        }
        let events = try await bob.fetch()
        #expect(events.filter { if case .unreadable = $0 { true } else { false } }.count == 3)
        #expect(try await bob.history().map(\.reason) == [.malformed, .malformed, .noSession])
        #expect(try await bob.fetch().filter { if case .unreadable = $0 { true } else { false } }.isEmpty)
    }

    /// The texts of the first messages that a listening client hears.
    private static func texts(_ client: Account, count: Int) async -> [String] {
        var texts: [String] = []
        for await event in await client.events() {
            if case .message(let entry) = event { texts.append(entry.text ?? "") }
            if texts.count == count { break }
        }
        return texts
    }
}
