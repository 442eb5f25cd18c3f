import Store
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct MediaGrantTests {
    @Test("an address dies for good when its maker leaves the conversation, also when the maker comes back")
    func leaving() async throws {
        let house = try await ImageHouse()
        let (alice, bob) = (house.alice, house.bob)
        let tea = try await house.conversation(.open, with: [bob.account])
        let media = try await house.upload(by: alice, conversation: tea)
        let grant = try await grant(of: media, by: bob, in: house)
        #expect(try await isGood(grant, for: media, in: house))
        try await house.commit { (turn) throws(Problem) in try turn.removeMember(bob.account, from: tea, by: bob) }
        #expect(try await !isGood(grant, for: media, in: house))
        #expect(await problem { try await self.grant(of: media, by: bob, in: house) } == .notFound)
        house.house.clock.advance(seconds: 1)
        try await house.commit { (turn) throws(Problem) in try turn.addMembers([bob.account], to: tea, by: alice) }
        #expect(try await !isGood(grant, for: media, in: house), "that was another membership")
        let next = try await self.grant(of: media, by: bob, in: house)
        #expect(try await isGood(next, for: media, in: house))
    }

    @Test("it dies when its maker is removed, and those of others go on")
    func removal() async throws {
        let house = try await ImageHouse()
        let (alice, bob) = (house.alice, house.bob)
        let tea = try await house.conversation(.open, with: [bob.account])
        let media = try await house.upload(by: bob, conversation: tea)
        let (hers, his) = (
            try await grant(of: media, by: alice, in: house), try await grant(of: media, by: bob, in: house)
        )
        try await house.commit { (turn) throws(Problem) in try turn.removeMember(bob.account, from: tea, by: alice) }
        #expect(try await !isGood(his, for: media, in: house), "though he uploaded them")
        #expect(try await isGood(hers, for: media, in: house))
        #expect(await problem { try await self.grant(of: media, by: bob, in: house) } == .forbidden)
    }

    @Test("it dies with its maker's device, and one of another device of the account goes on")
    func unlinking() async throws {
        let house = try await ImageHouse()
        let media = try await house.upload(by: house.alice)
        let tablet = DeviceAddress(account: house.alice.account, device: DeviceID(2))
        let alice = house.alice
        try await house.commit { (turn) throws(Problem) in
            guard var row = try turn.tables.device(alice) else { throw Problem(.notFound, "no device") }
            row.address = tablet
            try turn.tables.insertDevice(row)
        }
        let grants = [
            try await grant(of: media, by: alice, in: house), try await grant(of: media, by: tablet, in: house),
        ]
        try await house.commit { (turn) throws(Problem) in try turn.tables.removeDevice(tablet) }
        #expect(try await isGood(grants[0], for: media, in: house))
        #expect(try await !isGood(grants[1], for: media, in: house))
    }

    @Test("it dies with its maker's account, at once and not when the account's memberships are worked off")
    func accountDeletion() async throws {
        let house = try await ImageHouse()
        let bob = house.bob
        let tea = try await house.conversation(.open, with: [bob.account])
        let media = [
            try await house.upload(by: house.alice, conversation: tea), try await house.upload(by: house.alice),
        ]
        var grants: [MediaGrant] = []
        for media in media { grants.append(try await grant(of: media, by: bob, in: house)) }
        for (media, grant) in zip(media, grants) { #expect(try await isGood(grant, for: media, in: house)) }
        try await house.commit { (turn) throws(Problem) in try turn.deleteAccount(bob.account) }
        #expect(try await house.look { (look) throws(Problem) in try look.tables.member(bob.account, of: tea) } != nil)
        for (media, grant) in zip(media, grants) { #expect(try await !isGood(grant, for: media, in: house)) }
    }

    @Test("whoever has a good address hears that the media are gone; whoever has none hears nothing of them")
    func gone() async throws {
        let house = try await ImageHouse()
        let (alice, media) = (house.alice, try await house.upload(by: house.alice))
        let grant = try await grant(of: media, by: alice, in: house)
        #expect(await refusal(nil, for: media, in: house) == .unauthenticated)
        try await house.commit { (turn) throws(Problem) in
            try turn.deleteMedia(media, by: alice.account, capability: nil)
        }
        #expect(await refusal(grant, for: media, in: house) == .notFound)
        #expect(await refusal(nil, for: media, in: house) == .unauthenticated)
    }

    @Test("the bytes of an avatar are lent by its account alone")
    func avatar() async throws {
        let house = try await ImageHouse()
        let media = try await house.upload(by: house.alice, use: .avatar)
        let grant = try await grant(of: media, by: house.alice, in: house)
        #expect(try await isGood(grant, for: media, in: house))
        #expect(await problem { try await self.grant(of: media, by: house.bob, in: house) } == .notFound)
        let foreign = MediaGrant(maker: house.bob, joinedAt: nil, expiresAt: grant.expiresAt)
        #expect(try await !isGood(foreign, for: media, in: house))
    }

    private func grant(of media: MediaID, by maker: DeviceAddress, in house: ImageHouse) async throws -> MediaGrant {
        try await house.look { (look) throws(Problem) in try look.grant(of: media, by: maker, seconds: 60) }
    }

    private func refusal(_ grant: MediaGrant?, for media: MediaID, in house: ImageHouse) async -> ProblemCode? {
        await problem { try await house.look { (look) throws(Problem) in try look.media(media, under: grant) } }
    }

    private func isGood(_ grant: MediaGrant, for media: MediaID, in house: ImageHouse) async throws -> Bool {
        let refusal = await refusal(grant, for: media, in: house)
        #expect(refusal == nil || refusal == .unauthenticated)
        return refusal == nil
    }
}
