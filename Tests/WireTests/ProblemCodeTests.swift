import Testing

@testable import Wire

@Suite struct ProblemCodeTests {
    /// Statuses of RFC 9110 and RFC 6585 (428, 429, 431) and RFC 4918 (422, 507) that a refusal may have.
    static let statuses: Set = [
        400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 415, 422, 423, 428, 429, 431, 460, 500, 503, 507,
    ]

    @Test("every code has a status that means refusal, a title of its own and a name fit for a URN")
    func table() {
        let codes = ProblemCode.known
        #expect(Set(codes.map(\.title)).count == codes.count)
        #expect(Set(codes.map(\.typeURI)).count == codes.count)
        for code in codes {
            #expect(Self.statuses.contains(code.status), "\(code)")
            #expect(!code.title.hasSuffix(".") && code.title.first?.isUppercase == true, "\(code)")
            #expect(code.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(code)")
            #expect(code.typeURI == "urn:sotto:problem:" + code.rawValue)
        }
    }

    @Test("a problem carries what RFC 9457 names, and the members of its type")
    func members() throws {
        let bytes = Catalogue.problem.encoded(as: .json)
        guard case .map(let entries) = try WireValue.parse(bytes, as: .json) else {
            Issue.record("not an object")
            return
        }
        #expect(entries.map(\.key) == [
            "type", "title", "status", "code", "detail", "field", "instance", "retryAfter", "devices",
        ])
        #expect(entries.first { $0.key == "status" }?.value == .unsigned(409))
        #expect(entries.first { $0.key == "type" }?.value == .text("urn:sotto:problem:mismatched-devices"))
    }

    @Test("the refusal of a body names the place and repeats none of it")
    func fromError() {
        let problem = Problem(WireError(path: "copies[2].body", .outOfBounds("must be a byte count of 1 to 9")))
        #expect(problem.code == .malformed)
        #expect(problem.field == "copies[2].body")
        #expect(problem.detail == "must be a byte count of 1 to 9")
        let whole = Problem(WireError(.malformed(offset: 7, "an early end")))
        #expect(whole.field == nil)
        #expect(whole.detail == "an early end at byte 7")
    }

    @Test("the longest field path and detail that reading can give fit a problem")
    func longest() throws {
        let key = String(repeating: "k", count: WireLimits.keyByteCountMax)
        let path = (0..<5).map { _ in "membershipsOfOne[99999]" }.joined(separator: ".") + "." + key
        let codes = ProblemCode.words.joined(separator: ", ")
        let problem = Problem(WireError(path: path, .outOfBounds("must be one of \(codes)")))
        #expect(try Problem.decode(problem.encoded(as: .json), in: .client(.json)) == problem)
    }
}
