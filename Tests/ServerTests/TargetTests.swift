import Testing
import Wire

@testable import Server

@Suite struct TargetTests {
    @Test("segments and query are taken apart and decoded")
    func parts() throws {
        let target = try Target("/v1/handles/a%2Db%2Fc?limit=5&cursor=x%20y&flag")
        #expect(target.segments == ["v1", "handles", "a-b/c"])
        #expect(target.query == ["limit": "5", "cursor": "x y", "flag": ""])
    }

    @Test("what is no absolute path, or decodes to no text, is refused", arguments: [
        "", "v1", "*", "http://x/v1", "/%", "/%4", "/%zz", "/%+1", "/%00", "/%ff", "/%c0%80", "/a?x=1&x=2",
        "/\u{11}\u{4}\0", "/a b", "/é", "/\u{7F}",
        "/" + String(repeating: "a", count: Target.byteCountMax),
    ])
    func refused(text: String) {
        let problem = #expect(throws: Problem.self) { try Target(text) }
        #expect(problem?.code == .malformed)
    }
}
