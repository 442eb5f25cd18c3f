import Store
import TestKit
import Testing
import Wire

@testable import Chat

/// Mirrors `PostAllowance`.
@Suite("Bytes that an account posts") struct PostAllowanceTests {
    @Test("an account posts as many bytes as it may, then waits; retries are answered, and others go on")
    func allowance() async throws {
        let house = ChatHouse(posts: PostAllowance(Rate(burst: 4_000, perSecond: 1)))
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let new = NewConversation(kind: .group, mode: .open, name: "town", members: [bob.account])
        let maker = alice.address
        let town = try await house.chat.commit { (turn) throws(Problem) in
            try turn.createConversation(new, by: maker).view.conversation
        }
        func post(_ text: String, by person: Person, _ clientID: ClientID = .random()) async throws -> Accepted {
            let (request, sender) = (PostRequest(clientID: clientID, text: text), person.address)
            return try await house.chat.commit { (turn) throws(Problem) in
                try turn.post(request, to: town, by: sender)
            }
        }
        let first = ClientID.random()
        let text = String(repeating: "x", count: 2_000 - PostAllowance.overheadByteCount)
        _ = try await post(text, by: alice, first)
        _ = try await post(text, by: alice)
        #expect(await problem { try await post("one more", by: alice) } == .quotaExceeded)
        #expect(try await post(text, by: alice, first).isReplay)
        _ = try await post(text, by: bob)
        house.clock.advance(seconds: 2_000)
        _ = try await post(text, by: alice)
        #expect(await problem { try await post("one more", by: alice) } == .quotaExceeded)
    }

    @Test("a gibibyte is open to an account at once, and again over a day")
    func usual() {
        #expect(PostAllowance.usual.burst == 1_073_741_824)
        #expect((PostAllowance.usual.perSecond * 86_400).rounded() == 1_073_741_824)
    }
}
