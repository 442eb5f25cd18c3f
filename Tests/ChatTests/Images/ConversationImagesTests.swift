import Store
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct ConversationImagesTests {
    private func set(
        _ image: ConversationImage, of conversation: ConversationID, by device: DeviceAddress, in place: ImageHouse
    ) async throws {
        try await place.commit { (turn) throws(Problem) in
            try turn.setImage(image, of: conversation, by: device)
        }
    }

    private func view(_ conversation: ConversationID, in place: ImageHouse) async throws -> ConversationView {
        let alice = place.alice
        return try await place.look { (look) throws(Problem) in
            try look.conversation(conversation, for: alice.account)
        }
    }

    @Test("an open conversation's image stays beyond its lifetime, is told in the log, and ends with its bytes")
    func open() async throws {
        let place = try await ImageHouse()
        let alice = place.alice
        let town = try await place.conversation(.open)
        let first = try await place.upload(by: alice, conversation: town)
        try await set(.init(media: first), of: town, by: alice, in: place)
        try await set(.init(media: first), of: town, by: alice, in: place)
        #expect(try await view(town, in: place).image == first)
        place.house.clock.advance(seconds: 2 * Limits.longMediaSeconds)
        try await place.sweep()
        #expect(try await place.row(first) != nil)
        let second = try await place.upload(by: alice, conversation: town)
        try await set(.init(media: second), of: town, by: alice, in: place)
        #expect(try await place.row(first) == nil)
        #expect(try await place.fileCount() == 2)
        for _ in 0..<2 {
            try await place.commit { (turn) throws(Problem) in try turn.removeImage(of: town, by: alice) }
        }
        #expect(try await view(town, in: place).image == nil)
        #expect(try await place.fileCount() == 0)
        #expect(
            try await place.images(in: town) == [
                ConversationImage(media: first), ConversationImage(media: second), ConversationImage(),
            ])
    }

    @Test("a sealed conversation's image is a ciphertext that the server passes on")
    func sealed() async throws {
        let place = try await ImageHouse()
        let alice = place.alice
        let club = try await place.conversation(.sealed)
        let image = ConversationImage(sealedImage: [1, 2, 3])
        try await set(image, of: club, by: alice, in: place)
        #expect(try await view(club, in: place).sealedImage == [1, 2, 3])
        try await place.commit { (turn) throws(Problem) in try turn.removeImage(of: club, by: alice) }
        #expect(try await view(club, in: place).sealedImage == nil)
        #expect(try await place.images(in: club) == [image, ConversationImage()])
    }

    @Test("what does not fit the mode, the role, the conversation or the media is refused, and changes nothing")
    func refusals() async throws {
        let place = try await ImageHouse()
        let (alice, bob) = (place.alice, place.bob)
        let town = try await place.conversation(.open, with: [bob.account])
        let other = try await place.conversation(.open)
        let club = try await place.conversation(.sealed)
        let dm = try await place.conversation(.open, .dm, with: [bob.account])
        let own = try await place.upload(by: alice, conversation: town)
        let bobs = try await place.upload(by: bob, conversation: town)
        for (image, conversation, device, code) in [
            (ConversationImage(sealedImage: [1]), town, alice, ProblemCode.sealedInOpen),
            (ConversationImage(media: own), club, alice, .requiresOpenMode),
            (ConversationImage(), town, alice, .malformed),
            (ConversationImage(media: own, sealedImage: [1]), town, alice, .malformed),
            (ConversationImage(media: bobs), town, bob, .forbidden),
            (ConversationImage(media: bobs), other, bob, .notFound),
            (ConversationImage(media: own), dm, alice, .forbidden),
            (ConversationImage(media: own), other, alice, .otherUse),
            (ConversationImage(media: bobs), town, alice, .notFound),
            (ConversationImage(media: try await place.upload(by: alice, use: .avatar)), town, alice, .otherUse),
            (ConversationImage(media: try await place.upload(by: alice)), town, alice, .requiresOpenMode),
            (
                ConversationImage(media: try await place.upload(by: alice, conversation: town, byteCount: 3)), town,
                alice, .mediaNotReady
            ),
        ] as [(ConversationImage, ConversationID, DeviceAddress, ProblemCode)] {
            #expect(await problem { try await set(image, of: conversation, by: device, in: place) } == code)
        }
        for conversation in [town, other, club, dm] {
            #expect(try await place.images(in: conversation).isEmpty)
        }
    }

    @Test("who deletes the media of an image deletes the image, and the log says so in the name of the uploader")
    func deleted() async throws {
        let place = try await ImageHouse()
        let alice = place.alice
        let town = try await place.conversation(.open)
        let media = try await place.upload(by: alice, conversation: town)
        try await set(.init(media: media), of: town, by: alice, in: place)
        _ = place.house.takeEffects()
        try await place.commit { (turn) throws(Problem) in try turn.endMedia(media) }
        #expect(try await view(town, in: place).image == nil)
        #expect(try await place.images(in: town) == [ConversationImage(media: media), ConversationImage()])
        let told = place.house.takeEffects().contains {
            if case .announce(let entry) = $0 { entry.event == .image(.init()) } else { false }
        }
        #expect(told)
        #expect(try await place.fileCount() == 0)
    }

    @Test("the image of a conversation goes with its last member")
    func lastMember() async throws {
        let place = try await ImageHouse()
        let alice = place.alice
        let (town, club) = (try await place.conversation(.open), try await place.conversation(.sealed))
        let media = try await place.upload(by: alice, conversation: town)
        try await set(.init(media: media), of: town, by: alice, in: place)
        try await set(.init(sealedImage: [1]), of: club, by: alice, in: place)
        try await place.commit { (turn) throws(Problem) in
            for conversation in [town, club] {
                try turn.removeMember(alice.account, from: conversation, by: alice)
            }
        }
        #expect(try await place.fileCount() == 0)
        try await place.look { (look) throws(Problem) in
            for conversation in [town, club] {
                #expect(try look.tables.row(ConversationImageRow.ofConversation, conversation)?.image == nil)
            }
        }
    }

    @Test("a deleted account takes its avatar, its emoji and the images it gave along, and the log says so")
    func deletedAccount() async throws {
        let place = try await ImageHouse()
        let (alice, bob) = (place.alice, place.bob)
        let town = try await place.conversation(.open, with: [bob.account])
        let media = try await place.upload(by: alice, conversation: town)
        try await set(.init(media: media), of: town, by: alice, in: place)
        let (avatar, emoji) = (
            try await place.upload(by: alice, use: .avatar), try await place.upload(by: alice, use: .emoji)
        )
        let late = try await place.upload(by: alice, use: .avatar)
        let name = try #require(EmojiName(text: "party"))
        try await place.commit { (turn) throws(Problem) in
            try turn.setAvatar(avatar, of: alice.account)
            _ = try turn.addEmoji(name, media: emoji, by: alice.account)
        }
        try await place.commit { (turn) throws(Problem) in try turn.deleteAccount(alice.account) }
        let refusedAvatar = await problem {
            try await place.commit { (turn) throws(Problem) in try turn.setAvatar(late, of: alice.account) }
        }
        let refusedEmoji = await problem {
            try await place.commit { (turn) throws(Problem) in
                _ = try turn.addEmoji(EmojiName.sample, media: late, by: alice.account)
            }
        }
        #expect(refusedAvatar == .unauthenticated && refusedEmoji == .unauthenticated)
        let code = await problem {
            try await place.look { (look) throws(Problem) in try look.avatar(of: alice.account) }
        }
        #expect(code == .notFound)
        var isFinished = false
        while !isFinished {
            isFinished = try await place.commit { (turn) throws(Problem) in
                guard let doomed = try turn.tables.rows(DoomedAccountRow.inOrder, limit: 1).first else { return true }
                return try turn.erase(doomed) == .finished
            }
        }
        #expect(try await place.fileCount() == 0)
        #expect(try await place.images(in: town) == [ConversationImage(media: media), ConversationImage()])
        try await place.look { (look) throws(Problem) in #expect(try look.tables.row(EmojiView.byName, name) == nil) }
    }
}
