import Keys
import TestKit
import Testing
import Wire

@testable import Client

/// A later version is met, and then this program is the later one.
/// Mirrors `KeptContent`.
@Suite struct LaterVersionTests {
    @Test("an envelope of an unknown kind is kept as it came, and opened by a program that knows the kind")
    func envelope() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bobby", isDoubtful: true)
        bob.changeFrame = { (bytes) in
            guard case .map(let entries) = try? WireValue.parse(bytes, as: .cbor),
                entries.contains(.init(key: "t", value: .text("envelope")))
            else { return bytes }
            return WireValue.map(entries.map { $0.key == "kind" ? .init(key: "kind", value: .text("quantum")) : $0 })
                .encoded(as: .cbor)
        }
        try await alice.send("one", to: "bobby")
        try await alice.send("two", to: "bobby")
        try await bob.fetch()
        #expect(try await bob.account.history().isEmpty)
        // They are acknowledged: the server has nothing more.
        bob.changeFrame = { $0 }
        let token = try await bob.account.accessTokenForTests()
        var left: Page<Envelope>
        repeat { left = try await house.api.call("GET", "/v1/messages", token: token) } while !left.items.isEmpty
        try await bob.fetch()
        #expect(try await bob.account.history().isEmpty)
        // The kinds as they were sent: as if they were known from now on.
        let sent = try await bob.inside { try $0.kinds("sealed", "message") }
        #expect(sent == 2)
        // This program has tried them; a later one has not.
        try await bob.fetch()
        #expect(try await bob.account.history().isEmpty)
        try await bob.inside { try $0.forgetTries() }
        var texts: [String] = []
        for case .message(let line) in try await bob.fetch() { texts.append(line.text ?? "") }
        #expect(texts == ["one", "two"])
        try await bob.fetch()
        #expect(try await bob.account.history().compactMap(\.text) == ["one", "two"])
        try await alice.send("three", to: "bobby")
        try await bob.fetch()
        #expect(try await bob.account.history().compactMap(\.text) == ["one", "two", "three"])
    }

    @Test("a content of an unknown type is kept with its line; where it is known later, it is a message")
    func content() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bobby", isDoubtful: true)
        try await alice.send("before", to: "bobby")
        try await bob.fetch()
        try await alice.account.owner.run { (rooms) async throws in
            try await rooms.sendLater("poll", to: try #require(Handle(text: "bobby")))
        }
        try await bob.fetch()
        let lines = try await bob.account.history()
        #expect(lines.map(\.kind) == [.received, .unreadable] && lines.last?.reason == .unknownContent)
        let kept = try await bob.inside { try $0.keptContents() }
        #expect(kept.count == 1)
        // What was opened is not kept sealed as well.
        let first = try #require(kept.first?.1)
        #expect(first.encoded(as: .cbor).count < first.plaintext.count + 300)
        // One that an earlier version kept, and that is known.
        let own = try await bob.inside { try $0.keepOwn("known now", at: try #require(kept.first).0, like: kept[0].1) }
        try await bob.fetch()
        #expect(try await bob.account.history() == lines, "this program has tried it")
        try await bob.inside { try $0.forgetTries() }
        try await bob.fetch()
        let after = try await bob.account.history()
        #expect(after.map(\.kind) == [.received, .synced] && after.last?.text == "known now")
        #expect(after.last?.message == own)
        // Whoever deletes a line that cannot be read deletes what is kept of it.
        try await alice.account.owner.run { (rooms) async throws in
            try await rooms.sendLater("poll", to: try #require(Handle(text: "bobby")))
        }
        try await bob.fetch()
        #expect(try await bob.inside { try $0.keptContents() }.count == 1)
        let last = try #require(try await bob.account.history().last)
        try await bob.chats.delete(last.id, forMeOnly: true)
        #expect(try await bob.inside { try $0.keptContents() }.isEmpty)
    }

    @Test("what is kept is counted once, and many are opened in their order once they are known")
    func many() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bobby", isDoubtful: true)
        let handle = try #require(Handle(text: "bobby"))
        let count = ClientLimits.keptPerSlice + 3
        try await alice.send("before", to: "bobby")
        func sendLater() async throws {
            try await alice.account.owner.run { (rooms) async throws in try await rooms.sendLater("poll", to: handle) }
        }
        for _ in 1..<count { try await sendLater() }
        try await bob.fetch()
        let counted = try #require(try await bob.inside { $0.ground.records.keptContentShares })
        // What says nothing of what is kept leaves it counted, also where something is taken out.
        let taken = try await alice.send("taken back", to: "bobby")
        try await bob.fetch()
        _ = try await alice.chats.delete(taken.id)
        try await bob.fetch()
        #expect(try await bob.inside { $0.ground.records.keptContentShares } == counted)
        try await sendLater()
        try await bob.fetch()
        let more = try #require(try await bob.inside { $0.ground.records.keptContentShares })
        #expect(more != counted)
        // Counted anew it is the same.
        try await bob.inside { $0.ground.records.keptContentShares = nil }
        let kept = try await bob.inside { try $0.keptContents() }.sorted { $0.0.number < $1.0.number }
        #expect(kept.count == count)
        let anew = try await bob.inside { (rooms) in
            _ = try rooms.receiver.contentShares(with: kept[0].1, from: .sample)
            return rooms.ground.records.keptContentShares
        }
        #expect(anew == more)
        for (place, one) in kept {
            _ = try await bob.inside { try $0.keepOwn("\(place.number)", at: place, like: one) }
        }
        #expect(try await bob.inside { $0.ground.records.keptContentShares } == nil)
        try await bob.inside { try $0.forgetTries() }
        try await bob.fetch()
        let texts = try await bob.account.history().filter { $0.kind == .synced }.map { $0.text ?? "" }
        #expect(texts == kept.map { "\($0.0.number)" })
        #expect(try await bob.inside { try $0.keptContents() }.isEmpty)
    }
}

extension Rooms {
    /// As if another program had tried to open what is kept.
    fileprivate func forgetTries() throws {
        var transaction = StoreTransaction()
        transaction.remove(.keptTries)
        try receiver.commit(transaction)
    }

    /// Gives kept frames the kind that they would have been known by.
    fileprivate func kinds(_ kind: String, _ fallback: String) throws -> Int {
        var count = 0
        for (key, frame) in try receiver.values(in: .keptFrames) {
            guard case .bytes(let bytes) = frame,
                case .map(let entries) = try WireValue.parse(bytes, as: .cbor)
            else { continue }
            let isSealed = !entries.contains { $0.key == "sender" }
            let known = entries.map { (entry) -> WireValue.Entry in
                entry.key == "kind" ? .init(key: "kind", value: .text(isSealed ? kind : fallback)) : entry
            }
            var transaction = StoreTransaction()
            transaction.put(.bytes(WireValue.map(known).encoded(as: .cbor)), at: key)
            try receiver.commit(transaction)
            count += 1
        }
        return count
    }

    /// Sends a content of a type that nobody knows yet.
    nonisolated(nonsending) fileprivate func sendLater(_ type: String, to handle: Handle) async throws {
        let (_, own) = try receiver.readyProfile()
        let peer = try #require(try receiver.read(.handle(handle)))
        let content = MessageContent(message: .random(), sentAt: ground.surroundings.now(), text: "?")
        guard case .map(let entries) = try WireValue.parse(content.encoded(as: .cbor), as: .cbor) else { return }
        let strange = WireValue.map(
            entries.map { $0.key == "type" ? .init(key: "type", value: .text(type)) : $0 }).encoded(as: .cbor)
        var transaction = StoreTransaction()
        var counters = try receiver.counters()
        let number = counters.nextOutbox
        counters.nextOutbox += 1
        let key = FrankingKey()
        let franked = FrankedContent(strange, under: key).encoded(as: .cbor)
        transaction.put(
            OutboxEntry(
                clientID: .random(), to: peer, kind: .message, content: franked, line: nil,
                commitment: key.commitment(to: strange, by: own)),
            at: .outbox(number))
        transaction.put(counters, at: .counters)
        try receiver.commit(transaction)
        mailer.run.added(number)
        await mailer.sendMessages()
        #expect(own.account != peer)
    }

    fileprivate func keptContents() throws -> [(LinePlace, KeptContent)] {
        try receiver.values(in: .keptContents).compactMap { (key, kept) in
            key.placeName.flatMap { LinePlace(text: $0) }.map { ($0, kept) }
        }
    }

    /// Puts one in place that came from another device of the own account.
    fileprivate func keepOwn(_ text: String, at place: LinePlace, like kept: KeptContent) throws -> ClientID {
        let (_, own) = try receiver.readyProfile()
        var content = MessageContent(message: .random(), sentAt: ground.surroundings.now(), text: text)
        content.to = kept.envelope.sender?.account
        var envelope = kept.envelope
        envelope.sender = DeviceAddressPayload(DeviceAddress(account: own.account, device: DeviceID(2)))
        var transaction = StoreTransaction()
        transaction.put(
            KeptContent(envelope, content.encoded(as: .cbor), isSenderHidden: false), at: .keptContent(place))
        try receiver.commit(transaction)
        return content.message
    }
}
