import TestKit
import Testing
import Transport
import Wire

/// What a hostile or broken client sends: refused in words, nothing traps, the next good request is answered.
@Suite struct BadInputTests {
    /// Too long to be arguments themselves: a failing test prints those.
    private static let deep = String(repeating: "[", count: 100_000)
    private static let long = "{\"account\":\"" + String(repeating: "A", count: 60_000) + "\"}"

    private static let bodies: [String] = [
        "", "{", "[]", "null", "\"x\"", "{\"handle\":1}", "{\"handle\":\"alice\",\"handle\":\"bob\"}", "{\"x\":1e999}",
        "{\"account\":\"short\",\"device\":1}", "{\"account\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"device\":-1}",
        "{\"account\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"device\":99999999999999999999}",
        "{\"account\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"device\":1,\"more\":true}", "{\"account\":null,\"device\":null}",
        "\u{FEFF}{}", "{\"a\":\"\\ud800\"}", "deep", "long",
    ]

    @Test("a body that does not read is a 400 that says where", arguments: bodies)
    func malformed(body: String) async throws {
        let house = try await House()
        let body = ["deep": Self.deep, "long": Self.long][body] ?? body
        for mediaType in ["application/json", "application/cbor"] {
            let response = try await house.api.raw(
                "POST", "/v1/auth/challenge", headers: [("Content-Type", mediaType)], body: Array(body.utf8))
            #expect([400, 413].contains(response.status), "\(mediaType): \(response.status)")
            let problem = try Problem.decode(response.body, in: .init(form: .json, refusesUnknownFields: false))
            #expect(!problem.detail.isEmpty)
        }
        #expect(try await house.api.raw("GET", "/v1/time").status == 200)
    }

    @Test("random bytes at every route are refused, and the server lives")
    func fuzz() async throws {
        let house = try await House(arguments: [
            "--limit-requests", "1000000/1000000", "--limit-logins", "1000000/1000",
        ])
        let alice = try await house.person("alice")
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        let description = try await house.api.raw("GET", "/v1/openapi.json")
        guard case .map(let document) = try WireValue.parse(description.body, as: .json),
            case .map(let paths)? = document.first(where: { $0.key == "paths" })?.value
        else {
            Issue.record("no paths")
            return
        }
        for path in paths {
            guard case .map(let operations) = path.value else { continue }
            for operation in operations {
                for round in 0..<6 {
                    var body = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                        UInt8.random(in: 0...255, using: &random)
                    }
                    if round % 2 == 0 { body = Array("{\"clientId\":".utf8) + body }
                    let target = path.key.replacing("{account}", with: "\(alice.account)")
                        .replacing("{conversation}", with: "\(ConversationID.random())")
                        .replacing("{media}", with: "\(MediaID.random())").replacing("{handle}", with: "alice")
                    let response = try await house.api.raw(
                        operation.key.uppercased(), target, token: alice.token,
                        headers: [("Content-Type", round % 3 == 0 ? "application/cbor" : "application/json")],
                        body: body)
                    #expect(response.status < 500, "\(operation.key) \(path.key), seed \(seed)")
                    if response.status == 204, operation.key == "delete" { return }
                }
            }
        }
        #expect(house.server.stop() == 0)
    }

    @Test("without a token, every route that wants one says 401 and tells nothing else")
    func unauthenticated() async throws {
        let house = try await House()
        let description = try await house.api.raw("GET", "/v1/openapi.json")
        guard case .map(let document) = try WireValue.parse(description.body, as: .json),
            case .map(let paths)? = document.first(where: { $0.key == "paths" })?.value
        else {
            Issue.record("no paths")
            return
        }
        var count = 0
        for path in paths {
            guard case .map(let operations) = path.value else { continue }
            for operation in operations {
                guard case .map(let fields) = operation.value,
                    case .list(let security)? = fields.first(where: { $0.key == "security" })?.value, !security.isEmpty
                else { continue }
                for token in [nil, "x", String(repeating: "A", count: 43)] {
                    let target = path.key.replacing("{account}", with: "\(AccountID.random())")
                        .replacing("{conversation}", with: "\(ConversationID.random())")
                        .replacing("{media}", with: "\(MediaID.random())").replacing("{handle}", with: "alice")
                    let response = try await house.api.raw(operation.key.uppercased(), target, token: token)
                    #expect(response.status == 401, "\(operation.key) \(path.key)")
                    #expect(response.headers["www-authenticate"] != nil)
                    count += 1
                }
            }
        }
        #expect(count >= 60)
    }

    @Test("too much, too long, of the wrong kind: each has its own refusal")
    func sizes() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let json = [("Content-Type", "application/json")]
        let big = [UInt8](repeating: UInt8(ascii: " "), count: 70_000)
        #expect(try await house.api.raw("POST", "/v1/auth/challenge", headers: json, body: big).status == 413)
        let text = try await house.api.raw(
            "POST", "/v1/auth/challenge", headers: [("Content-Type", "text/plain")], body: [1])
        #expect(text.status == 415)
        let long = "/v1/handles/" + String(repeating: "a", count: 3000)
        #expect(try await house.api.raw("GET", long, token: alice.token).status == 400)
        #expect(try await house.api.raw("GET", "/v1/handles/a%00b", token: alice.token).status == 400)
        #expect(try await house.api.raw("GET", "/v1/handles/%ff%fe", token: alice.token).status == 400)
        #expect(try await house.api.raw("GET", "/v1/conversations?limit=0", token: alice.token).status == 400)
        #expect(try await house.api.raw("GET", "/v1/conversations?limit=1&limit=2", token: alice.token).status == 400)
        #expect(try await house.api.raw("GET", "/v1/conversations?nonsense=1", token: alice.token).status == 400)
        let patch = try await house.api.raw("PATCH", "/v1/devices", token: alice.token)
        #expect(patch.status == 405 && patch.headers["allow"] == "GET, HEAD, PUT")
    }

    @Test("the longest text of a post is taken in every way that JSON has to write it, and one more is told apart")
    func longestText() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let view: ConversationView = try await house.api.call(
            "POST", "/v1/conversations", NewConversation(kind: .group, mode: .open, members: []), token: alice.token)
        func post(_ text: String) async throws -> HTTPResponse {
            let body = #"{"clientId":"\#(ClientID.random())","text":"\#(text)"}"#
            return try await house.api.raw(
                "POST", "/v1/conversations/\(view.conversation)/messages", token: alice.token,
                headers: [("Content-Type", "application/json")], body: Array(body.utf8))
        }
        for scalar in [#"\ud83d\udc4b"#, "👋", #"\u0061"#] {
            let text = String(repeating: scalar, count: Limits.textLengthMax)
            #expect(try await post(text).status == 200, "\(scalar)")
            let refusal = try await post(text + "a")
            let code = try Tus.problem(refusal).code
            #expect(refusal.status == 413 && code == .textTooLong, "\(scalar)")
        }
    }

    @Test("a socket message above the bound is refused from its header with 1009")
    func oversizedFrame() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let socket = try await house.socket(alice)
        _ = try await socket.backlog()
        socket.socket.send(binary: [UInt8](repeating: 0, count: Limits.frameByteCountMax + 1))
        #expect(await socket.closeCode() == 1009)
        #expect(try await house.api.raw("GET", "/v1/time").status == 200)
    }
}
