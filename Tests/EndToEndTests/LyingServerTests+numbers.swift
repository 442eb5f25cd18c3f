import TestKit
import Testing
import Wire

@testable import Client

extension LyingServerTests {
    @Test("a false number of an envelope, however high, silences nobody, and nothing comes twice")
    func falseNumber() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bobby", isDoubtful: true)
        bob.changeFrame = { (bytes) in
            guard case .map(let entries) = try? WireValue.parse(bytes, as: .cbor) else { return bytes }
            // Of an envelope, and of the queue's end.
            let changed = entries.map { (entry) -> WireValue.Entry in
                ["number", "through"].contains(entry.key) ? .init(key: entry.key, value: .unsigned(1 << 53)) : entry
            }
            return WireValue.map(changed).encoded(as: .cbor)
        }
        try await alice.send("one", to: "bobby")
        try await bob.fetch()
        bob.changeFrame = { $0 }
        // What acknowledges the false number is written down before there is more.
        let token = try await bob.account.accessTokenForTests()
        var left: Page<Envelope>
        repeat { left = try await house.api.call("GET", "/v1/messages", token: token) } while !left.items.isEmpty
        for text in ["two", "three"] {
            try await alice.send(text, to: "bobby")
            try await bob.fetch()
        }
        #expect(try await bob.history().map(\.text) == ["one", "two", "three"])
        // What the server says that it never gave is no number any more.
        #expect(try await bob.inside { try $0.receiver.counters().taken.newest } == QueueNumber(3))
    }
}
