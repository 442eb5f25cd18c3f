import Store
import TestKit
import Testing
import Wire

@testable import Chat

/// Mirrors `MessageDeletion` and what of `Posting` is about media. The files are real ones.
@Suite struct MessageDeletionTests {
    private func post(
        _ text: String?, media: [MediaID] = [], expiresIn: UInt64? = nil, clientID: ClientID = .random(),
        to conversation: ConversationID, by sender: DeviceAddress, in house: ImageHouse
    ) async throws -> Accepted {
        let request = PostRequest(clientID: clientID, text: text, media: media, expiresIn: expiresIn)
        return try await house.commit { (turn) throws(Problem) in
            try turn.post(request, to: conversation, by: sender)
        }
    }

    private func delete(
        _ seq: SequenceNumber?, of conversation: ConversationID, by caller: DeviceAddress, in house: ImageHouse
    ) async throws {
        let seq = try #require(seq)
        _ = try await house.commit { (turn) throws(Problem) in
            try turn.deleteMessage(seq, of: conversation, by: caller)
        }
    }

    private func sweep(_ house: ImageHouse) async throws -> Int {
        try await house.commit { (turn) throws(Problem) in try turn.sweepMessages(limit: 100).count }
    }

    private func entries(
        of conversation: ConversationID, as account: AccountID, in house: ImageHouse
    ) async throws -> [LogEntry] {
        try await house.look { (look) throws(Problem) in
            try look.log(of: conversation, for: account, .after(SequenceNumber(0)), limit: 100).items
        }
    }

    @Test("a deleted post leaves a tombstone and an entry that says so, and its files leave the disk")
    func deletion() async throws {
        let house = try await ImageHouse()
        let (alice, bob) = (house.alice, house.bob)
        let town = try await house.conversation(.open, with: [bob.account])
        let media = [
            try await house.upload(by: bob, conversation: town), try await house.upload(by: bob, conversation: town),
        ]
        let clientID = ClientID.random()
        let posted = try await post("Look", media: media, clientID: clientID, to: town, by: bob, in: house)
        let before = try await entries(of: town, as: alice.account, in: house)
        guard case .message(let message) = before.last?.event else { throw Problem(.internalError, "not a message") }
        #expect(message.media == media && message.text == "Look")
        #expect(try await house.fileCount() == 4)
        try await delete(posted.seq, of: town, by: bob, in: house)
        try await delete(posted.seq, of: town, by: bob, in: house)
        let after = try await entries(of: town, as: alice.account, in: house)
        #expect(after.count == before.count + 1, "once, however often it is deleted")
        #expect(after.dropLast().last == before.last?.tombstone)
        let seq = try #require(posted.seq)
        #expect(after.last?.event == .messageDeleted(.init(seq: seq)) && after.last?.sender.account == bob.account)
        #expect(try await house.fileCount() == 0)
        for media in media { #expect(try await house.row(media) == nil) }
        let again = try await post("Look", media: media, clientID: clientID, to: town, by: bob, in: house)
        #expect(again.isReplay && again.seq == posted.seq)
        #expect(try await entries(of: town, as: alice.account, in: house) == after)
    }

    @Test("its author, an owner and an admin delete a message, and nobody else")
    func rights() async throws {
        let house = try await ImageHouse()
        let (alice, bob) = (house.alice, house.bob)
        let carol = try await house.house.person("carol").address
        let town = try await house.conversation(.open, with: [bob.account, carol.account])
        let own = try await post("mine", to: town, by: alice, in: house)
        let other = try await post("hers", to: town, by: carol, in: house)
        #expect(await problem { try await delete(own.seq, of: town, by: bob, in: house) } == .forbidden)
        #expect(await problem { try await delete(other.seq, of: town, by: bob, in: house) } == .forbidden)
        #expect(await problem { try await delete(SequenceNumber(1), of: town, by: alice, in: house) } == .notFound)
        #expect(await problem { try await delete(SequenceNumber(99), of: town, by: alice, in: house) } == .notFound)
        let stranger = try await house.house.person("dave").address
        #expect(await problem { try await delete(own.seq, of: town, by: stranger, in: house) } == .notFound)
        try await delete(other.seq, of: town, by: alice, in: house)
        let dm = try await house.conversation(.open, .dm, with: [bob.account])
        let said = try await post("to bob", to: dm, by: alice, in: house)
        #expect(await problem { try await delete(said.seq, of: dm, by: bob, in: house) } == .forbidden)
        try await delete(said.seq, of: dm, by: alice, in: house)
    }

    @Test("a message says nothing once its time is over, swept or not, and takes its files along")
    func expiry() async throws {
        let house = try await ImageHouse()
        let town = try await house.conversation(.open, with: [house.bob.account])
        let media = try await house.upload(by: house.alice, conversation: town)
        let posted = try await post("Soon gone", media: [media], expiresIn: 60, to: town, by: house.alice, in: house)
        let kept = try await post("Stays", expiresIn: 61, to: town, by: house.bob, in: house)
        house.house.clock.advance(seconds: 59)
        #expect(try await sweep(house) == 0)
        #expect(try await house.row(media)?.message == posted.seq)
        house.house.clock.advance(seconds: 1)
        let unswept = try await entries(of: town, as: house.bob.account, in: house).first { $0.seq == posted.seq }
        guard case .message(let message) = unswept?.event else { throw Problem(.internalError, "not a message") }
        #expect(message.isDeleted && message.text == nil && message.media.isEmpty)
        #expect(try await sweep(house) == 1)
        #expect(try await sweep(house) == 0)
        #expect(try await house.fileCount() == 0)
        let seq = try #require(posted.seq)
        let after = try await entries(of: town, as: house.bob.account, in: house)
        #expect(after.last?.event == .messageDeleted(.init(seq: seq, reason: .expired)))
        #expect(after.last?.sender.account == house.alice.account)
        guard case .message(let other) = after.first(where: { $0.seq == kept.seq })?.event else {
            throw Problem(.internalError, "not a message")
        }
        #expect(other.text == "Stays")
        house.house.clock.advance(seconds: 1)
        #expect(try await sweep(house) == 1)
    }

    @Test("a message deleted before its time is over is not deleted a second time")
    func deletedBeforeExpiry() async throws {
        let house = try await ImageHouse()
        let town = try await house.conversation(.open)
        let posted = try await post("Gone", expiresIn: 60, to: town, by: house.alice, in: house)
        try await delete(posted.seq, of: town, by: house.alice, in: house)
        let before = try await entries(of: town, as: house.alice.account, in: house)
        house.house.clock.advance(seconds: 100)
        #expect(try await sweep(house) == 0)
        #expect(try await entries(of: town, as: house.alice.account, in: house) == before)
    }

    @Test("media live as long as their message, not as long as they were uploaded for; expiring ones no longer")
    func lifetimes() async throws {
        let house = try await ImageHouse()
        let alice = house.alice
        let town = try await house.conversation(.open)
        let shown = try await house.upload(by: alice, conversation: town)
        let loose = try await house.upload(by: alice, conversation: town)
        let posted = try await post(nil, media: [shown], to: town, by: alice, in: house)
        #expect(
            await problem {
                try await house.commit { (turn) throws(Problem) in
                    let request = LeaseRequest(lease: [UInt8](repeating: 1, count: 32), seconds: 60)
                    return try turn.lease(request, of: shown, by: alice.account)
                }
            } == .forbidden)
        house.house.clock.advance(seconds: 400 * 86_400)
        try await house.sweep()
        #expect(try await house.row(loose) == nil)
        #expect(try await house.row(shown)?.message == posted.seq)
        try await delete(posted.seq, of: town, by: alice, in: house)
        #expect(try await house.fileCount() == 0)
    }

    @Test("only own, complete open media of the conversation hang on a message, and on one alone")
    func refusals() async throws {
        let house = try await ImageHouse()
        let (alice, bob) = (house.alice, house.bob)
        let town = try await house.conversation(.open, with: [bob.account])
        let other = try await house.conversation(.open)
        let own = try await house.upload(by: alice, conversation: town)
        let image = try await house.upload(by: alice, conversation: town)
        try await house.commit { (turn) throws(Problem) in
            try turn.setImage(ConversationImage(media: image), of: town, by: alice)
        }
        let refused: [(MediaID, ProblemCode)] = [
            (try await house.upload(by: bob, conversation: town), .notFound),
            (try await house.upload(by: alice, conversation: other), .notFound),
            (try await house.upload(by: alice), .notFound), (.random(), .notFound), (image, .mediaAttached),
        ]
        for (media, code) in refused {
            #expect(await problem { try await post("x", media: [media], to: town, by: alice, in: house) } == code)
        }
        #expect(
            await problem { try await post("x", media: [own, own], to: town, by: alice, in: house) } == .malformed)
        _ = try await post("x", media: [own], to: town, by: alice, in: house)
        #expect(await problem { try await post("y", media: [own], to: town, by: alice, in: house) } == .mediaAttached)
        #expect(
            await problem {
                try await house.commit { (turn) throws(Problem) in
                    try turn.setImage(ConversationImage(media: own), of: town, by: alice)
                }
            } == .otherUse)
        #expect(await problem { try await post(nil, to: town, by: alice, in: house) } == .malformed)
        let sealed = try await house.conversation(.sealed, with: [bob.account])
        let request = PostRequest(clientID: .random(), text: nil, media: [own])
        #expect(
            await problem {
                try await house.commit { (turn) throws(Problem) in try turn.post(request, to: sealed, by: alice) }
            } == .requiresOpenMode)
    }

    @Test("what nobody is left to read goes: the media of a conversation without members end")
    func lastMember() async throws {
        let house = try await ImageHouse()
        let town = try await house.conversation(.open)
        let media = try await house.upload(by: house.alice, conversation: town)
        _ = try await post("x", media: [media], to: town, by: house.alice, in: house)
        let alice = house.alice
        try await house.commit { (turn) throws(Problem) in
            try turn.removeMember(alice.account, from: town, by: alice)
        }
        try await house.sweep()
        #expect(try await house.fileCount() == 0)
    }

    @Test("a sealed body goes from the log of a sealed group as well")
    func sealed() async throws {
        let house = try await ImageHouse()
        let bob = house.bob
        let group = try await house.conversation(.sealed, with: [bob.account])
        let request = PostRequest(clientID: .random(), body: [1, 2, 3], expiresIn: 30)
        let posted = try await house.commit { (turn) throws(Problem) in try turn.post(request, to: group, by: bob) }
        house.house.clock.advance(seconds: 30)
        #expect(try await sweep(house) == 1)
        let entry = try await house.look { (look) throws(Problem) in
            try look.tables.entry(posted.seq ?? SequenceNumber(0), of: group)
        }
        guard case .message(let message) = entry?.event else { throw Problem(.internalError, "not a message") }
        #expect(message.body == nil && message.isDeleted)
    }
}
