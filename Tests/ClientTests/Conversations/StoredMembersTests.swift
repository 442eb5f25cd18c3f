import Testing
import Wire

@testable import Client

@Suite("Members as they are kept") struct StoredMembersTests {
    @Test("as many as a client reads are kept and read again, and an entry changes them", .timeLimit(.minutes(10)))
    func many() async throws {
        let client = try await ScriptedServer().client()
        let town = ConversationID.random()
        let views = (0..<ClientLimits.listedItemsMax).map { (_) in
            MemberView(
                account: .random(), handle: Handle(text: "somebody"), role: .member,
                joinedAt: Timestamp(milliseconds: 1_700_000_000_000))
        }
        let last = try #require(views.last?.account)
        let kept = try await client.inside { (rooms) in
            var transaction = StoreTransaction()
            transaction.put(StoredMembers(views), at: .members(town))
            try rooms.conversations.commit(transaction)
            return try rooms.conversations.read(.members(town))
        }
        var members = try #require(kept)
        #expect(members.members == views)
        var entry = LogEntry.sample
        entry.event = .memberRemoved(.init(account: last))
        members.apply(entry)
        entry.event = .roleChanged(.init(account: views[0].account, role: .admin))
        members.apply(entry)
        #expect(members.members.count == views.count - 1 && members.members[0].role == .admin)
        let new = AccountID.random()
        entry.event = .membersAdded(.init(accounts: [new, views[1].account]))
        members.apply(entry)
        #expect(members.members.count == views.count && members.members.contains { $0.account == new })
        await client.close()
    }
}
