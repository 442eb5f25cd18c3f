import Crypto
import TestKit
import Testing
import Transport
import Wire

/// Strangers who fill a device's queue, and friends who write to it all the same.
@Suite("Shares of a queue", .timeLimit(.minutes(10))) struct QueueShareTests {
    private let secret = RandomBytes.make(byteCount: 32)

    @Test("fifty strangers take all they may of a queue, and what friends write arrives, by name and sealed")
    func strangers() async throws {
        let folder = try TemporaryFolder()
        let server = try ServerProcess(
            dataFolder: folder.path + "/data", arguments: ["--limit-sends", "1000000/1000000"],
            logPath: folder.path + "/server.log")
        let api = APIClient(port: server.port, form: .cbor)
        let (bob, friend) = (Person("bobby", now: House.now), Person("friend", now: House.now))
        let bobToken = try await api.register(bob).tokens.accessToken
        let friendToken = try await api.register(friend).tokens.accessToken
        let setting = DeliveryTokenSetting(hash: SHA256.hash(secret))
        try #require(try await api.send("PUT", "/v1/delivery-token", setting, token: bobToken).status == 204)

        var flood = 0
        var last = ""
        for number in 1...50 {
            let stranger = Person("stranger-\(number)", now: House.now)
            last = try await api.register(stranger).tokens.accessToken
            let large = try await fill(api, bob, last, bodyByteCount: 500_000)
            flood += large + (try await fill(api, bob, last, bodyByteCount: 20_000))
        }
        #expect(flood > 200, "\(flood) were taken")

        for index in UInt8(1)...10 {
            _ = try await send(api, bob, friendToken, [index])
            let sealed = SealedSendRequest(clientID: .random(), copies: [bob.device.copy([100 + index])])
            let answer = try await api.raw(
                "POST", "/v1/sealed/messages/\(bob.account)",
                headers: [("Delivery-Token", Base64URL.encode(secret)), ("Content-Type", "application/json")],
                body: sealed.encoded(as: .json))
            #expect(answer.status == 200)
        }
        let page: Page<Envelope> = try await api.call("GET", "/v1/messages?limit=50&after=\(flood)", token: bobToken)
        let expected = (UInt8(1)...10).flatMap { [[$0], [100 + $0]] }
        #expect(page.items.map(\.body) == expected, "what friends wrote is all there")

        // The count is the queue's own: it is the same after a restart, and what is fetched makes room.
        #expect(server.stop() == 0)
        let again = try ServerProcess(
            dataFolder: folder.path + "/data", arguments: ["--limit-sends", "1000000/1000000"],
            logPath: folder.path + "/server.log")
        let later = APIClient(port: again.port, form: .cbor)
        #expect(try await fill(later, bob, last, bodyByteCount: 500_000) == 0)
        let through = try #require(page.items.last?.number)
        try #require(
            try await later.send("POST", "/v1/messages/delivered", Delivered(through: through), token: bobToken).status
                == 204)
        #expect(try await fill(later, bob, last, bodyByteCount: 500_000) > 10)
        #expect(again.stop() == 0)
    }

    /// Sends until the queue refuses.
    /// - Returns: how many were taken.
    private func fill(_ api: APIClient, _ person: Person, _ token: String, bodyByteCount: Int) async throws -> Int {
        let body = [UInt8](repeating: 7, count: bodyByteCount)
        var count = 0
        while count < 10_000 {
            do {
                _ = try await send(api, person, token, body)
                count += 1
            } catch let problem as Problem where problem.code == .queueFull {
                #expect(problem.detail.contains("one sender"))
                return count
            }
        }
        return count
    }

    private func send(
        _ api: APIClient, _ person: Person, _ token: String, _ body: [UInt8]
    ) async throws -> Accepted {
        let request = SendRequest(clientID: .random(), copies: [person.device.copy(body)])
        return try await api.call("POST", "/v1/messages/\(person.account)", request, token: token, as: Accepted.self)
    }
}
