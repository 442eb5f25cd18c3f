import TestKit
import Testing
import Transport
import Wire

@Suite struct HTTPTests {
    @Test("the same idempotency key gives the same answer, marked, and another body under it is refused")
    func idempotency() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let key = ClientID.random().description
        let new = NewConversation(kind: .group, mode: .open, name: "Tea", members: [])
        let first = try await house.api.send("POST", "/v1/conversations", new, token: alice.token, idempotencyKey: key)
        let second = try await house.api.send("POST", "/v1/conversations", new, token: alice.token, idempotencyKey: key)
        #expect(first.status == 201 && second.status == 201)
        #expect(first.body == second.body)
        #expect(first.headers["idempotent-replayed"] == nil && second.headers["idempotent-replayed"] == "true")
        let other = NewConversation(kind: .group, mode: .open, name: "Coffee", members: [])
        let refused = try await house.api.send(
            "POST", "/v1/conversations", other, token: alice.token, idempotencyKey: key)
        #expect(refused.status == 422)
        let page: Page<ConversationView> = try await house.api.call("GET", "/v1/conversations", token: alice.token)
        #expect(page.items.count == 1)
    }

    @Test("a hundred retries at once of one send store one message")
    func retries() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let request = SendRequest(clientID: .random(), copies: [bob.device.copy([1])])
        let answers = try await withThrowingTaskGroup(of: Accepted.self) { (group) in
            for index in 0..<100 {
                group.addTask {
                    let api = APIClient(port: house.server.port, form: index % 2 == 0 ? .json : .cbor)
                    return try await api.call("POST", "/v1/messages/\(bob.account)", request, token: alice.token)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers.map(\.id)).count == 1)
        #expect(answers.filter { !$0.isReplay }.count == 1)
        let page: Page<Envelope> = try await house.api.call("GET", "/v1/messages", token: bob.token)
        #expect(page.items.count == 1)
    }

    @Test("an entity tag saves the body of what has not changed")
    func entityTag() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let first = try await house.api.raw("GET", "/v1/handles/alice", token: alice.token)
        let tag = try #require(first.headers["etag"])
        let again = try await house.api.raw(
            "GET", "/v1/handles/alice", token: alice.token, headers: [("If-None-Match", tag)])
        #expect(again.status == 304 && again.body.isEmpty)
        let head = try await house.api.raw("HEAD", "/v1/handles/alice", token: alice.token)
        #expect(head.status == 200 && head.body.isEmpty && head.headers["etag"] == tag)
    }

    @Test("lists come in pages, each item once")
    func pages() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        var made: Set<ConversationID> = []
        for _ in 0..<7 {
            let view: ConversationView = try await house.api.call(
                "POST", "/v1/conversations", NewConversation(kind: .group, mode: .open, members: []), token: alice.token
            )
            made.insert(view.conversation)
        }
        var seen: [ConversationID] = []
        var next: String?
        repeat {
            let page: Page<ConversationView> = try await house.api.call(
                "GET", "/v1/conversations?limit=3" + (next.map { "&cursor=\($0)" } ?? ""), token: alice.token)
            seen += page.items.map(\.conversation)
            next = page.next
        } while next != nil
        #expect(seen.count == 7 && Set(seen) == made)
    }

    @Test("the old token works no more after a refresh token was stolen and used")
    func stolenRefresh() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let renewed: TokenPair = try await house.api.call(
            "POST", "/v1/auth/token", TokenRequest(refreshToken: alice.tokens.refreshToken))
        let thief = try await house.api.send(
            "POST", "/v1/auth/token", TokenRequest(refreshToken: alice.tokens.refreshToken))
        #expect(thief.status == 401)
        #expect(try await house.api.raw("GET", "/v1/devices", token: renewed.accessToken).status == 401)
        let tokens = try await house.logIn(alice.device)
        #expect(try await house.api.raw("GET", "/v1/devices", token: tokens.accessToken).status == 200)
        #expect(try await house.api.raw("DELETE", "/v1/auth/token", token: tokens.accessToken).status == 204)
        #expect(try await house.api.raw("GET", "/v1/devices", token: tokens.accessToken).status == 401)
    }

    @Test("refresh tokens that nobody was given keep nobody behind the same address from renewing or logging in")
    func garbageRefreshes() async throws {
        let house = try await House(arguments: ["--limit-logins", "2/0.001"])
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        for byte: UInt8 in 0..<10 {
            let made = TokenRequest(refreshToken: Base64URL.encode([UInt8](repeating: byte, count: 32)))
            #expect(try await house.api.send("POST", "/v1/auth/token", made).status == 401)
        }
        var tokens = alice.tokens
        for _ in 0..<2 {
            let renewal = TokenRequest(refreshToken: tokens.refreshToken)
            tokens = try await house.api.call("POST", "/v1/auth/token", renewal)
        }
        let renewal = TokenRequest(refreshToken: tokens.refreshToken)
        #expect(try await house.api.send("POST", "/v1/auth/token", renewal).status == 429)
        _ = try await house.logIn(bob.device)
    }

    @Test("challenges that nobody answers, and made-up answers, keep nobody behind the same address from logging in")
    func neighbours() async throws {
        let house = try await House(arguments: ["--limit-logins", "2/0.001"])
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        func answer(_ signed: SignedChallenge) async throws -> Int {
            try await house.api.send("POST", "/v1/auth/token", TokenRequest(signed: signed)).status
        }
        for device in [alice.device, bob.device] {
            for _ in 0..<5 {
                _ = try await house.signedChallenge(device)
                var signed = try await house.signedChallenge(device)
                signed.signature[0] ^= 1
                #expect(try await answer(signed) == 401)
            }
        }
        for _ in 0..<2 { _ = try await house.logIn(alice.device) }
        let third = try await house.signedChallenge(alice.device)
        for _ in 0..<2 { #expect(try await answer(third) == 429) }
        _ = try await house.logIn(bob.device)
    }

    @Test("a challenge logs in once, and never at a later start of the server", arguments: [true, false])
    func loginReplay(isUsed: Bool) async throws {
        let folder = try TemporaryFolder()
        let house = try await House(folder: folder)
        let alice = try await house.person("alice")
        var signed = try await house.signedChallenge(alice.device)
        let right = signed.signature
        signed.signature[0] ^= 1
        let login = { (signed: SignedChallenge, house: House) in
            try await house.api.send("POST", "/v1/auth/token", TokenRequest(signed: signed)).status
        }
        #expect(try await login(signed, house) == 401)
        signed.signature = right
        if isUsed {
            #expect(try await login(signed, house) == 200, "a wrong answer uses none up")
            #expect(try await login(signed, house) == 401)
        }
        house.server.kill()
        let next = try await House(folder: folder)
        #expect(try await login(signed, next) == 401)
        _ = try await next.logIn(alice.device)
    }

    @Test("a login for an account that does not exist is refused in the same words as a wrong signature")
    func noOracle() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let stranger = Person("stranger", now: House.now)
        var answers: [[UInt8]] = []
        for account in [alice.account, stranger.account] {
            let challenge: Challenge = try await house.api.call(
                "POST", "/v1/auth/challenge", ChallengeRequest(account: account, device: DeviceID(1)))
            let signed = SignedChallenge(
                account: account, device: DeviceID(1), challenge: challenge.challenge,
                signature: [UInt8](repeating: 1, count: 64))
            let response = try await house.api.send("POST", "/v1/auth/token", TokenRequest(signed: signed))
            #expect(response.status == 401)
            var problem = try Problem.decode(response.body, in: .init(form: .json, refusesUnknownFields: true))
            problem.instance = nil
            answers.append(problem.encoded(as: .json))
        }
        #expect(answers[0] == answers[1])
    }

    @Test("a page of large entries ends early and says where it goes on, both ways")
    func largePages() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let new = NewConversation(kind: .group, mode: .sealed, members: [])
        let town: ConversationView = try await house.api.call("POST", "/v1/conversations", new, token: alice.token)
        let path = "/v1/conversations/\(town.conversation)/messages"
        for number in UInt8(0)..<12 {
            let body = [UInt8](repeating: number, count: 400_000)
            let _: Accepted = try await house.api.call(
                "POST", path, PostRequest(clientID: .random(), body: body), token: alice.token)
        }
        var read: [SequenceNumber] = []
        var next: SequenceNumber? = SequenceNumber(0)
        while let after = next {
            let answer = try await house.api.raw("GET", "\(path)?limit=200&after=\(after)", token: alice.token)
            #expect(answer.body.count < 1_500_000)
            let page = try LogPage.decode(answer.body, in: .init(form: .json, refusesUnknownFields: true))
            read += page.items.map(\.seq)
            next = page.next
        }
        #expect(read == (1...13).map { SequenceNumber($0) })
        var page: LogPage = try await house.api.call("GET", "\(path)?limit=200", token: alice.token)
        var back = page.items.map(\.seq)
        while let before = page.next {
            page = try await house.api.call("GET", "\(path)?limit=200&before=\(before)", token: alice.token)
            back = page.items.map(\.seq) + back
        }
        #expect(back == read)
        let around: LogPage = try await house.api.call("GET", "\(path)?limit=200&around=7", token: alice.token)
        #expect(around.items.map(\.seq).contains(SequenceNumber(7)) && around.items.count <= 3)
    }

    @Test("refusals have a bucket: of an address for bad tokens and addresses, of a device for what it may not do")
    func refusals() async throws {
        let house = try await House(arguments: ["--limit-refusals", "5/0.001"])
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let wrong = String(repeating: "A", count: 43)
        var statuses: [Int] = []
        for _ in 0..<3 { statuses.append(try await house.api.raw("GET", "/v1/devices", token: wrong).status) }
        for _ in 0..<2 { statuses.append(try await house.api.raw("GET", "/nowhere").status) }
        statuses.append(try await house.api.raw("GET", "/v1/devices", token: wrong).status)
        statuses.append(try await house.api.raw("GET", "/nowhere").status)
        #expect(statuses == [401, 401, 401, 404, 404, 429, 429])
        // What is not refused goes on, of whoever shares the address.
        #expect(try await house.api.raw("GET", "/v1/time").status == 200)
        let person = try await house.person("carol")
        #expect(try await house.api.raw("GET", "/v1/devices", token: person.token).status == 200)
        // Who shares the address and is logged in goes on, until it is refused too often itself.
        let absent = "/v1/conversations/\(ConversationID.random())"
        statuses = []
        for _ in 0..<6 { statuses.append(try await house.api.raw("GET", absent, token: alice.token).status) }
        #expect(statuses == [404, 404, 404, 404, 404, 429])
        #expect(try await house.api.raw("GET", "/v1/devices", token: alice.token).status == 429)
        #expect(try await house.api.raw("GET", "/v1/devices", token: bob.token).status == 200)
        // Nobody is counted for what happens to who does everything right.
        for _ in 0..<8 {
            let send = SendRequest(clientID: .random(), copies: [])
            let answer = try await house.api.send("POST", "/v1/messages/\(alice.account)", send, token: bob.token)
            #expect(answer.status == ProblemCode.mismatchedDevices.status)
        }
        await #expect(throws: TransportError.upgradeRefused(status: 429)) {
            try await FrameSocket(port: house.server.port, token: wrong)
        }
    }

    @Test("an answer says what its bucket holds and what is left, and the refusal how long to wait")
    func bucketFields() async throws {
        let house = try await House(arguments: ["--limit-requests", "5/0.1"])
        let token = try await house.person("alice").token
        var left: [String] = []
        for _ in 0..<5 {
            let answer = try await house.api.raw("GET", "/v1/devices", token: token)
            #expect(answer.status == 200)
            #expect(answer.headers["ratelimit-policy"] == "\"requests\";q=5;w=50")
            left.append(answer.headers["ratelimit"] ?? "none")
        }
        #expect(left == (0..<5).map { "\"requests\";r=\(4 - $0)" })
        let refused = try await house.api.raw("GET", "/v1/devices", token: token)
        #expect(refused.status == 429)
        let seconds = try #require(refused.headers["retry-after"].flatMap { UInt64($0) })
        #expect((1...10).contains(seconds))
    }

    @Test("the operator hears that the server answers and takes writes")
    func readiness() async throws {
        let house = try await House()
        let admin = APIClient(port: house.server.adminPort)
        let (alive, ready) = (try await admin.raw("GET", "/healthz"), try await admin.raw("GET", "/readyz"))
        #expect(alive.status == 200 && String(decoding: alive.body, as: UTF8.self) == "ok\n")
        #expect(ready.status == 200 && String(decoding: ready.body, as: UTF8.self) == "ready\n")
    }

    @Test("the operator's address answers to a number and to localhost, and to no other name", arguments: [
        ("127.0.0.1:7421", 200), ("[::1]:7421", 200), ("localhost", 200), ("LocalHost:1", 200),
        ("evil.example", 403), ("127.0.0.1.evil.example:7421", 403), ("localhost.evil.example", 403), ("", 403),
    ])
    func rebinding(host: String, status: Int) async throws {
        let house = try await House()
        let socket = try LoopbackSocket(port: house.server.adminPort)
        try socket.send(Array("GET /healthz HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8))
        try socket.receive("HTTP/1.1 \(status) ")
    }

    @Test("signed prekeys that are too old are refused, and leave those that stand")
    func staleKeys() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let old = House.now.milliseconds - 61 * 86_400_000
        let upload = PersonDevice.upload(
            by: alice.device.identity, firstID: 100, oneTimePreKeyCount: 1, now: Timestamp(milliseconds: old))
        let before: PreKeyCounts = try await house.api.call("GET", "/v1/keys", token: alice.token)
        let refused = try await house.api.send("PUT", "/v1/keys", upload, token: alice.token)
        #expect(try Tus.problem(refused).code == .prekeyStale)
        let after: PreKeyCounts = try await house.api.call("GET", "/v1/keys", token: alice.token)
        #expect(before == after)
    }

    @Test("prekey claims of a pair are limited, with the time to wait")
    func claimLimit() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        var statuses: [Int] = []
        for _ in 0..<7 {
            statuses.append(
                try await house.api.send("POST", "/v1/keys/\(bob.account)/claims", token: alice.token).status)
        }
        #expect(statuses == [200, 200, 200, 200, 200, 200, 429])
        let refused = try await house.api.send("POST", "/v1/keys/\(bob.account)/claims", token: alice.token)
        #expect(refused.headers["retry-after"].flatMap(Int.init) ?? 0 > 500)
    }

    @Test("a page on the list may read answers and open sockets, another may not")
    func origins() async throws {
        let house = try await House(arguments: ["--cors-origins", "https://chat.example.org"])
        let alice = try await house.person("alice")
        for (origin, isAllowed) in [("https://chat.example.org", true), ("https://evil.example.org", false)] {
            let answer = try await house.api.raw("GET", "/v1/time", headers: [("Origin", origin)])
            #expect(answer.headers["access-control-allow-origin"] == (isAllowed ? origin : nil))
            let preflight = try await house.api.raw(
                "OPTIONS", "/v1/devices", headers: [("Origin", origin), ("Access-Control-Request-Method", "PUT")])
            #expect(preflight.status == (isAllowed ? 204 : 405))
            let socket = try? await WebSocketClient.connect(
                host: "127.0.0.1", port: house.server.port, target: "/v1/ws",
                subprotocols: ["sotto.v1+json", "bearer.\(alice.token)"], headers: [("Origin", origin)],
                on: TestLoops.loop, handler: WebSocketHandler(message: { (_, _) in }))
            #expect((socket != nil) == isAllowed)
            socket?.close()
        }
    }

    @Test("a page of the server's own host opens a socket without being on a list, and one of another port does not")
    func ownOrigin() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let port = house.server.port
        for (origin, isAllowed) in [
            ("http://127.0.0.1:\(port)", true), ("https://127.0.0.1:\(port)", true), ("http://127.0.0.1", false),
            ("http://localhost:\(port)", false), ("null", false), ("ftp://127.0.0.1:\(port)", false),
        ] {
            let socket = try? await WebSocketClient.connect(
                host: "127.0.0.1", port: port, target: "/v1/ws",
                subprotocols: ["sotto.v1+json", "bearer.\(alice.token)"], headers: [("Origin", origin)],
                on: TestLoops.loop, handler: WebSocketHandler(message: { (_, _) in }))
            #expect((socket != nil) == isAllowed, "\(origin)")
            socket?.close()
        }
    }

    @Test("by invitation only: the admin makes a code, and it registers as often as it says")
    func invitation() async throws {
        let house = try await House(arguments: ["--registration", "invite"])
        let admin = APIClient(port: house.server.adminPort)
        let response = try await admin.raw(
            "POST", "/admin/v1/invites", headers: [("Content-Type", "application/json")],
            body: Array(#"{"uses":1}"#.utf8))
        #expect(response.status == 201)
        guard case .map(let fields) = try WireValue.parse(response.body, as: .json),
            case .text(let code)? = fields.first(where: { $0.key == "code" })?.value
        else {
            Issue.record("no code")
            return
        }
        let people = ["alice", "bobby"].map { Person($0, now: House.now) }
        #expect(try await house.api.send("POST", "/v1/accounts", people[0].registration()).status == 403)
        _ = try await house.api.register(people[0], invite: code)
        #expect(try await house.api.send("POST", "/v1/accounts", people[1].registration(invite: code)).status == 403)
    }
}
