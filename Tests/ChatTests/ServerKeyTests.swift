import Chat
import Keys
import Store
import Testing
import Wire

@Suite struct ServerKeyTests {
    @Test("the server's key is made once and stays the same")
    func once() async throws {
        let house = ChatHouse()
        func key() async throws -> [UInt8] {
            try await house.chat.commit { (turn) throws(Problem) in try turn.serverSigningKey().publicKey.bytes }
        }
        let first = try await key()
        #expect(first.count == 32)
        #expect(try await key() == first)
        #expect(try await ChatHouse().chat.commit { (turn) throws(Problem) in
            try turn.serverSigningKey().publicKey.bytes
        } != first)
    }

    @Test("a stored key that is none stops the server, and is not replaced")
    func damaged() async throws {
        let house = ChatHouse()
        try await house.store.write { (tables) throws(Problem) in
            try tables.put(SettingRow(name: "server-signing-key", value: [1, 2, 3]))
        }
        let code = await problem {
            try await house.chat.commit { (turn) throws(Problem) in try turn.serverSigningKey().publicKey.bytes }
        }
        #expect(code == .internalError)
        #expect(try await house.store.read { (tables) throws(Problem) in
            try tables.row(SettingRow.byName, "server-signing-key")?.value
        } == [1, 2, 3])
    }
}
