import Client
import TestKit
import Testing
import Transport
import Wire

/// A real server and the shard it is.
@Suite struct ShardTests {
    private struct Card: WireRecord {
        var shard: Shard
        init(fields: inout Fields<Self>) throws(WireError) { shard = try fields.value("shard", \.shard) }
    }

    private func shard(of server: ServerProcess) async throws -> Shard {
        try await APIClient(port: server.port).call("GET", "/.well-known/sotto", as: Card.self).shard
    }

    private func start(_ folder: TemporaryFolder, as shard: Shard?) async throws -> ServerProcess {
        try await StartingGate.shared.pass { try ServerProcess(dataFolder: folder.path + "/data", shard: shard) }
    }

    @Test("a client registers in the shard that the server names, and an id of another one is refused by hand")
    func registering() async throws {
        // The later option counts.
        let house = try await House(arguments: ["--shard", "7"])
        #expect(try await shard(of: house.server) == Shard(7))
        let phone = try await Phone(house, as: "alice")
        #expect(try await phone.account.whoami()?.address.account.shard == Shard(7))

        let stranger = Person("bobby", now: House.now, in: .ofTests)
        let response = try await house.api.send("POST", "/v1/accounts", stranger.registration())
        #expect(response.status == 400)
        let problem = try Problem.decode(response.body, in: WireContext(form: .json, refusesUnknownFields: true))
        #expect(problem.code == .malformed && problem.field == "account")
        #expect(problem.detail.contains("shard 7") == true)
        // The same keys and handle are good with an id of the right shard.
        let bob = Person("bobby", now: House.now, in: try #require(Shard(7)))
        #expect(try await house.api.register(bob).account == bob.account)
    }

    @Test("a server keeps the shard that it drew, and one that is told another does not start")
    func keeping() async throws {
        let folder = try TemporaryFolder()
        var server = try await start(folder, as: nil)
        let drawn = try await shard(of: server)
        server.stop()
        server = try await start(folder, as: nil)
        #expect(try await shard(of: server) == drawn)
        server.kill()
        server = try await start(folder, as: drawn)
        #expect(try await shard(of: server) == drawn)
        server.stop()

        let other = try #require(Shard(drawn.rawValue ^ 1))
        let failure = await #expect(throws: ServerProcess.Failure.self) { try await start(folder, as: other) }
        let text = failure?.description ?? ""
        #expect(text.contains("ended with 1: "), "\(text)")
        let refusal = "\"sotto.db\" is shard \(drawn) for as long as it lives: leave --shard \(other) out"
        #expect(text.contains(refusal), "\(text)")
        server = try await start(folder, as: nil)
        #expect(try await shard(of: server) == drawn)
    }

    @Test("two servers give out different ids, each with its own shard")
    func twoServers() async throws {
        var messages: Set<MessageID> = []
        var conversations: Set<ConversationID> = []
        for shard in [1, 2].compactMap({ Shard($0) }) {
            let house = try await House(arguments: ["--shard", "\(shard)"])
            let people = ["alice", "bobby"].map { Person($0, now: House.now, in: shard) }
            let token = try await house.api.register(people[0]).tokens.accessToken
            _ = try await house.api.register(people[1])
            let new = NewConversation(kind: .group, mode: .open, name: "Tea", members: [people[1].account])
            let view: ConversationView = try await house.api.call("POST", "/v1/conversations", new, token: token)
            #expect(view.conversation.shard == shard)
            conversations.insert(view.conversation)
            for number in 1...20 {
                let request = SendRequest(clientID: .random(), copies: [people[1].device.copy([UInt8(number)])])
                let accepted: Accepted = try await house.api.call(
                    "POST", "/v1/messages/\(people[1].account)", request, token: token)
                #expect(accepted.id.shard == shard)
                messages.insert(accepted.id)
            }
        }
        #expect(messages.count == 40 && conversations.count == 2)
    }
}
