import BlobsEngine
import Keys
import Store
import TestKit
import Testing
import Wire

@testable import Chat

/// The ids that the server makes carry its shard, and so do those it takes for new accounts.
///
/// Mirrors `Registration`, `Conversations`, `UploadDraft`.
@Suite struct ShardTests {
    private let house = ChatHouse()

    /// Every id that differs from the store's shard in one bit, and both ends.
    private static let others: [UInt16] = (0..<12).map { Shard.ofTests.rawValue ^ 1 << $0 } + [0, 0xFFF]

    @Test("an account with an id of another shard is refused in words that say what to do, and nothing is kept of it")
    func refused() async throws {
        for number in Self.others {
            let shard = try #require(Shard(number))
            let stranger = Person("alice", now: house.now, in: shard)
            do {
                try await house.register(stranger)
                Issue.record("registered in shard \(shard)")
            } catch let problem as Problem {
                #expect(problem.code == .malformed && problem.field == "account")
                let detail = problem.detail
                #expect(detail.contains("shard \(Shard.ofTests)") && detail.contains("/.well-known/sotto"), "\(detail)")
            }
            let account = stranger.account
            #expect(
                await problem { try await house.chat.look { (look) throws(Problem) in try look.account(account) } }
                    == .notFound)
        }
        // Its handle is free, and its invitation not used up.
        try await house.register(Person("alice", now: house.now))
    }

    @Test("a refused id uses up no invitation")
    func invitation() async throws {
        let code = try #require(PresentedToken(text: MintedTokens().access))
        let row = InviteRow(hash: code.hash, usesLeft: 1, expiresAt: house.now.adding(seconds: 60))
        try await house.chat.commit { (turn) throws(Problem) in try turn.tables.put(row) }
        let stranger = Person("alice", now: house.now, in: try #require(Shard(0)))
        #expect(await problem { try await house.register(stranger, mode: .invite, invite: code) } == .malformed)
        try await house.register(Person("alice", now: house.now), mode: .invite, invite: code)
    }

    @Test("conversations, media, their files, and files that the server makes begin with the shard")
    func made() async throws {
        let alice = try await house.person("alice")
        let bob = try await house.person("bobby")
        for new in [
            NewConversation(kind: .group, members: [bob.account]), NewConversation(kind: .dm, members: [bob.account]),
            NewConversation(kind: .channel, mode: .open, name: "town", members: []),
        ] {
            let made = try await house.chat.commit { (turn) throws(Problem) in
                try turn.createConversation(new, by: alice.address).view.conversation
            }
            #expect(made.shard == .ofTests)
        }
        let folder = try TemporaryFolder()
        let blobs = try DiskBlobs.open(folder: folder.path + "/media")
        let media = MediaHouse(chat: house.chat, blobs: blobs, bounds: MediaBounds(), processor: nil)
        for _ in 0..<20 {
            let draft = try UploadDraft(
                in: house.chat.shard, by: alice.address, mediaClass: .sealed, byteCount: 1,
                sha256: [UInt8](repeating: 1, count: 32), conversation: nil, now: house.now)
            #expect(draft.row.media.shard == .ofTests && draft.row.blob.shard == .ofTests)
            #expect(draft.row.media.bytes != draft.row.blob.bytes)
            #expect(await media.files.store([1])?.shard == .ofTests)
        }
        await media.files.close()
    }
}
