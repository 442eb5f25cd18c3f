import Keys
import TestKit
import Testing
import Transport
import Wire

@testable import Client

/// Reports from the client to the admin, and what comes of false ones.
@Suite("Reported messages")
struct ReportTests {
    private func reports(_ house: House, after number: UInt64 = 0) async throws -> [ReportView] {
        let admin = APIClient(port: house.server.adminPort)
        let page: Page<ReportView> = try await admin.call("GET", "/admin/v1/reports?after=\(number)")
        return page.items
    }

    @Test("the admin sees exactly the reported messages, with who sent them, hidden or not, and each once")
    func reported() async throws {
        let house = try await House()
        let (alice, bob) = try await SealedSenderTests.acquainted(house)
        try await alice.send("hidden", to: "bobby")
        try await alice.send("not reported", to: "bobby")
        try await bob.fetch()
        let lines = try await bob.history().filter { $0.kind == .received }
        #expect(lines.map(\.text) == ["first", "hidden", "not reported"])
        #expect(lines.map(\.isSenderHidden) == [false, true, true])
        for line in lines.prefix(2) {
            let receipt = try await bob.safety.report(message: line.id)
            #expect(receipt.standing == .attributed)
            #expect(try await bob.safety.report(message: line.id) == receipt)
        }
        let found = try await reports(house)
        let sender = try #require(try await alice.account.whoami()).address
        let reporter = try #require(try await bob.account.whoami()).address.account
        #expect(found.map(\.number.rawValue) == [1, 2])
        #expect(found.allSatisfy { $0.sender.address == sender && $0.reporter == reporter })
        #expect(try found.map { try MessageContent.decode($0.content).text } == ["first", "hidden"])
        #expect(try await reports(house, after: 1).count == 1)
    }

    @Test("own messages and copies cannot be reported, and a report by somebody else is refused")
    func refused() async throws {
        let house = try await House()
        let (alice, bob) = try await SealedSenderTests.acquainted(house)
        let own = try #require(try await alice.history().first { $0.kind == .sent })
        await #expect(throws: SottoError(.cannotReport)) { try await alice.safety.report(message: own.id) }
        await #expect(throws: SottoError(.cannotReport)) {
            try await alice.safety.report(message: try await alice.account.only(999))
        }
        let line = try #require(try await bob.history().first { $0.kind == .received })
        let place = try await bob.inside { try $0.transcript.place(of: line.id) }
        let evidence = try #require(try await bob.kept(.evidence(place)))
        let answer = try await house.api.send(
            "POST", "/v1/reports", evidence, token: try await alice.account.accessTokenForTests())
        #expect(answer.status == 422)
        #expect(try await reports(house).isEmpty)
    }

    @Test("a message that comes twice leaves nothing to be reported under another one's index")
    func twice() async throws {
        let house = try await House()
        let (alice, bob) = try await SealedSenderTests.acquainted(house)
        let token = try await alice.account.accessTokenForTests()
        let peer = try #require(try await bob.account.whoami()).address
        let content = MessageContent(message: .random(), sentAt: House.now, text: "twice")
        for _ in 0..<2 {
            let (copies, commitment) = try await alice.inside { try $0.frankedForTests(content, to: peer.account) }
            let request = SendRequest(clientID: .random(), copies: copies, commitment: commitment)
            let sent = try await house.api.send("POST", "/v1/messages/\(peer.account)", request, token: token)
            #expect(sent.status == 200)
        }
        try await bob.fetch()
        #expect(try await bob.received() == ["first", "twice"])
        let last = try #require(try await bob.history().last)
        let place = try await bob.inside { try $0.transcript.place(of: last.id) }
        #expect(try await bob.kept(.evidence(place)) != nil)
        #expect(try await bob.kept(.evidence(LinePlace(place.chat, place.number + 1))) == nil)
    }

    @Test("a message whose commitment is another, or missing, is not shown, and the session goes on")
    func unfranked() async throws {
        let house = try await House()
        let (alice, bob) = try await SealedSenderTests.acquainted(house)
        let token = try await alice.account.accessTokenForTests()
        let peer = try #require(try await bob.account.whoami()).address
        for commitment in [nil, [UInt8](repeating: 1, count: 32)] {
            let copies = try await alice.inside { try $0.copiesForTests("not committed to", to: peer.account) }
            let request = SendRequest(clientID: .random(), copies: copies, commitment: commitment)
            let sent = try await house.api.send("POST", "/v1/messages/\(peer.account)", request, token: token)
            #expect(sent.status == 200)
        }
        try await alice.send("after", to: "bobby")
        try await bob.fetch()
        #expect(try await bob.received() == ["first", "after"])
        #expect(try await bob.history().compactMap(\.reason) == [.malformed, .malformed])
    }
}

extension Rooms {
    /// Copies of a franked text as the client would send them, without their commitment.
    func copiesForTests(_ text: String, to account: AccountID) throws -> [DeviceCopy] {
        try frankedForTests(
            MessageContent(message: .random(), sentAt: ground.surroundings.now(), text: text), to: account
        ).copies
    }

    /// Copies of a message as the client would send them, and what it commits to.
    func frankedForTests(
        _ content: MessageContent, to account: AccountID
    ) throws -> (copies: [DeviceCopy], commitment: [UInt8]) {
        let (_, own) = try receiver.readyProfile()
        let bytes = content.encoded(as: .cbor)
        let key = FrankingKey()
        let franked = FrankedContent(bytes, under: key)
        let entry = OutboxEntry(
            clientID: .random(), to: account, kind: .message, content: franked.encoded(as: .cbor), line: nil)
        var transaction = StoreTransaction()
        let copies = try sealer.seal(entry, bundles: [:], pass: nil, into: &transaction)
        try receiver.commit(transaction)
        return (copies ?? [], key.commitment(to: bytes, by: own))
    }
}
