import TestKit
import Testing
import Transport
import Wire

/// One account that adds as much as a server lets it.
@Suite("What an account may add", .timeLimit(.minutes(10))) struct AccountUseTests {
    private func start(_ folder: TemporaryFolder, _ arguments: [String]) async throws -> (ServerProcess, APIClient) {
        let server = try await StartingGate.shared.pass {
            try ServerProcess(dataFolder: folder.path + "/data", arguments: arguments, logPath: folder.path + "/log")
        }
        return (server, APIClient(port: server.port))
    }

    private func makeGroup(_ api: APIClient, _ token: String) async throws -> ConversationView {
        let new = NewConversation(kind: .group, mode: .open, name: "town", members: [])
        return try await api.call("POST", "/v1/conversations", new, token: token)
    }

    /// Makes groups until the server refuses.
    private func fill(_ api: APIClient, _ token: String) async throws -> (groups: [ConversationID], refusal: Problem?) {
        var groups: [ConversationID] = []
        while groups.count < 1_000 {
            do {
                groups.append(try await makeGroup(api, token).conversation)
            } catch let problem as Problem {
                return (groups, problem)
            }
        }
        return (groups, nil)
    }

    @Test("a day's rows are refused above their number, also after a restart; others go on, and leaving goes through")
    func dayRows() async throws {
        let folder = try TemporaryFolder()
        // A row for the membership, one for the entry.
        let arguments = ["--limit-added-rows", "40/0.0001"]
        let (server, api) = try await start(folder, arguments)
        let alice = try await api.register(Person("alice", now: House.now)).tokens.accessToken
        let bob = try await api.register(Person("bobby", now: House.now)).tokens.accessToken
        let (groups, refusal) = try await fill(api, alice)
        #expect((10...20).contains(groups.count))
        #expect(refusal?.code == .quotaExceeded)
        #expect((refusal?.retryAfterSeconds ?? 0) > 1_000)
        #expect(try await fill(api, bob).groups.count == groups.count)
        #expect(server.stop() == 0)

        let (again, later) = try await start(folder, arguments)
        #expect(try await fill(later, alice).groups.isEmpty, "a restart forgets nothing")
        let carol = Person("carol", now: House.now)
        #expect(try await fill(later, later.register(carol).tokens.accessToken).groups.count == groups.count)
        let me: AccountView = try await later.call("GET", "/v1/accounts/me", token: alice)
        for group in groups {
            let left = try await later.raw(
                "DELETE", "/v1/conversations/\(group)/members/\(me.account)", token: alice)
            #expect(left.status == 204)
        }
        let metrics = try await APIClient(port: again.adminPort).raw("GET", "/metrics")
        let text = String(decoding: metrics.body, as: UTF8.self)
        #expect(text.contains("sotto_quota_refusals_total 2\n"), "alice's and carol's since the restart")
        #expect(again.stop() == 0)
    }

    @Test("logs hold so many bytes of an account in all, and deleting makes room at once and after a restart")
    func logBytes() async throws {
        let folder = try TemporaryFolder()
        let arguments = ["--account-log-bytes", "200000"]
        let (server, api) = try await start(folder, arguments)
        let alice = try await api.register(Person("alice", now: House.now)).tokens.accessToken
        let town = try await makeGroup(api, alice).conversation
        let path = "/v1/conversations/\(town)/messages"
        func post(_ api: APIClient) async throws -> Accepted {
            let request = PostRequest(clientID: .random(), text: String(repeating: "x", count: 50_000))
            return try await api.call("POST", path, request, token: alice)
        }
        func isRefused(_ api: APIClient) async throws -> Bool {
            do {
                _ = try await post(api)
                return false
            } catch let problem as Problem {
                #expect(problem.code == .quotaExceeded && problem.retryAfterSeconds == nil)
                return true
            }
        }
        var seqs: [SequenceNumber] = []
        for _ in 0..<3 { seqs.append(try #require(try await post(api).seq)) }
        #expect(try await isRefused(api))
        #expect(try await api.raw("DELETE", "\(path)/\(seqs[0])", token: alice).status == 204)
        _ = try await post(api)
        #expect(try await isRefused(api))
        #expect(server.stop() == 0)

        let (again, later) = try await start(folder, arguments)
        #expect(try await isRefused(later))
        let me: AccountView = try await later.call("GET", "/v1/accounts/me", token: alice)
        // With its last member goes the conversation, and what was said there.
        let leave = try await later.raw("DELETE", "/v1/conversations/\(town)/members/\(me.account)", token: alice)
        #expect(leave.status == 204)
        let village = try await makeGroup(later, alice).conversation
        let request = PostRequest(clientID: .random(), text: String(repeating: "x", count: 90_000))
        let hasRoom = try await eventually {
            try await later.send("POST", "/v1/conversations/\(village)/messages", request, token: alice).status == 200
        }
        #expect(hasRoom, "room comes back as the log goes")
        #expect(again.stop() == 0)
    }
}
