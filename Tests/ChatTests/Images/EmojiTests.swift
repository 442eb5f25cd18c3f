import Store
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct EmojiTests {
    private static func name(_ text: String) throws -> EmojiName { try #require(EmojiName(text: text)) }

    @discardableResult
    private func add(
        _ text: String, _ media: MediaID? = nil, by device: DeviceAddress, in place: ImageHouse
    ) async throws -> EmojiView {
        let name = try Self.name(text)
        var chosen = media
        if chosen == nil { chosen = try await place.upload(by: device, use: .emoji) }
        let id = try #require(chosen)
        return try await place.commit { (turn) throws(Problem) in
            try turn.addEmoji(name, media: id, by: device.account)
        }
    }

    private func page(in place: ImageHouse, _ cursor: String? = nil, limit: Int = 200) async throws -> Page<EmojiView> {
        try await place.look { (look) throws(Problem) in try look.emoji(PageWish(cursor: cursor, limit: limit)) }
    }

    @Test("emoji are listed by name in pages; a name belongs to who came first, and the same again is no error")
    func names() async throws {
        let place = try await ImageHouse()
        let (alice, bob) = (place.alice, place.bob)
        let second = try await add("party-parrot", by: alice, in: place)
        let first = try await add("+1", by: bob, in: place)
        #expect(second.creator == alice.account && second.createdAt == place.house.now)
        #expect(try await add("+1", first.media, by: bob, in: place) == first)
        #expect(await problem { try await add("+1", by: bob, in: place) } == .emojiTaken)
        #expect(await problem { try await add("+1", by: alice, in: place) } == .emojiTaken)
        #expect(await problem { try await add("+2", first.media, by: bob, in: place) } == .otherUse)
        #expect(try await page(in: place) == Page<EmojiView>(items: [first, second], next: nil))
        let begin = try await page(in: place, limit: 1)
        #expect(begin == Page<EmojiView>(items: [first], next: "+1"))
        #expect(try await page(in: place, begin.next, limit: 1) == Page<EmojiView>(items: [second], next: nil))
        #expect(await problem { try await page(in: place, "No Name") } == .malformed)
    }

    @Test("only own, open media that were uploaded as an emoji and have a picture become one")
    func refusals() async throws {
        let place = try await ImageHouse()
        let (alice, bob) = (place.alice, place.bob)
        for (media, code) in [
            (MediaID.random(), ProblemCode.notFound), (try await place.upload(by: bob, use: .emoji), .notFound),
            (try await place.upload(by: alice), .requiresOpenMode),
            (try await place.upload(by: alice, use: .avatar), .otherUse),
            (try await place.upload(by: alice, use: .emoji, byteCount: 3), .mediaNotReady),
        ] {
            #expect(await problem { try await add("party", media, by: alice, in: place) } == code)
        }
        #expect(try await page(in: place).items.isEmpty)
    }

    @Test("who added an emoji deletes it, and whoever runs the server; its bytes leave the disk")
    func deletion() async throws {
        let place = try await ImageHouse()
        let (alice, bob) = (place.alice, place.bob)
        let (mine, theirs) = (try Self.name("mine"), try Self.name("theirs"))
        try await add("mine", by: alice, in: place)
        try await add("theirs", by: bob, in: place)
        #expect(try await place.fileCount() == 4)
        let code = await problem {
            try await place.commit { (turn) throws(Problem) in try turn.removeEmoji(theirs, by: alice.account) }
        }
        #expect(code == .forbidden)
        try await place.commit { (turn) throws(Problem) in
            try turn.removeEmoji(mine, by: alice.account)
            try turn.removeEmoji(theirs, by: nil)
        }
        #expect(try await page(in: place).items.isEmpty)
        #expect(try await place.fileCount() == 0)
        let gone = await problem {
            try await place.commit { (turn) throws(Problem) in try turn.removeEmoji(mine, by: alice.account) }
        }
        #expect(gone == .notFound)
        try await add("mine", by: bob, in: place)
    }

    @Test("an account adds so many and no more; what it deletes makes room")
    func quota() async throws {
        let place = try await ImageHouse()
        let alice = place.alice
        for number in 0..<Limits.emojiPerAccountMax { try await add("a\(number)", by: alice, in: place) }
        #expect(await problem { try await add("more", by: alice, in: place) } == .quotaExceeded)
        try await add("more", by: place.bob, in: place)
        let name = try Self.name("a0")
        try await place.commit { (turn) throws(Problem) in try turn.removeEmoji(name, by: alice.account) }
        try await add("a0", by: alice, in: place)
    }

    @Test("the server has so many and no more")
    func serverQuota() async throws {
        let place = try await ImageHouse()
        let media = try await place.upload(by: place.alice, use: .emoji)
        let row = try #require(try await place.row(media))
        try await place.commit { (turn) throws(Problem) in
            for number in 0..<Limits.emojiMax {
                var other = row
                (other.media, other.blob) = (.random(), .random())
                other.uploadHash = other.media.bytes.array
                try turn.tables.putMedia(other)
                guard let name = EmojiName(text: "e\(number)") else { continue }
                try turn.tables.insert(
                    EmojiView(name: name, media: other.media, creator: .random(), createdAt: turn.now))
            }
        }
        #expect(await problem { try await add("more", media, by: place.alice, in: place) } == .quotaExceeded)
    }
}
