import CSQLite
import Foundation
import TestKit
import Testing
import Transport
import Wire

/// A server whose store lacks something: it says so, and is served when somebody accepts it.
@Suite struct LossTests {
    private func execute(_ sql: String, in house: House) throws {
        var handle: OpaquePointer?
        defer { sqlite3_close(handle) }
        try #require(sqlite3_open(house.server.dataFolder + "/sotto.db", &handle) == SQLITE_OK)
        try #require(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK)
    }

    private func refusal(_ house: House) throws -> String {
        let log = house.folder.path + "/refused-\(ClientID.random()).log"
        let failure = #expect(throws: ServerProcess.Failure.self) {
            try ServerProcess(dataFolder: house.server.dataFolder, logPath: log)
        }
        return failure?.description ?? ""
    }

    private func incarnation(_ house: House, _ resident: Resident) async throws -> IncarnationID {
        let socket = try await house.socket(resident)
        return try await socket.first { if case .hello(let hello) = $0 { hello.incarnation } else { nil } }
    }

    @Test("a bit that flips in the log of a killed server is told, and accepted, and clients are told")
    func flip() async throws {
        let folder = try TemporaryFolder()
        var house = try await House(folder: folder)
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        for index in UInt8(0)..<20 {
            let _: Accepted = try await house.api.call(
                "POST", "/v1/messages/\(bob.account)",
                SendRequest(clientID: .random(), copies: [bob.device.copy([index])]), token: alice.token)
        }
        let before = try await incarnation(house, alice)
        let card = try await house.api.raw("GET", "/.well-known/sotto").body
        #expect(String(decoding: card, as: UTF8.self).contains(before.description))
        house.server.kill()
        #expect(try house.run("accept-loss").text.contains("lacks nothing at its end"))

        // In the frames of the last commits: each has 24 bytes and a page.
        let path = house.server.dataFolder + "/sotto.db-wal"
        var log = try Data(contentsOf: URL(filePath: path))
        let frameByteCount = 24 + 8_192
        let frameCount = (log.lastIndex { $0 != 0 } ?? 0) / frameByteCount
        try #require(frameCount > 10)
        log[32 + (frameCount - 5) * frameByteCount + 5_000] ^= 16
        try log.write(to: URL(filePath: path))

        let refusal = try refusal(house)
        #expect(refusal.contains("has lost the last"), "\(refusal)")
        #expect(refusal.contains("sottod accept-loss"))
        #expect(!refusal.contains(folder.path))
        let (status, text) = try house.run("accept-loss")
        #expect(status == 0, "\(text)")
        house = try await House(folder: folder)
        let after = try await incarnation(house, alice)
        #expect(after != before)
        #expect(text.contains(after.description))
        let page: Page<Envelope> = try await house.api.call("GET", "/v1/messages", token: bob.token)
        #expect((1..<20).contains(page.items.count))
        let next: Accepted = try await house.api.call(
            "POST", "/v1/messages/\(bob.account)",
            SendRequest(clientID: .random(), copies: [bob.device.copy([99])]), token: alice.token)
        #expect(next.id > (page.items.last?.id ?? MessageID(0)))
        #expect(house.server.stop() == 0)
        house = try await House(folder: folder)
        #expect(try await incarnation(house, alice) == after, "it stays over restarts")
    }

    @Test("after a loss that was accepted, a client goes on: it sends, receives and links a device")
    func clients() async throws {
        let folder = try TemporaryFolder()
        var house = try await House(folder: folder)
        var (alice, bob) = (try await Phone(house, as: "alice"), try await Phone(house, as: "bob"))
        try await alice.send("before", to: "bob")
        house.server.stop()
        try FileManager.default.removeItem(atPath: house.server.dataFolder + "/sotto.end")
        #expect(try house.run("accept-loss").status == 0)
        house = try await House(folder: folder)
        alice = try await Phone(house, after: alice)
        bob = try await Phone(house, after: bob)
        let laptop = try await Phone(house, joining: bob)
        try await alice.send("after", to: "bob")
        try await bob.fetch()
        try await laptop.fetch()
        #expect(try await bob.received() == ["before", "after"])
        #expect(try await laptop.received() == ["after"])
    }

    @Test("a server whose key is gone does not draw another", arguments: ["server-signing-key", "server-franking-keys"])
    func key(_ name: String) async throws {
        let house = try await House()
        _ = try await house.person("alice")
        house.server.stop()
        try execute("DELETE FROM setting WHERE name = '\(name)'", in: house)
        for _ in 0..<2 {
            let said = try refusal(house)
            #expect(said.contains("missing") && !said.contains("Problem("), "\(said)")
        }
    }

    @Test("a folder that has everything but its database is refused, and stays without")
    func traces() async throws {
        let house = try await House()
        house.server.stop()
        try FileManager.default.removeItem(atPath: house.server.dataFolder + "/sotto.db")
        #expect(try refusal(house).contains("There is no sotto.db"))
        #expect(!FileManager.default.fileExists(atPath: house.server.dataFolder + "/sotto.db"))
    }

    @Test("two servers never serve one folder, whatever file is removed under the first")
    func lock() async throws {
        let house = try await House()
        for name in try FileManager.default.contentsOfDirectory(atPath: house.server.dataFolder)
        where !name.hasPrefix("sotto.db") {
            try FileManager.default.removeItem(atPath: house.server.dataFolder + "/" + name)
            #expect(try refusal(house).contains("in use"), "without \(name)")
        }
        try FileManager.default.moveItem(
            atPath: house.server.dataFolder + "/sotto.db", toPath: house.server.dataFolder + "/aside.db")
        #expect(try refusal(house).contains("in use"))
    }
}
