import Chat
import Keys
import Store
import Testing
import Wire

@Suite struct ServerKeyTests {
    private func key(_ house: ChatHouse) async throws -> [UInt8] {
        try await house.chat.look { (look) throws(Problem) in try look.serverSigningKey().publicKey.bytes }
    }

    @Test("the server's keys are drawn once, in a store that was founded, and stay the same")
    func once() async throws {
        let house = ChatHouse()
        try await house.chat.commit { (turn) throws(Problem) in try turn.completeFounding() }
        let first = try await key(house)
        #expect(first.count == 32)
        try await house.chat.commit { (turn) throws(Problem) in try turn.completeFounding() }
        #expect(try await key(house) == first)
        let other = ChatHouse()
        try await other.chat.commit { (turn) throws(Problem) in try turn.completeFounding() }
        #expect(try await key(other) != first)
        _ = try await house.chat.look { (look) throws(Problem) in try look.frankingSecrets() }
    }

    @Test("a key that is missing stops the server, and no other is drawn", arguments: [
        "server-signing-key", "server-franking-keys",
    ])
    func missing(_ name: String) async throws {
        let house = ChatHouse()
        try await house.chat.commit { (turn) throws(Problem) in try turn.completeFounding() }
        try await house.store.write { (tables) throws(Problem) in try tables.remove(SettingRow.byName, name) }
        let code = await problem {
            try await house.chat.commit { (turn) throws(Problem) in try turn.completeFounding() }
            _ = try await house.chat.look { (look) throws(Problem) in
                _ = try look.serverSigningKey()
                _ = try look.frankingSecrets()
            }
        }
        #expect(code == .internalError)
        #expect(try await house.store.read { (tables) throws(Problem) in
            try tables.row(SettingRow.byName, name)
        } == nil)
    }

    @Test("a stored key that is none stops the server, and is not replaced")
    func damaged() async throws {
        let house = ChatHouse()
        try await house.chat.commit { (turn) throws(Problem) in try turn.completeFounding() }
        try await house.store.write { (tables) throws(Problem) in
            try tables.put(SettingRow(name: "server-signing-key", value: [1, 2, 3]))
        }
        let code = await problem { try await key(house) }
        #expect(code == .internalError)
        #expect(try await house.store.read { (tables) throws(Problem) in
            try tables.row(SettingRow.byName, "server-signing-key")?.value
        } == [1, 2, 3])
    }
}
