import TestKit
import Testing
import Wire

@testable import Client

@Suite("Logging in")
struct AccountTests {
    @Test("a token that is refused is renewed, and the call made again")
    func renewing() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with { $0.goodTokens = [] }
        #expect(try await client.devices.all() == [])
        let calls = server.with { $0.calls }
        #expect(
            calls.suffix(4) == ["GET /v1/devices", "GET /.well-known/sotto", "POST /v1/auth/token", "GET /v1/devices"])
    }

    @Test("a refresh token that was used before leads to a signed login")
    func signing() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with {
            $0.goodTokens = []
            $0.refusesRefresh = true
        }
        #expect(try await client.devices.all() == [])
        let calls = server.with { $0.calls }
        #expect(
            calls.suffix(5) == [
                "POST /v1/auth/token", "GET /.well-known/sotto", "POST /v1/auth/challenge", "POST /v1/auth/token",
                "GET /v1/devices",
            ])
    }

    @Test("many calls that need a new token log in once")
    func onceForAll() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with { $0.goodTokens = [] }
        try await withThrowingTaskGroup(of: Void.self) { (group) in
            for _ in 0..<10 { group.addTask { _ = try await client.devices.all() } }
            try await group.waitForAll()
        }
        #expect(server.with { $0.calls.filter { $0 == "POST /v1/auth/token" } }.count == 1)
    }

    @Test("nothing is signed for a server that calls itself by another name")
    func otherName() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with { $0.serverName = "elsewhere" }
        await #expect(throws: SottoError(.wrongServerName(expected: "localhost", found: "elsewhere"))) {
            try await client.logIn()
        }
        #expect(server.with { $0.calls.last } == "GET /.well-known/sotto")
    }

    @Test("another server is not believed that the account is gone, and hears no token that renews one")
    func otherServer() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        server.with {
            $0.goodTokens = []
            $0.serverKey = [UInt8](repeating: 6, count: 32)
        }
        await #expect(throws: SottoError(.untrustedServer)) { try await client.devices.all() }
        await #expect(throws: SottoError(.untrustedServer)) { try await client.logIn() }
        #expect(server.with { $0.calls.suffix(2) } == ["GET /.well-known/sotto", "GET /.well-known/sotto"])
        // The one of before is.
        server.with { $0.serverKey = [UInt8](repeating: 5, count: 32) }
        #expect(try await client.devices.all() == [])
    }

    @Test("the account's id is drawn in the shard that the server names")
    func shard() async throws {
        let server = ScriptedServer()
        let account = try #require(try await server.client().whoami()).address.account
        #expect(account.shard == ScriptedServer.shard)
        let other = try #require(try await ScriptedServer().client().whoami()).address.account
        #expect(account != other)
        let calls = server.with { $0.calls }
        #expect(calls.firstIndex(of: "GET /.well-known/sotto") == 0 && calls.contains("POST /v1/accounts"))
    }

    @Test("a folder has one account")
    func registeredTwice() async throws {
        let server = ScriptedServer()
        let client = try await server.client()
        await #expect(throws: SottoError(.alreadyRegistered)) {
            try await client.register(handle: try #require(Handle(text: "bob")))
        }
        await #expect(throws: SottoError(.alreadyRegistered)) { try await client.devices.requestLink() }
    }

    @Test("without an account nothing is asked of the server")
    func noAccount() async throws {
        let configuration = SottoConfiguration(folder: "")
        let house = try StoreCase()
        let client = Account(
            owner: AccountOwner(
                store: try house.open(), server: nil, network: nil, anonymousNetwork: nil,
                configuration: configuration, surroundings: .real))
        await #expect(throws: SottoError(.notRegistered)) { try await client.devices.all() }
        await #expect(throws: SottoError(.noServer)) {
            try await client.register(handle: try #require(Handle(text: "bob")))
        }
        #expect(try await client.whoami() == nil)
    }

    @Test("whoever holds a part of an account holds its folder")
    func held() async throws {
        let folder = try TemporaryFolder()
        let configuration = SottoConfiguration(folder: folder.path + "/account")
        var account: Account? = try await Account.open(configuration)
        let copy = account?.chats
        #expect(try await account?.whoami() == nil)
        account = nil
        await #expect(throws: SottoError.self) { _ = try await Account.open(configuration) }
        withExtendedLifetime(copy) {}
    }

    @Test("one of which nothing is left lets go of its folder")
    func lettingGo() async throws {
        let folder = try TemporaryFolder()
        let configuration = SottoConfiguration(folder: folder.path + "/account")
        for _ in 0..<3 {
            var account: Account? = try await Account.open(configuration)
            #expect(try await account?.whoami() == nil)
            account = nil
            #expect(try await eventually { (try? await Account.open(configuration).close()) != nil })
        }
    }

    @Test("a scope closes whether its body returns or throws")
    func scope() async throws {
        let folder = try TemporaryFolder()
        let configuration = SottoConfiguration(folder: folder.path + "/account")
        let isNew = try await withSotto(configuration) { (account) in try await account.whoami() == nil }
        #expect(isNew)
        await #expect(throws: SottoError(.notRegistered)) {
            try await withSotto(configuration) { (account) in _ = try await account.devices.all() }
        }
        try await Account.open(configuration).close()
    }
}
