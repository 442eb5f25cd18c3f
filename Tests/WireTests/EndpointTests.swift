import Testing

@testable import Wire

@Suite struct EndpointTests {
    private static let conversation = ConversationID.random()
    private static let account = AccountID.random()

    @Test("places go into a path and come out of it")
    func places() throws {
        let target = Endpoints.changeRole.target(Self.conversation, Self.account)
        #expect(target == "/v1/conversations/\(Self.conversation)/members/\(Self.account)")
        let texts = try #require(Endpoints.changeRole.facts.path.match(target.split(separator: "/").map(String.init)))
        let (conversation, account) = try Endpoints.changeRole.places(texts)
        #expect(conversation == Self.conversation && account == Self.account)
    }

    @Test("a text that names nothing leads nowhere, and the refusal says of what kind")
    func noPlace() {
        #expect(throws: Problem(.notFound, "There is no such account.")) {
            _ = try Endpoints.changeRole.places(["\(Self.conversation)", "me"])
        }
        for text in ["", "0x1", "+1", "01", " 1", "-1", "9007199254740993", "18446744073709551616"] {
            #expect(throws: Problem(.notFound, "There is no such seq.")) {
                _ = try Endpoints.deleteMessage.places(["\(Self.conversation)", text])
            }
        }
    }

    @Test("me is an account where it may be, and nowhere else")
    func me() throws {
        let (_, whom) = try Endpoints.removeMember.places(["\(Self.conversation)", "me"])
        #expect(whom.account(askedBy: Self.account) == Self.account)
        let (other) = try Endpoints.account.places(["\(Self.account)"])
        #expect(other.account(askedBy: .random()) == Self.account)
    }

    @Test("what a query says is percent-encoded")
    func query() {
        let target = Endpoints.conversations.target(query: [Parameters.cursor("a&b=c d"), Parameters.limit(5)])
        #expect(target == "/v1/conversations?cursor=a%26b%3Dc%20d&limit=5")
    }

    @Test("a parameter reads what it writes, and nothing else")
    func parameters() throws {
        #expect(try Parameters.limit.read("200") == 200)
        #expect(throws: Problem(.malformed, "must be a number from 1 to 200", field: "query.limit")) {
            try Parameters.limit.read("201")
        }
        for text in ["+5", "05", "5 ", "five", ""] {
            #expect(throws: Problem.self) { try Parameters.limit.read(text) }
        }
        #expect(try PictureParameters.type.read("jpeg") == .jpeg)
        #expect(throws: Problem(.malformed, "must be webp or jpeg", field: "query.type")) {
            try PictureParameters.type.read("gif")
        }
        #expect(throws: Problem(.malformed, "must be true or false", field: "query.animated")) {
            try PictureParameters.animated.read("1")
        }
        #expect(throws: Problem(.malformed, "must have 1 to 200 characters", field: "query.cursor")) {
            try Parameters.cursor.read("")
        }
    }

    @Test("what changes something for somebody known is kept under an idempotency key, unless it says why not")
    func repetition() {
        #expect(Endpoints.addMembers.facts.repetition == .key)
        #expect(Endpoints.deleteMessage.facts.repetition == .key)
        #expect(Endpoints.sealedClaim.facts.repetition == .key)
        #expect(Endpoints.deleteMedia.facts.repetition == .key)
        #expect(Endpoints.post.facts.repetition == .clientID)
        #expect(Endpoints.conversations.facts.repetition == .none)
        #expect(Endpoints.register.facts.repetition == .none)
    }
}
