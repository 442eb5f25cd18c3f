import TestKit
import Testing
import Transport
import Wire

/// A server that is asked through a proxy: whom its limits by address count.
@Suite struct ProxyTests {
    private static let path = "/v1/auth/challenge"

    private func ask(_ house: House, _ resident: Resident, forwarded: String) async throws -> Int {
        let request = ChallengeRequest(account: resident.account, device: DeviceID(1))
        return try await house.api.raw(
            "POST", Self.path, headers: [("Content-Type", "application/json"), ("X-Forwarded-For", forwarded)],
            body: request.encoded(as: .json)
        ).status
    }

    @Test("whom the proxy names has a bucket, over sockets too, and what a client made up counts for nothing")
    func buckets() async throws {
        let house = try await House(arguments: ["--behind-proxy", "127.0.0.1", "--limit-logins", "2/0.001"])
        let alice = try await house.person("alice")
        #expect(try await ask(house, alice, forwarded: "1.2.3.4") == 200)
        #expect(try await ask(house, alice, forwarded: "6.6.6.6, 1.2.3.4") == 200)
        #expect(try await ask(house, alice, forwarded: "7.7.7.7, 1.2.3.4") == 429)
        #expect(try await ask(house, alice, forwarded: "1.2.3.4, 5.6.7.8") == 200)

        for (address, status) in [("1.2.3.4", UInt64(429)), ("9.9.9.9", 200)] {
            let socket = try await FrameSocket(
                port: house.server.port, token: alice.token, form: .json, headers: [("X-Forwarded-For", address)])
            let request = ChallengeRequest(account: alice.account, device: DeviceID(1))
            let body = try WireValue.parse(request.encoded(as: .json), as: .json)
            socket.send(.request(.init(id: 1, method: "POST", path: Self.path, body: body)))
            let answer = try await socket.first {
                if case .response(let response) = $0 { response.status } else { nil }
            }
            #expect(answer == status, "\(address)")
        }
    }

    @Test("without being told of a proxy, the server believes nobody")
    func direct() async throws {
        let house = try await House(arguments: ["--limit-logins", "2/0.001"])
        let alice = try await house.person("alice")
        var statuses: [Int] = []
        for last in 1...3 { statuses.append(try await ask(house, alice, forwarded: "1.2.3.\(last)")) }
        #expect(statuses == [200, 200, 429])
    }
}
