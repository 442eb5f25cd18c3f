import BlobsEngine
import Crypto
import Keys
import Store
import TestKit
import Testing
import Wire

@testable import Chat

/// Accounts that go, over a store in memory.
@Suite("Deleting an account") struct AccountDeletionTests {
    let house = ChatHouse()
    private let challenges: Challenges
    private static let serverName = "chat.example"

    init() {
        challenges = Challenges(key: .random(byteCount: 32), uptimeMilliseconds: { [clock = house.clock] in
            clock.now.milliseconds
        })
    }

    // MARK: The proof

    private func order(
        of person: Person, by address: DeviceAddress? = nil, signedBy identity: borrowing AccountIdentity
    ) throws -> AccountDeletionRequest {
        let address = address ?? person.address
        let challenge = challenges.issue(to: address, now: house.now).challenge
        let order = try #require(
            AccountDeletion(
                serverName: Self.serverName, challenge: try LoginChallenge(challenge), address: address))
        return AccountDeletionRequest(challenge: challenge, signature: order.signed(by: identity).bytes)
    }

    private func verified(
        _ request: AccountDeletionRequest, of person: Person, by address: DeviceAddress? = nil
    ) throws -> VerifiedDeletion {
        try VerifiedDeletion(
            request, by: address ?? person.address, identity: person.identity.publicKeys.payload,
            serverName: Self.serverName, challenges: challenges)
    }

    private func delete(_ person: Person) async throws {
        let verified = try verified(try order(of: person, signedBy: person.identity), of: person)
        try await house.chat.commit { (turn) throws(Problem) in try turn.deleteAccount(verified) }
    }

    @Test("only a fresh signature of the account's key counts: no other key, challenge or device")
    func proof() async throws {
        let (alice, mallory) = (try await house.person("alice"), try await house.person("mallory"))
        func refused(_ request: AccountDeletionRequest, by address: DeviceAddress? = nil) -> ProblemCode? {
            do throws(Problem) {
                _ = try VerifiedDeletion(
                    request, by: address ?? alice.address, identity: alice.identity.publicKeys.payload,
                    serverName: Self.serverName, challenges: challenges)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(refused(try order(of: alice, signedBy: mallory.identity)) == .badSignature)
        let good = try order(of: alice, signedBy: alice.identity)
        let sibling = DeviceAddress(account: alice.account, device: DeviceID(2))
        #expect(refused(good, by: sibling) == .badSignature)
        #expect(refused(good) == nil, "what others do with a challenge does not use it up")
        #expect(refused(good) == .badSignature, "the right answer does")
        let late = try order(of: alice, signedBy: alice.identity)
        house.clock.advance(seconds: Limits.challengeSeconds)
        #expect(refused(late) == .badSignature)
        var made = try order(of: alice, signedBy: alice.identity)
        made.challenge[0] ^= 1
        #expect(refused(made) == .badSignature)
    }

    // MARK: At once

    @Test("at once nobody finds the account, nothing reaches it, and its tokens open nothing")
    func atOnce() async throws {
        let (alice, bob) = (Person("alice", now: house.now), try await house.person("bobby"))
        let registered = try await house.register(alice)
        let upload = BackupUpload(id: .random(), tokenHash: [UInt8](repeating: 1, count: 32), blob: [1, 2, 3])
        _ = try await house.chat.commit { (turn) throws(Problem) in
            try turn.putBackup(upload, of: alice.account, if: .absent)
        }
        try await send(to: alice, by: bob)
        _ = house.takeEffects()
        try await delete(alice)
        let effects = house.takeEffects()
        #expect(effects.count == 1)
        guard case .disconnect(alice.address, .accountDeleted)? = effects.first else {
            Issue.record("the socket stays: \(effects)")
            return
        }
        let token = try #require(PresentedToken(text: registered.tokens.accessToken))
        let refresh = try #require(PresentedToken(text: registered.tokens.refreshToken))
        let chat = house.chat
        #expect(
            await problem { try await chat.look { (look) throws(Problem) in try look.authenticate(token).0 } }
                == .unauthenticated)
        #expect(try await chat.commit { (turn) throws(Problem) in try turn.refresh(refresh) } == nil)
        #expect(
            await problem { try await chat.commit { (turn) throws(Problem) in try turn.arrive(alice.address) } }
                == .notFound)
        #expect(
            await problem { try await chat.look { (look) throws(Problem) in try look.account(alice.account) } }
                == .notFound)
        #expect(
            await problem { try await chat.look { (look) throws(Problem) in try look.account(handle: alice.handle) } }
                == .notFound)
        #expect(
            await problem { try await chat.look { (look) throws(Problem) in try look.backup(of: alice.account) } }
                == .notFound)
        #expect(
            await problem {
                try await chat.look { (look) throws(Problem) in try look.keyLog(of: alice.account, after: 0, limit: 9) }
            } == .notFound)
        #expect(await problem { try await send(to: alice, by: bob) } == .notFound)
        #expect(
            await problem {
                try await chat.commit { (turn) throws(Problem) in try turn.claimKeys(of: alice.account, device: nil) }
            } == .notFound)
        #expect(await problem { try await group("Tea", by: bob, with: [alice]) } == .notFound)
        #expect(
            await problem {
                try await chat.look { (look) throws(Problem) in try look.admit(nil, to: alice.account) }
            } == .deliveryRefused)
    }

    @Test("a second deletion finds nobody; neither id nor handle is given again")
    func forever() async throws {
        let alice = try await house.person("alice")
        let (first, second) = (
            try verified(try order(of: alice, signedBy: alice.identity), of: alice),
            try verified(try order(of: alice, signedBy: alice.identity), of: alice)
        )
        try await house.chat.commit { (turn) throws(Problem) in try turn.deleteAccount(first) }
        for _ in 0..<2 {
            #expect(
                await problem {
                    try await house.chat.commit { (turn) throws(Problem) in try turn.deleteAccount(second) }
                } == .unauthenticated)
            #expect(
                await problem {
                    try await house.chat.commit { (turn) throws(Problem) in try turn.deleteAccount(alice.account) }
                } == .notFound)
            #expect(await problem { try await house.register(alice) } == .accountTaken)
            #expect(await problem { try await house.person("alice") } == .handleTaken)
            try await eraseAll()
        }
        _ = try await house.person("alice2")
    }

    @Test("the key log stays as it was, and goes on")
    func keyLog() async throws {
        let alice = try await house.person("alice")
        let before = try await house.store.read { (tables) throws(Problem) in
            try tables.keyLogRows(from: 0, limit: 9)
        }
        try await delete(alice)
        try await eraseAll()
        _ = try await house.person("bobby")
        let after = try await house.store.read { (tables) throws(Problem) in try tables.keyLogRows(from: 0, limit: 9) }
        #expect(before.count == 1 && after.count == 2 && after.first == before.first)
    }

    // MARK: In steps

    @Test("it leaves its conversations; the admin who joined first owns those it was the last owner of")
    func heirs() async throws {
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let (carol, david) = (try await house.person("carol"), try await house.person("david"))
        let town = try await group("Town", by: alice, with: [bob])
        house.clock.advance(seconds: 5)
        try await add([carol], to: town, by: alice)
        house.clock.advance(seconds: 5)
        try await add([david], to: town, by: alice)
        try await change(carol, to: .admin, in: town, by: alice)
        try await change(david, to: .admin, in: town, by: alice)
        let village = try await group("Village", by: alice, with: [])
        house.clock.advance(seconds: 5)
        try await add([david], to: village, by: alice)
        house.clock.advance(seconds: 5)
        try await add([bob], to: village, by: alice)
        let shared = try await group("Shared", by: alice, with: [bob])
        try await change(bob, to: .owner, in: shared, by: alice)
        try await delete(alice)
        try await eraseAll()
        for (conversation, heir) in [(town, carol), (village, david)] {
            let members = try await members(of: conversation, as: heir)
            #expect(members.map(\.account).contains(alice.account) == false)
            #expect(members.filter { $0.role == .owner }.map(\.account) == [heir.account])
            let last = try await events(in: conversation, as: heir).suffix(2)
            #expect(last.map(\.sender.account) == [alice.account, alice.account])
            #expect(
                last.map(\.event) == [
                    .roleChanged(.init(account: heir.account, role: .owner)),
                    .memberRemoved(.init(account: alice.account)),
                ])
            let view = try await house.chat.look { (look) throws(Problem) in
                try look.conversation(conversation, for: heir.account)
            }
            #expect(view.memberCount == UInt64(members.count))
        }
        #expect(
            try await events(in: shared, as: bob).last?.event == .memberRemoved(.init(account: alice.account)))
        #expect(try await events(in: shared, as: bob).count == 4, "bob owned it already")
    }

    @Test("what others do with an account that is about to leave finds nobody, and nothing traps")
    func between() async throws {
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let town = try await group("Town", by: alice, with: [bob])
        try await change(bob, to: .owner, in: town, by: alice)
        try await delete(alice)
        #expect(await problem { try await group("Village", by: alice, with: []) } == .unauthenticated)
        #expect(await problem { try await change(alice, to: .member, in: town, by: bob) } == .notFound)
        #expect(await problem { try await change(bob, to: .member, in: town, by: alice) } == .notFound)
        #expect(try await members(of: town, as: bob).map(\.account) == [bob.account])
        let bounds = MediaBounds()
        let draft = try UploadDraft(
            in: house.chat.shard, by: alice.address, mediaClass: .sealed, byteCount: 9,
            sha256: [UInt8](repeating: 1, count: 32), conversation: nil, lifetime: .pinned, expiresSeconds: nil,
            now: house.now)
        #expect(
            await problem {
                try await house.chat.commit { (turn) throws(Problem) in try turn.createUpload(draft, within: bounds) }
            } == .unauthenticated)
        // The other owner leaves meanwhile, and nobody is left.
        try await remove(bob, from: town, by: bob)
        try await eraseAll()
        try await house.store.read { (tables) throws(Problem) in
            #expect(try tables.conversation(town) == nil)
            #expect(try tables.entries(of: town, .newest, limit: 9).isEmpty)
        }
    }

    @Test("a dm stays for the other one, who can read and leave it but not post; then it is gone")
    func dms() async throws {
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let dm = try await house.chat.commit { (turn) throws(Problem) in
            try turn.createConversation(
                NewConversation(kind: .dm, mode: .open, members: [bob.account]), by: alice.address
            ).view.conversation
        }
        try await post("hello", to: dm, by: alice)
        #expect(await problem { try await remove(bob, from: dm, by: bob) } == .forbidden)
        try await delete(alice)
        #expect(await problem { try await post("are you there", to: dm, by: bob) } == .forbidden)
        try await eraseAll()
        #expect(await problem { try await post("are you there", to: dm, by: bob) } == .forbidden)
        let texts = try await events(in: dm, as: bob).compactMap { (entry) -> String? in
            if case .message(let message) = entry.event { message.text } else { nil }
        }
        #expect(texts == ["hello"])
        try await remove(bob, from: dm, by: bob)
        #expect(try await house.store.read { (tables) throws(Problem) in try tables.conversation(dm) } == nil)
    }

    @Test("every file goes, whoever holds leases, however often the work is cut short", arguments: [1, 3])
    func cutShort(mediaPerCommand: Int) async throws {
        let folder = try TemporaryFolder()
        let blobs = try DiskBlobs.open(folder: folder.path + "/media")
        let media = MediaHouse(chat: house.chat, blobs: blobs, bounds: MediaBounds(), processor: nil)
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let lease = LeaseRequest(lease: [UInt8](repeating: 5, count: 32), seconds: 86_400)
        for index: UInt8 in 0..<7 {
            let stored = try await upload([index, 1, 2], by: alice, to: media)
            _ = try await house.chat.commit { (turn) throws(Problem) in
                try turn.lease(lease, of: stored, by: bob.account)
            }
            _ = try await upload([index, 9], by: bob, to: media)
        }
        for index in 0..<12 { _ = try await group("Group \(index)", by: alice, with: index % 2 == 0 ? [bob] : []) }
        try await house.chat.commit { (turn) throws(Problem) in
            for number: UInt8 in 0..<3 { try turn.tables.putReport(Self.report(number, by: alice, about: bob)) }
            try turn.tables.putReport(Self.report(9, by: bob, about: alice))
        }
        try await delete(alice)
        var limits = ErasureLimits()
        (limits.mediaPerCommand, limits.membershipsPerCommand, limits.rowsPerCommand) = (mediaPerCommand, 2, 1)
        let bounded = limits
        let doomed = DoomedAccountRow(account: alice.account, device: DeviceID(1))
        var steps: [ErasureStep] = []
        repeat {
            steps.append(
                try await house.chat.commit { (turn) throws(Problem) in try turn.erase(doomed, limits: bounded) })
            // Whatever is looked at between two steps is in order.
            for view in try await conversations(of: bob) { #expect(view.memberCount == 1 || view.role == .member) }
        } while steps.last != .finished
        #expect(Set(steps.map { "\($0)" }).count == 4 && steps.count > 11, "\(steps)")
        #expect(try await house.store.read { (tables) throws(Problem) in
            try tables.rows(DoomedAccountRow.inOrder, limit: 9)
        }.isEmpty)
        await media.files.bury()
        #expect(try await blobs.list(nil, 100).count == 7, "bob's")
        try await house.store.read { (tables) throws(Problem) in
            #expect(try tables.rows(MediaRow.ofAccount, alice.account, limit: 9).map(\.media).isEmpty)
            #expect(try tables.rows(MemberRow.ofAccount, alice.account, limit: 9).isEmpty)
            #expect(try tables.rows(ReportRow.inOrder, after: 0, limit: 9).map(\.reporter) == [bob.account])
        }
        let kept = try await conversations(of: bob)
        #expect(kept.count == 6 && kept.allSatisfy { $0.role == .owner && $0.memberCount == 1 })
        await blobs.close()
    }

    @Test("the eraser does all of it, for many accounts, and has nothing to do a second time")
    func eraser() async throws {
        let folder = try TemporaryFolder()
        let blobs = try DiskBlobs.open(folder: folder.path + "/media")
        let media = MediaHouse(chat: house.chat, blobs: blobs, bounds: MediaBounds(), processor: nil)
        let people = [try await house.person("alice"), try await house.person("bobby")]
        let town = try await group("Town", by: people[0], with: [people[1]])
        for person in people {
            _ = try await upload([1, 2, 3], by: person, to: media)
            try await delete(person)
        }
        let eraser = AccountEraser(chat: house.chat, files: media.files)
        // Two at once, as after a deletion during a sweep.
        async let other = eraser.work()
        let first = await eraser.work()
        let second = await other
        #expect(first.failure == nil && second.failure == nil)
        #expect((2...4).contains(first.finishedCount + second.finishedCount))
        #expect(try await blobs.list(nil, 100).isEmpty)
        #expect(try await house.store.read { (tables) throws(Problem) in try tables.conversation(town) } == nil)
        #expect(await eraser.work().finishedCount == 0)
        await blobs.close()
    }
}
