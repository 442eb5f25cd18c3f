import Crypto
import TestKit
import Testing
import Transport
import Wire

/// The anonymous routes, from outside.
@Suite("Sealed routes")
struct SealedRouteTests {
    private let secret = RandomBytes.make(byteCount: 32)

    private var header: (String, String) { ("Delivery-Token", Base64URL.encode(secret)) }

    private func open(_ resident: Resident, in house: House) async throws {
        let setting = DeliveryTokenSetting(hash: SHA256.hash(secret))
        let answer = try await house.api.send("PUT", "/v1/delivery-token", setting, token: resident.token)
        try #require(answer.status == 204)
    }

    private func post(
        _ house: House, _ account: AccountID, _ copies: [DeviceCopy], headers: [(String, String)],
        clientID: ClientID = .random()
    ) async throws -> HTTPResponse {
        let request = SealedSendRequest(clientID: clientID, copies: copies)
        return try await house.api.raw(
            "POST", "/v1/sealed/messages/\(account)", headers: headers + [("Content-Type", "application/json")],
            body: request.encoded(as: .json))
    }

    private func problem(_ answer: HTTPResponse) throws -> Problem {
        try Problem.decode(answer.body, in: WireContext(form: .json, refusesUnknownFields: false))
    }

    @Test("a send with the right token is stored once, however often it comes")
    func send() async throws {
        let house = try await House()
        let bob = try await house.person("bobby")
        try await open(bob, in: house)
        let clientID = ClientID.random()
        let answers = try await withThrowingTaskGroup(of: Accepted.self) { (group) in
            for _ in 0..<20 {
                group.addTask {
                    let answer = try await post(
                        house, bob.account, [bob.device.copy([1])], headers: [header], clientID: clientID)
                    #expect(answer.status == 200)
                    return try Accepted.decode(
                        answer.body, in: WireContext(form: .json, refusesUnknownFields: false))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers.map(\.id)).count == 1 && answers.filter { !$0.isReplay }.count == 1)
        let page: Page<Envelope> = try await house.api.call("GET", "/v1/messages", token: bob.token)
        #expect(page.items.map(\.kind) == [.sealed] && page.items.allSatisfy { $0.sender == nil })
    }

    @Test("a wrong token, none, an account without one and no account get the same answer, byte for byte as long")
    func refusals() async throws {
        let house = try await House()
        let (bob, closed) = (try await house.person("bobby"), try await house.person("closed"))
        try await open(bob, in: house)
        let copies = [bob.device.copy([1])]
        let wrong = ("Delivery-Token", Base64URL.encode(RandomBytes.make(byteCount: 32)))
        let cases: [(AccountID, [(String, String)])] = [
            (bob.account, [wrong]), (bob.account, []), (bob.account, [("Delivery-Token", "short")]),
            (closed.account, [header]), (closed.account, []), (.random(), [header]), (.random(), []),
        ]
        var shapes: Set<String> = []
        for (account, headers) in cases {
            for (method, path) in [
                ("POST", "/v1/sealed/messages/\(account)"), ("POST", "/v1/sealed/keys/\(account)/claims"),
                ("GET", "/v1/sealed/accounts/\(account)"),
            ] {
                let isSend = path.contains("messages")
                let answer =
                    isSend
                    ? try await post(house, account, copies, headers: headers)
                    : try await house.api.raw(method, path, headers: headers)
                var refusal = try problem(answer)
                #expect(answer.status == 403 && refusal.code == .deliveryRefused)
                refusal.instance = nil
                let names = answer.headers.pairs.map(\.name).joined(separator: ",")
                shapes.insert("\(refusal) \(answer.body.count) \(names)")
            }
        }
        #expect(shapes.count == 1)
    }

    @Test("a request that says who asks is refused, by header and by socket")
    func unmasked() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        try await open(bob, in: house)
        for authorization in ["Bearer \(alice.token)", "Bearer x", ""] {
            let answer = try await post(
                house, bob.account, [bob.device.copy([1])], headers: [header, ("Authorization", authorization)])
            #expect(try problem(answer).code == .unmaskedSender)
        }
        let socket = try await house.socket(alice)
        socket.send(
            .request(
                .init(
                    id: 7, method: "POST", path: "/v1/sealed/messages/\(bob.account)",
                    body: try WireValue.parse(
                        SealedSendRequest(clientID: .random(), copies: [bob.device.copy([1])]).encoded(as: .cbor),
                        as: .cbor))))
        let response = try await socket.first { if case .response(let response) = $0 { response } else { nil } }
        #expect(response.status == 400)
        let page: Page<Envelope> = try await house.api.call("GET", "/v1/messages", token: bob.token)
        #expect(page.items.isEmpty)
    }

    @Test("keys are claimed without a login, once each, and a lost answer is asked for again")
    func claims() async throws {
        let house = try await House()
        let bob = try await house.person("bobby")
        try await open(bob, in: house)
        let path = "/v1/sealed/keys/\(bob.account)/claims"
        let key = ("Idempotency-Key", ClientID.random().description)
        let first = try await house.api.raw("POST", path, headers: [header, key])
        let again = try await house.api.raw("POST", path, headers: [header, key])
        let other = try await house.api.raw("POST", path, headers: [header])
        #expect(first.body == again.body && again.headers["idempotent-replayed"] == "true")
        #expect(first.status == 200 && first.body != other.body)
        let answer = try await house.api.raw("GET", "/v1/sealed/accounts/\(bob.account)", headers: [header])
        let known: AccountView = try await house.api.call("GET", "/v1/accounts/\(bob.account)", token: bob.token)
        let view = try AccountView.decode(answer.body, in: WireContext(form: .json, refusesUnknownFields: false))
        #expect(view.deviceList == known.deviceList && view.identity == known.identity)
        #expect(view.transparency != nil)
    }

    @Test("a flood from one address, and to one recipient, is refused with the time to wait")
    func limits() async throws {
        for flag in ["--limit-sealed-requests", "--limit-sealed-deliveries"] {
            let house = try await House(arguments: [flag, "3/0.01"])
            let bob = try await house.person("bobby")
            try await open(bob, in: house)
            for _ in 0..<3 {
                #expect(try await post(house, bob.account, [bob.device.copy([1])], headers: [header]).status == 200)
            }
            let refused = try await post(house, bob.account, [bob.device.copy([1])], headers: [header])
            #expect(refused.status == 429 && refused.headers["retry-after"] != nil)
        }
    }

    @Test("the hash that is set is shown to its account, and may be taken away")
    func setting() async throws {
        let house = try await House()
        let bob = try await house.person("bobby")
        try await open(bob, in: house)
        let set: DeliveryTokenSetting = try await house.api.call("GET", "/v1/delivery-token", token: bob.token)
        #expect(set.hash == SHA256.hash(secret))
        _ = try await house.api.send("PUT", "/v1/delivery-token", DeliveryTokenSetting(hash: nil), token: bob.token)
        let none: DeliveryTokenSetting = try await house.api.call("GET", "/v1/delivery-token", token: bob.token)
        #expect(none.hash == nil)
        #expect(try await post(house, bob.account, [bob.device.copy([1])], headers: [header]).status == 403)
    }
}
