import Store
import TestKit
import Testing
import Wire

@testable import Chat

/// Mirrors `Charging`.
@Suite("What an account may add") struct ChargingTests {
    private static func house(_ change: (inout AccountBounds) -> Void) -> ChatHouse {
        var bounds = AccountBounds()
        change(&bounds)
        return ChatHouse(bounds: bounds)
    }

    private static func group(_ house: ChatHouse, _ maker: Person, _ members: [Person]) async throws -> ConversationID {
        let new = NewConversation(kind: .group, mode: .open, name: "town", members: members.map(\.account))
        let address = maker.address
        return try await house.chat.commit { (turn) throws(Problem) in
            try turn.createConversation(new, by: address).view.conversation
        }
    }

    @discardableResult
    private static func post(
        _ text: String, to town: ConversationID, by person: Person, _ clientID: ClientID = .random(),
        in house: ChatHouse
    ) async throws -> Accepted {
        let (request, sender) = (PostRequest(clientID: clientID, text: text), person.address)
        return try await house.chat.commit { (turn) throws(Problem) in try turn.post(request, to: town, by: sender) }
    }

    private static func use(of person: Person, in house: ChatHouse) async throws -> AccountUse {
        let account = person.account
        return try await house.chat.commit { (turn) throws(Problem) in try turn.tables.use(of: account) }
    }

    /// What a commit is refused with.
    private static func refusal(_ body: () async throws -> some Any) async -> Problem? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? Problem
        }
    }

    @Test("an account posts as many bytes a day as it may, then waits; retries are answered, and others go on")
    func dayBytes() async throws {
        let house = Self.house { $0.dayBytes = Rate(burst: 6_000, perSecond: 1) }
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let town = try await Self.group(house, alice, [bob])
        house.clock.advance(seconds: 10_000)
        let first = ClientID.random()
        let text = String(repeating: "x", count: 3_000 - AccountBounds.entryByteCount)
        try await Self.post(text, to: town, by: alice, first, in: house)
        try await Self.post(text, to: town, by: alice, in: house)
        let refused = await Self.refusal { try await Self.post("more", to: town, by: alice, in: house) }
        #expect(refused?.code == .quotaExceeded)
        #expect(refused?.retryAfterSeconds == UInt64("more".count + AccountBounds.entryByteCount))
        #expect(try await Self.post(text, to: town, by: alice, first, in: house).isReplay)
        try await Self.post(text, to: town, by: bob, in: house)
        house.clock.advance(seconds: 3_000)
        try await Self.post(text, to: town, by: alice, in: house)
        #expect(await problem { try await Self.post("more", to: town, by: alice, in: house) } == .quotaExceeded)
    }

    @Test("an account adds as many rows a day as it may, whatever they are; what removes goes through")
    func dayRows() async throws {
        let house = Self.house { $0.dayRows = Rate(burst: 10, perSecond: 0.1) }
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        // Two members and two entries.
        let town = try await Self.group(house, alice, [bob])
        let tokens = try await house.chat.commit { (turn) throws(Problem) in
            try turn.logIn(alice.address, tokens: MintedTokens())
        }
        for _ in 0..<4 { try await Self.post("one", to: town, by: alice, in: house) }
        #expect(await problem { try await Self.post("two", to: town, by: alice, in: house) } == .quotaExceeded)
        #expect(await problem { try await Self.group(house, alice, []) } == .quotaExceeded)
        let refresh = try #require(PresentedToken(text: tokens.refreshToken))
        let refused = await Self.refusal {
            try await house.chat.commit { (turn) throws(Problem) in try turn.refresh(refresh) }
        }
        #expect(refused?.code == .quotaExceeded && refused?.retryAfterSeconds == 20)
        try await house.chat.commit { (turn) throws(Problem) in
            _ = try turn.deleteMessage(SequenceNumber(3), of: town, by: alice.address)
            try turn.removeMember(bob.account, from: town, by: alice.address)
        }
        #expect(try await Self.use(of: alice, in: house).spentRows == 10)
        house.clock.advance(seconds: 20)
        let renewed = try await house.chat.commit { (turn) throws(Problem) in try turn.refresh(refresh) }
        #expect(renewed != nil, "the refused one did not spend the token")
    }

    @Test("memberships are on the account of whoever made them, whoever ends them")
    func memberships() async throws {
        let house = Self.house { $0.membershipCountMax = 4 }
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let carol = try await house.person("carol")
        let town = try await Self.group(house, alice, [bob])
        let village = try await Self.group(house, alice, [])
        #expect(await problem { try await Self.group(house, alice, [bob]) } == .quotaExceeded)
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.addMembers([carol.account], to: town, by: alice.address)
        }
        #expect(await problem { try await Self.group(house, alice, []) } == .quotaExceeded)
        #expect(try await Self.use(of: bob, in: house).membershipCount == 0, "nobody is charged for being added")
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.changeRole(of: bob.account, to: .owner, in: town, by: alice.address)
            try turn.removeMember(alice.account, from: town, by: alice.address)
        }
        #expect(try await Self.use(of: alice, in: house).membershipCount == 3)
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.removeMember(carol.account, from: town, by: bob.address)
            try turn.removeMember(bob.account, from: town, by: bob.address)
            try turn.removeMember(alice.account, from: village, by: alice.address)
        }
        #expect(try await Self.use(of: alice, in: house).membershipCount == 0)
        _ = try await Self.group(house, alice, [bob, carol])
    }

    @Test("logs hold as many bytes of an account as they may, and what is deleted or expires makes room")
    func logBytes() async throws {
        let house = Self.house { $0.logByteCountMax = 12_000 }
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let town = try await Self.group(house, alice, [bob])
        let text = String(repeating: "x", count: 5_000)
        let first = try await Self.post(text, to: town, by: alice, in: house)
        let expiring = PostRequest(clientID: .random(), text: text, expiresIn: 60)
        _ = try await house.chat.commit { (turn) throws(Problem) in
            try turn.post(expiring, to: town, by: alice.address)
        }
        let refused = await Self.refusal { try await Self.post(text, to: town, by: alice, in: house) }
        #expect(refused?.code == .quotaExceeded && refused?.retryAfterSeconds == nil)
        try await Self.post(text, to: town, by: bob, in: house)
        let seq = try #require(first.seq)
        try await house.chat.commit { (turn) throws(Problem) in
            _ = try turn.deleteMessage(seq, of: town, by: alice.address)
        }
        try await Self.post(text, to: town, by: alice, in: house)
        #expect(await problem { try await Self.post(text, to: town, by: alice, in: house) } == .quotaExceeded)
        house.clock.advance(seconds: 61)
        try await house.chat.commit { (turn) throws(Problem) in _ = try turn.sweepMessages(limit: 10) }
        try await Self.post(text, to: town, by: alice, in: house)
    }

    @Test("a refused verb counts nothing")
    func refusedVerb() async throws {
        let house = Self.house { $0.dayRows = Rate(burst: 5, perSecond: 0) }
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        #expect(
            await problem {
                try await house.chat.commit { (turn) throws(Problem) in
                    try turn.charge(.rows(5), to: alice.account)
                    throw Problem(.malformed, "on purpose")
                }
            } == .malformed)
        _ = try await Self.group(house, alice, [bob])
        #expect(try await Self.use(of: alice, in: house).spentRows == 4)
    }

    @Test("a gibibyte and two hundred thousand rows are open to an account at once, and again over a day")
    func usual() {
        let usual = AccountBounds()
        for rate in [usual.dayBytes, usual.dayRows] { #expect((rate.perSecond * 86_400).rounded() == rate.burst) }
        #expect(usual.dayBytes.burst == 1_073_741_824 && usual.dayRows.burst == 200_000)
    }
}
