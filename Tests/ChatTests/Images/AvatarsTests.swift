import Store
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct AvatarsTests {
    private func set(_ media: MediaID, by device: DeviceAddress, in place: ImageHouse) async throws {
        try await place.commit { (turn) throws(Problem) in try turn.setAvatar(media, of: device.account) }
    }

    private func avatar(of device: DeviceAddress, in place: ImageHouse) async throws -> MediaID? {
        try await place.look { (look) throws(Problem) in try look.account(device.account).avatar }
    }

    @Test("an avatar shows in the account and stays; replaced or removed, its bytes and pictures leave the disk")
    func life() async throws {
        let place = try await ImageHouse()
        let alice = place.alice
        #expect(try await avatar(of: alice, in: place) == nil)
        let first = try await place.upload(by: alice, use: .avatar)
        try await set(first, by: alice, in: place)
        #expect(try await avatar(of: alice, in: place) == first)
        #expect(try await place.row(first)?.lifetime == .pinned)
        place.house.clock.advance(seconds: 400 * 86_400)
        try await place.sweep()
        #expect(try await avatar(of: alice, in: place) == first)
        try await set(first, by: alice, in: place)
        #expect(try await place.fileCount() == 2)
        let second = try await place.upload(by: alice, use: .avatar)
        #expect(try await place.fileCount() == 4)
        try await set(second, by: alice, in: place)
        #expect(try await avatar(of: alice, in: place) == second)
        #expect(try await place.row(first) == nil)
        #expect(try await place.fileCount() == 2)
        for _ in 0..<2 {
            try await place.commit { (turn) throws(Problem) in try turn.removeAvatar(of: alice.account) }
            #expect(try await avatar(of: alice, in: place) == nil)
            #expect(try await place.fileCount() == 0)
        }
        let code = await problem {
            try await place.look { (look) throws(Problem) in try look.avatar(of: alice.account) }
        }
        #expect(code == .notFound)
    }

    @Test("what is not put to use ends a day after it is complete, however long the upload took")
    func unused() async throws {
        let place = try await ImageHouse()
        let media = try await place.upload(by: place.alice, use: .avatar)
        place.house.clock.advance(seconds: Limits.unusedImageSeconds - 1)
        try await place.sweep()
        #expect(try await place.row(media) != nil)
        place.house.clock.advance(seconds: 1)
        try await place.sweep()
        #expect(try await place.row(media) == nil)
        #expect(try await place.fileCount() == 0)
    }

    @Test("only own, open media that were uploaded as an avatar and have a picture become one")
    func refusals() async throws {
        let place = try await ImageHouse()
        let (alice, bob) = (place.alice, place.bob)
        let town = try await place.conversation(.open)
        for (media, code) in [
            (MediaID.random(), ProblemCode.notFound), (try await place.upload(by: bob, use: .avatar), .notFound),
            (try await place.upload(by: alice), .requiresOpenMode),
            (try await place.upload(by: alice, use: .emoji), .otherUse),
            (try await place.upload(by: alice, conversation: town), .otherUse),
            (try await place.upload(by: alice, use: .avatar, byteCount: 3), .mediaNotReady),
        ] {
            #expect(await problem { try await set(media, by: alice, in: place) } == code)
        }
        #expect(try await avatar(of: alice, in: place) == nil)
    }

    @Test("an upload for a use is bounded, names no conversation and no lifetime")
    func uploads() async throws {
        let place = try await ImageHouse()
        let town = try await place.conversation(.open)
        func code(
            _ use: MediaUse?, _ conversation: ConversationID? = nil, _ byteCount: UInt64 = 1,
            _ lifetime: MediaLifetime? = nil, mediaClass: MediaClass = .open
        ) async -> ProblemCode? {
            await problem {
                let draft = try UploadDraft(
                    in: place.house.chat.shard, by: place.alice, mediaClass: mediaClass, byteCount: byteCount,
                    sha256: [UInt8](repeating: 1, count: 32), conversation: conversation, use: use, lifetime: lifetime,
                    now: place.house.now)
                let bounds = place.media.uploads.bounds
                try await place.commit { (turn) throws(Problem) in try turn.createUpload(draft, within: bounds) }
            }
        }
        #expect(await code(.avatar, nil, Limits.avatarByteCountMax) == nil)
        #expect(await code(.avatar, nil, Limits.avatarByteCountMax + 1) == .bodyTooLarge)
        #expect(await code(.emoji, nil, Limits.emojiByteCountMax) == nil)
        #expect(await code(.emoji, nil, Limits.emojiByteCountMax + 1) == .bodyTooLarge)
        #expect(await code(.avatar, town) == .malformed)
        #expect(await code(nil) == .malformed)
        #expect(await code(.avatar, mediaClass: .sealed) == .malformed)
        for lifetime: MediaLifetime in [.usual, .long, .pinned, .expiring] {
            #expect(await code(.avatar, nil, 1, lifetime) == .malformed)
        }
    }

    @Test("everybody sees the pictures, and the uploader alone the bytes as they came")
    func readers() async throws {
        let place = try await ImageHouse()
        let (alice, bob) = (place.alice, place.bob)
        let media = try await place.upload(by: alice, use: .avatar)
        let seen = try await place.look { (look) throws(Problem) in try look.visibleMedia(media, by: bob.account) }
        #expect(seen.use == .avatar)
        #expect(MediaInfo(seen).use == .avatar)
        _ = try await place.look { (look) throws(Problem) in try look.readableMedia(media, by: alice.account) }
        let code = await problem {
            try await place.look { (look) throws(Problem) in try look.readableMedia(media, by: bob.account) }
        }
        #expect(code == .notFound)
        #expect(try await place.media.pictures.picture(PictureWish(), of: seen).variant == .webp)
    }

    @Test("media that are deleted by themselves take the avatar along")
    func dangling() async throws {
        let place = try await ImageHouse()
        let alice = place.alice
        let media = try await place.upload(by: alice, use: .avatar)
        try await set(media, by: alice, in: place)
        try await place.commit { (turn) throws(Problem) in
            try turn.deleteMedia(media, by: alice.account, capability: nil)
        }
        #expect(try await avatar(of: alice, in: place) == nil)
        #expect(try await place.fileCount() == 0)
    }
}
