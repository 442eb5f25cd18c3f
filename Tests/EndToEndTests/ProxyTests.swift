import TestKit
import Testing
import Transport
import Wire

/// A server that is asked through a proxy: whom its limits by address count.
@Suite struct ProxyTests {
    /// Of a backup that nobody made: 404 where the bucket has something left.
    private static let path = "/v1/backups/\(BackupID.random())"

    private func ask(_ house: House, forwarded: String) async throws -> Int {
        let token = ("Backup-Token", String(repeating: "A", count: 43))
        return try await house.api.raw("GET", Self.path, headers: [token, ("X-Forwarded-For", forwarded)]).status
    }

    @Test("whom the proxy names has a bucket, over sockets too, and what a client made up counts for nothing")
    func buckets() async throws {
        let house = try await House(arguments: ["--behind-proxy", "127.0.0.1", "--limit-logins", "2/0.001"])
        let alice = try await house.person("alice")
        #expect(try await ask(house, forwarded: "1.2.3.4") == 404)
        #expect(try await ask(house, forwarded: "6.6.6.6, 1.2.3.4") == 404)
        #expect(try await ask(house, forwarded: "7.7.7.7, 1.2.3.4") == 429)
        #expect(try await ask(house, forwarded: "1.2.3.4, 5.6.7.8") == 404)

        for (address, status) in [("1.2.3.4", UInt64(429)), ("9.9.9.9", 404)] {
            let socket = try await FrameSocket(
                port: house.server.port, token: alice.token, form: .json, headers: [("X-Forwarded-For", address)])
            socket.send(.request(.init(id: 1, method: "GET", path: Self.path)))
            let answer = try await socket.first {
                if case .response(let response) = $0 { response.status } else { nil }
            }
            #expect(answer == status, "\(address)")
        }
    }

    @Test("without being told of a proxy, the server believes nobody")
    func direct() async throws {
        let house = try await House(arguments: ["--limit-logins", "2/0.001"])
        var statuses: [Int] = []
        for last in 1...3 { statuses.append(try await ask(house, forwarded: "1.2.3.\(last)")) }
        #expect(statuses == [404, 404, 429])
    }
}
