import Foundation
import Glibc
import TestKit
import Testing
import Transport
import Wire

@Suite struct FolderTests {
    @Test("a second server on the same folder refuses to start and says why; the first goes on")
    func second() async throws {
        let house = try await House()
        let failure = #expect(throws: ServerProcess.Failure.self) {
            try ServerProcess(dataFolder: house.server.dataFolder)
        }
        #expect(failure?.description.contains("in use") == true, "\(failure?.description ?? "")")
        #expect(try await house.api.raw("GET", "/v1/time").status == 200)
    }

    @Test("what was stored is there after a restart: accounts, tokens, queues, conversations, kept replies")
    func restart() async throws {
        let folder = try TemporaryFolder()
        let first = try await House(folder: folder)
        let (alice, bob) = (try await first.person("alice"), try await first.person("bobby"))
        let key = ClientID.random().description
        let new = NewConversation(kind: .group, mode: .open, name: "Tea", members: [bob.account])
        let made: ConversationView = try await first.api.call(
            "POST", "/v1/conversations", new, token: alice.token, idempotencyKey: key)
        let send = SendRequest(clientID: .random(), copies: [bob.device.copy([42])])
        let accepted: Accepted = try await first.api.call(
            "POST", "/v1/messages/\(bob.account)", send, token: alice.token)
        #expect(first.server.stop() == 0)

        let second = try await House(folder: folder)
        let again: ConversationView = try await second.api.call(
            "POST", "/v1/conversations", new, token: alice.token, idempotencyKey: key)
        #expect(again.conversation == made.conversation)
        let replayed: Accepted = try await second.api.call(
            "POST", "/v1/messages/\(bob.account)", send, token: alice.token)
        #expect(replayed.id == accepted.id && replayed.isReplay)
        let page: Page<Envelope> = try await second.api.call("GET", "/v1/messages", token: bob.token)
        #expect(page.items.map(\.body) == [[42]])
        let log: LogPage = try await second.api.call(
            "GET", "/v1/conversations/\(made.conversation)/messages", token: bob.token)
        #expect(log.items.count == 2 && log.head == SequenceNumber(2))
    }

    @Test("a server whose volume of media is not there does not start, and loses nothing; an operator may go on")
    func media() async throws {
        let folder = try TemporaryFolder()
        let first = try await House(folder: folder)
        let alice = try await first.person("alice")
        let media = first.server.dataFolder + "/media"
        // Nothing stored yet: an empty folder is in order.
        #expect(first.server.stop() == 0)
        try FileManager.default.removeItem(atPath: media)
        let second = try await House(folder: folder)
        _ = try await Tus(house: second, token: alice.token).store(Tus.bytes(1_000))
        #expect(second.server.stop() == 0)
        try FileManager.default.moveItem(atPath: media, toPath: media + "-elsewhere")
        for round in 0..<2 {
            let failure = #expect(throws: ServerProcess.Failure.self) {
                try ServerProcess(dataFolder: second.server.dataFolder)
            }
            #expect(failure?.description.contains("Mount or restore it") == true, "\(failure?.description ?? "")")
            if round == 0 { try FileManager.default.createDirectory(atPath: media, withIntermediateDirectories: true) }
        }
        try Data([1]).write(to: URL(filePath: media + "/lost"))
        let third = try await House(folder: folder)
        _ = try await Tus(house: third, token: alice.token).store(Tus.bytes(2_000))
        #expect(third.server.stop() == 0)
    }

    @Test("nobody else may read the folder")
    func modes() async throws {
        let house = try await House()
        _ = try await house.person("alice")
        var status = stat()
        for file in house.folder.files where file.contains("/data/") {
            #expect(stat(file, &status) == 0 && status.st_mode & 0o077 == 0, "\(file)")
        }
        #expect(stat(house.server.dataFolder, &status) == 0 && status.st_mode & 0o077 == 0)
    }

    @Test("a crash prints neither memory nor registers, and leaves no core file")
    func crash() async throws {
        let house = try await House(arguments: ["--log-level", "error"])
        _ = try await house.person("alice")
        house.server.crash()
        #expect(house.server.log.isEmpty, "\(house.server.log.prefix(200))")
        #expect(!house.folder.files.contains { $0.contains("core") })
    }

    @Test("what a sealed message says is nowhere in the server's folder or log; what an open one says is")
    func canaries() async throws {
        let house = try await House(arguments: ["--log-level", "debug"])
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        // The body stands for a ciphertext; the canary is what a client would have put inside.
        let secret = "canary-\(ClientID.random())"
        let sealed = Array(secret.utf8).map { $0 ^ 0x5A }
        let open = "canary-\(ClientID.random())"
        let _: Accepted = try await house.api.call(
            "POST", "/v1/messages/\(bob.account)", SendRequest(clientID: .random(), copies: [bob.device.copy(sealed)]),
            token: alice.token)
        let view: ConversationView = try await house.api.call(
            "POST", "/v1/conversations", NewConversation(kind: .group, mode: .open, members: [bob.account]),
            token: alice.token)
        let _: Accepted = try await house.api.call(
            "POST", "/v1/conversations/\(view.conversation)/messages", PostRequest(clientID: .random(), text: open),
            token: alice.token)
        let plain = try await house.api.send(
            "POST", "/v1/conversations/\(ConversationID.random())/messages",
            PostRequest(clientID: .random(), text: secret), token: alice.token)
        #expect(plain.status == 404)
        #expect(house.server.stop() == 0)
        let files = house.folder.files.map { TextFile.bytes($0) }
        #expect(!files.isEmpty)
        func count(_ needle: [UInt8]) -> Int { files.filter { Search.contains($0, needle) }.count }
        #expect(count(Array(secret.utf8)) == 0)
        #expect(count(sealed) > 0, "the ciphertext itself must be there, or the search finds nothing at all")
        #expect(count(Array(open.utf8)) > 0, "the positive control")
        for token in [alice.token, alice.tokens.refreshToken, bob.token] {
            #expect(count(Array(token.utf8)) == 0, "a token is stored as it is")
            #expect(count(Base64URL.decode(token) ?? []) == 0, "a token is stored as it is")
        }
    }
}

enum Search {
    static func contains(_ haystack: [UInt8], _ needle: [UInt8]) -> Bool {
        // By Foundation, which is optimised where these tests are not: some files are large.
        !needle.isEmpty && Data(haystack).range(of: Data(needle)) != nil
    }
}
