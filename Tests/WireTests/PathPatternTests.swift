import Testing

@testable import Wire

@Suite struct PathPatternTests {
    @Test("a path matches segment by segment and gives what stands in its places, in their order")
    func match() {
        let pattern = PathPattern("/v1/conversations/{conversation}/members/{account}")
        #expect(pattern.places == ["conversation", "account"])
        #expect(pattern.match(["v1", "conversations", "a", "members", "b"]) == ["a", "b"])
        #expect(pattern.match(["v1", "conversations", "", "members", "b"]) == nil)
        #expect(pattern.match(["v1", "conversations", "a", "messages", "b"]) == nil)
        #expect(pattern.match(["v1", "conversations", "a", "members"]) == nil)
        #expect(PathPattern("/v1/messages/delivered").match(["v1", "messages", "delivered"]) == [])
    }

    @Test("a filled path matches again, whatever stands in it", arguments: ["me", "a b", "a/b?c=d&e#f", "é%20", "…"])
    func filled(text: String) {
        let path = PathPattern("/v1/accounts/{account}/avatar").filled(with: [text])
        #expect(path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        #expect(path.split(separator: "/").count == 4)
        #expect(!path.contains("?") && !path.contains("#"))
    }
}
