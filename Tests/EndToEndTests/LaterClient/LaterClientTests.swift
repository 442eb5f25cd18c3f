import TestKit
import Testing
import Transport
import Wire

/// A client of a later version meets this server over HTTP: what it says beyond this version is refused in words that
/// name it, or passed over where docs/protocol/README.md says so; and the connection goes on.
@Suite("A later client") struct LaterClientTests {
    private static let reading = AuthorizationSample.all.filter { $0.endpoint.reads != nil }

    /// One who may ask it.
    private static func asker(of sample: AuthorizationSample) -> Asker? {
        Asker.allCases.first { Verdict.promised(by: sample.endpoint, to: $0, in: .group) == .done }
    }

    private func scene(of sample: AuthorizationSample, _ world: AuthorizationWorld) async throws -> AuthorizationWorld {
        guard [.conversation, .media].contains(sample.matter) else { return try await world.with(sample.matter) }
        let (kind, mode) = sample.scenes.first { $0.0 == .group } ?? (.group, .open)
        return try await world.withScene(kind, mode).with(sample.matter)
    }

    @Test("an unknown field or word in any body is refused and named", arguments: WireForm.allCases)
    func bodies(form: WireForm) async throws {
        let world = try await AuthorizationWorld()
        let client = try await LaterClient(world.house)
        var (fieldCount, wordCount) = (0, 0)
        for sample in Self.reading {
            let here = try await scene(of: sample, world)
            let ask = sample.ask(here)
            let asker = try #require(Self.asker(of: sample))
            let schema = try #require(sample.endpoint.reads)
            var headers = [("Accept", form.mediaType), ("Content-Type", form.mediaType)]
            headers += ask.headers.filter { $0.0 != "Content-Type" }
            // What does not read by itself is refused for that.
            for body in [sample.status == 400 ? nil : ask.body, sample.catalogued].compactMap(\.self) {
                let value = try WireValue.parse(body.encoded(as: form), as: form)
                for novelty in Novelty.all(in: value, of: schema) {
                    let answer = try await client.ask(
                        sample.endpoint.method.rawValue, ask.target, token: here.token(of: asker), headers: headers,
                        body: novelty.value.encoded(as: form))
                    let problem = try answer.problem(form)
                    let cell = "\(sample.endpoint.path.text) \(novelty.path): \(answer.status) \(problem)"
                    #expect(answer.status == 400 && problem.code == .malformed, "\(cell)")
                    #expect(problem.field == novelty.path, "\(cell)")
                    if novelty.path.hasSuffix(Novelty.field) { fieldCount += 1 } else { wordCount += 1 }
                }
            }
        }
        // So that a walk that finds no places does not pass for one that found nothing wrong.
        #expect(fieldCount > 2 * Self.reading.count && wordCount >= 5)
        #expect(world.house.server.stop() == 0)
    }

    @Test("an unknown query parameter is refused on every address, and so is a larger page than there is")
    func queries() async throws {
        let world = try await AuthorizationWorld()
        let client = try await LaterClient(world.house)
        var pageCount = 0
        for sample in AuthorizationSample.all {
            let here = try await scene(of: sample, world)
            let ask = sample.ask(here)
            let asker = try #require(Self.asker(of: sample))
            func asked(_ pair: String) async throws -> HTTPResponse {
                let joined = ask.target + (ask.target.contains("?") ? "&" : "?") + pair
                return try await client.ask(
                    sample.endpoint.method.rawValue, joined, token: here.token(of: asker), headers: ask.headers,
                    body: ask.body?.encoded(as: .json) ?? [])
            }
            let unknown = try await asked("later=1")
            #expect(unknown.status == 400, "\(sample.endpoint.path.text)")
            if sample.endpoint.method != .head {
                let problem = try unknown.problem()
                #expect(problem.code == .malformed && problem.field == "query", "\(sample.endpoint.path.text)")
            }
            let facts = sample.endpoint.query.first { $0.name == "limit" }
            guard case .integer(let limits)? = facts?.schema else { continue }
            for limit in [limits.upperBound + 1, 1 << 40] {
                let problem = try await asked("limit=\(limit)").problem()
                #expect(problem.code == .malformed && problem.field == "query.limit", "\(sample.endpoint.path.text)")
            }
            pageCount += 1
        }
        #expect(pageCount >= 5)
    }

    @Test("an unknown field of the head changes no answer, and an unknown form to answer in means JSON")
    func heads() async throws {
        let world = try await AuthorizationWorld()
        let client = try await LaterClient(world.house)
        for sample in AuthorizationSample.all where sample.endpoint.method.isSafe {
            let here = try await scene(of: sample, world)
            let ask = sample.ask(here)
            let asker = try #require(Self.asker(of: sample))
            let headers = ask.headers + [
                ("Sotto-Later", "a=1; b"), ("Accept", "application/later"), ("Prefer", "quantum"),
            ]
            let answer = try await client.ask(
                sample.endpoint.method.rawValue, ask.target, token: here.token(of: asker), headers: headers)
            #expect(answer.status == sample.status, "\(sample.endpoint.path.text)")
            if sample.endpoint.gives != nil, answer.status == 200 {
                #expect(answer.headers["content-type"] == "application/json", "\(sample.endpoint.path.text)")
            }
        }
    }

    @Test("a body in an unknown form is a 415, a later version's address a 404, a later method a 405")
    func addresses() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let client = try await LaterClient(house)
        let later = [("Content-Type", "application/later")]
        let body = try await client.ask("POST", "/v1/auth/challenge", token: nil, headers: later, body: [1])
        #expect(try body.status == 415 && body.problem().code == .unsupportedMediaType)
        let targets = [("GET", "/v2/time"), ("POST", "/v2/accounts"), ("GET", "/v1/later"), ("GET", "/v2/ws")]
        for (method, target) in targets {
            let answer = try await client.ask(method, target, token: alice.token)
            #expect(try answer.status == 404 && answer.problem().code == .notFound, "\(method) \(target)")
        }
        let method = try await client.ask("QUERY", "/v1/devices", token: alice.token)
        #expect(try method.status == 405 && method.problem().code == .methodNotAllowed)
        let upgrade = [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Protocol", "sotto.v2+cbor"),
        ]
        let socket = try await client.ask("GET", "/v1/ws", token: alice.token, headers: upgrade)
        #expect(try socket.status == 400 && socket.problem().field == "Sec-WebSocket-Protocol")
    }

    @Test("what stands inside of what is sealed is not the server's to know: it is taken and delivered")
    func sealed() async throws {
        let world = try await AuthorizationWorld()
        let client = try await LaterClient(world.house)
        // The first byte is a version that no client knows.
        let copy = world.victim.device.copy([0xFE] + Array("a later kind".utf8))
        let request = SealedSendRequest(clientID: .random(), copies: [copy])
        let headers = [("Content-Type", "application/json")] + world.deliveryToken
        let target = Endpoints.sealedSend.target(world.victim.account)
        let sent = try await client.ask("POST", target, token: nil, headers: headers, body: request.encoded(as: .json))
        #expect(sent.status == Endpoints.sealedSend.facts.status)
        let page: Page<Envelope> = try await world.house.api.call("GET", "/v1/messages", token: world.victim.token)
        #expect(page.items.map(\.body) == [copy.body] && page.items.first?.kind == .sealed)
    }
}
