import TestKit
import Testing
import Wire

@testable import Client

extension LyingServerTests {
    @Test("a false handle of a member leads to its own account or nowhere, and is never shown as known")
    func memberHandles() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bobby")
        let (carol, david) = (try await house.person("carol"), try await house.person("david"))
        let handles = try ["bobby", "carol", "david"].map { try #require(Handle(text: $0)) }
        let town = try await alice.chats.createOpenConversation(.group, name: nil, members: [handles[0]]).conversation
        let admin = try #require(try await bob.account.whoami()).address.account
        try await alice.chats.setRole(.admin, of: admin, in: town)
        try await bob.chats.addMembers([handles[2]], to: town)
        func listed(_ isLied: Bool) async throws -> ConversationMember {
            alice.change = { (path, answer) in
                guard isLied, path.contains("/members") else { return }
                answer.change(Page<MemberView>.self) { (page) in
                    for index in page.items.indices where page.items[index].account == david.account {
                        page.items[index].handle = handles[1]
                    }
                }
            }
            let members = try await alice.chats.members(of: town).items
            return try #require(members.first { $0.account == david.account })
        }
        for _ in 0..<2 {
            let lied = try await listed(true)
            #expect(lied.handle == nil && lied.claimedHandle == handles[1])
        }
        // What the look-up found is true of carol.
        #expect(try await alice.people.knownHandle(of: carol.account) == handles[1])
        let told = try await listed(false)
        #expect(told.handle == handles[2] && told.claimedHandle == nil)
        let relied = try await listed(true)
        #expect(relied.handle == handles[2] && relied.claimedHandle == handles[1])
    }

    @Test("a member whose list the key log has not is a lie that is told")
    func memberProofs() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bobby")
        let handle = try #require(Handle(text: "alice"))
        let town = try await bob.chats.createOpenConversation(.group, name: nil, members: [handle]).conversation
        alice.change = { (path, answer) in
            if path.hasPrefix("/v1/handles/") { answer.changeProof(at: path) { $0?.inclusion[0] ^= 1 } }
        }
        await #expect(throws: SottoError(.untrustedLog(.notIncluded))) { try await alice.chats.members(of: town) }
    }

    @Test("other bytes of a post's file, fewer or more of them, are not kept")
    func postMedia() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let folder = try TemporaryFolder()
        try TextFile.write(Tus.bytes(100_000), to: folder.path + "/film")
        let town = try await alice.chats.createOpenConversation(.group, name: nil, members: []).conversation
        let posted = try await alice.chats.send(OutgoingFile(path: folder.path + "/film"), to: .conversation(town))
        guard case .media(let shown, caption: nil) = posted.body, let media = shown.first else {
            Issue.record("\(posted.body)")
            return
        }
        let info = try await alice.media.info(ofMedia: media)
        let lies: [@Sendable (inout [UInt8]) -> Void] = [
            { $0[99_999] ^= 1 }, { $0.removeLast() }, { $0.append(0) }, { $0 = [] },
        ]
        for lie in lies {
            alice.change = { (path, answer) in if path == "/v1/media/\(media)" { lie(&answer.body) } }
            await #expect(throws: SottoError(.file(.notAuthentic))) {
                try await alice.media.download(info, to: folder.path + "/out")
            }
            #expect(folder.files == [folder.path + "/film"])
        }
        alice.change = { _, _ in }
        try await alice.media.download(info, to: folder.path + "/out")
        #expect(TextFile.bytes(folder.path + "/out") == Tus.bytes(100_000))
    }
}
