import Testing
import Wire

@testable import Client

/// What a device calls the members that a server names.
@Suite("Members by their names") struct ConversationMemberTests {
    @Test("what the server calls somebody is a claim until it was looked up, and few are looked up at once")
    func claims() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        let own = try #require(try await client.whoami()).address.account
        let alice = try #require(Handle(text: "alice"))
        let strangers = try (0..<ClientLimits.handlesAskedMax + 5).map { (index) in
            let handle = try #require(Handle(text: "stranger\(index)"))
            return MemberView(account: .random(), handle: handle, role: .member, joinedAt: .sample)
        }
        // One claims to have the handle that this device knows as its own.
        let thief = MemberView(account: .random(), handle: alice, role: .admin, joinedAt: .sample)
        let itself = MemberView(account: own, handle: nil, role: .owner, joinedAt: .sample)
        let town = ConversationID.random()
        server.with {
            $0.answers = {
                guard $0.hasPrefix("/v1/conversations/\(town)/members?") else { return nil }
                return Page(items: [itself, thief] + strangers, next: nil)
            }
        }
        let members = try await client.chats.members(of: town).items
        #expect(members.map(\.account) == ([itself, thief] + strangers).map(\.account))
        #expect(members[0].handle == alice && members[0].claimedHandle == nil && members[0].role == .owner)
        #expect(members[1].handle == nil && members[1].claimedHandle == alice)
        #expect(members.dropFirst(2).allSatisfy { $0.handle == nil && $0.claimedHandle != nil })
        let asked = server.with { $0.calls.filter { $0.contains("/v1/handles/") } }
        #expect(asked.count == ClientLimits.handlesAskedMax && !asked.contains { $0.contains("alice") })
        await client.close()
    }
}
