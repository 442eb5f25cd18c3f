import TestKit
import Testing
import Transport
import Wire

/// Messages that a conversation keeps in sight, over a real server.
@Suite(.serialized, .timeLimit(.minutes(10))) struct PinTests {
    /// A group of alice's with so many posts of hers.
    private func town(
        _ house: House, _ alice: Resident, with members: [AccountID] = [], postCount: Int
    ) async throws -> (id: ConversationID, seqs: [SequenceNumber]) {
        let new = NewConversation(kind: .group, mode: .open, members: members)
        let view: ConversationView = try await house.api.call("POST", "/v1/conversations", new, token: alice.token)
        var seqs: [SequenceNumber] = []
        for index in 0..<postCount {
            let request = PostRequest(clientID: .random(), text: "post \(index)")
            let path = Endpoints.post.target(view.conversation)
            let posted: Accepted = try await house.api.call("POST", path, request, token: alice.token)
            seqs.append(try #require(posted.seq))
        }
        return (view.conversation, seqs)
    }

    @Test("a pin is told once, listed with its message, and goes when it is taken away or its message is deleted")
    func pins() async throws {
        let house = try await House()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let (town, seqs) = try await town(house, alice, with: [bob.account], postCount: 3)
        let socket = try await house.socket(alice)
        func status(_ method: String, _ seq: SequenceNumber) async throws -> Int {
            try await house.api.raw(method, Endpoints.pin.target(town, seq), token: bob.token).status
        }
        for seq in [seqs[2], seqs[0], seqs[0], seqs[1]] { #expect(try await status("PUT", seq) == 204) }
        for _ in 0..<2 { #expect(try await status("DELETE", seqs[1]) == 204) }
        for seq in [SequenceNumber(1), SequenceNumber(99)] { #expect(try await status("PUT", seq) == 404) }
        for (seq, isPinned) in [(seqs[2], true), (seqs[0], true), (seqs[1], true), (seqs[1], false)] {
            let told = try await socket.first { (frame) -> ConversationEvent.MessagePin? in
                if case .event(let entry) = frame, case .messagePin(let pin) = entry.event { pin } else { nil }
            }
            #expect(told.seq == seq && told.isPinned == isPinned)
        }
        let deletion = Endpoints.deleteMessage.target(town, seqs[0])
        for expected in [[seqs[0], seqs[2]], [seqs[2]]] {
            let page: Page<PinView> = try await house.api.call("GET", Endpoints.pins.target(town), token: alice.token)
            #expect(page.items.map(\.entry.seq) == expected && page.next == nil)
            #expect(page.items.allSatisfy { $0.pinnedBy == bob.account && $0.entry.tombstone != $0.entry })
            _ = try await house.api.raw("DELETE", deletion, token: alice.token)
        }
        #expect(try await status("PUT", seqs[0]) == 404)
    }

    @Test("a hundred messages are pinned and read in pages; one more is refused; they go with their conversation")
    func bounds() async throws {
        let house = try await House()
        let alice = try await house.person("alice")
        let (town, seqs) = try await town(house, alice, postCount: Limits.pinsMax + 1)
        for seq in seqs {
            let answer = try await house.api.raw("PUT", Endpoints.pin.target(town, seq), token: alice.token)
            #expect(seq == seqs.last ? try Tus.problem(answer).code == .pinsFull : answer.status == 204)
        }
        func page(_ cursor: String? = nil) async throws -> Page<PinView> {
            let query = [Parameters.limit(60)] + (cursor.map { [Parameters.cursor($0)] } ?? [])
            return try await house.api.call("GET", Endpoints.pins.target(town, query: query), token: alice.token)
        }
        let first = try await page()
        let second = try await page(first.next)
        #expect((first.items + second.items).map(\.entry.seq) == seqs.dropLast() && first.items.count == 60)
        let leaving = Endpoints.removeMember.target(town, .me)
        #expect(try await house.api.raw("DELETE", leaving, token: alice.token).status == 204)
        house.server.stop()
        #expect(try house.run("verify").status == 0)
    }

    @Test("sotto pins, lists and takes away, and refuses in words what it does not understand")
    func program() async throws {
        let house = try await House()
        let alice = try Terminal(house)
        #expect(try alice.run("register", "alice").status == 0)
        let made = try alice.run("group", "create", "town", "--open", "--json").output
        let town = String(try #require(made.firstMatch(of: /"chat":"(#[A-Za-z0-9_-]{22})"/)).1)
        func run(_ words: String...) throws -> String { try alice.run(words).output }
        #expect(try run("send", town, "hear, hear").hasPrefix("Posted in #town as #2: ") && run("pins", town) == "")
        #expect(try run("pin", "add", town, "#2") == "Pinned.\n")
        #expect(try run("pin", "list", town, "--json").contains(#""event":"pin",""#))
        #expect(try run("chat", town).contains(" pinned #2.") && run("pins", town).hasSuffix(": hear, hear\n"))
        #expect(try run("pin", "remove", town, "2") == "Not pinned any more.\n" && run("pins", town) == "")
        #expect(try run("pin", "add", town, "9", "--json").contains(#""code":"not-found""#))
        for wrong in [["pins"], ["pin", "add", town], ["pin", "add", town, "x"], ["pin", "frob"], ["pins", "@bob"]] {
            #expect(try alice.run(wrong).status == 2, "\(wrong)")
        }
    }
}

extension AuthorizationSample {
    static let pins: [AuthorizationSample] = [
        .init(Endpoints.pins, about: .conversation, in: everywhere) {
            Ask(Endpoints.pins.target($0.scene.conversation))
        },
        .init(Endpoints.pin, about: .conversation, in: everywhere.filter { $0.1 == .open }) { (world) in
            Ask(Endpoints.pin.target(world.scene.conversation, world.scene.seq))
        },
        .init(Endpoints.unpin, about: .conversation, in: everywhere) { (world) in
            Ask(Endpoints.unpin.target(world.scene.conversation, world.scene.seq))
        },
    ]
}
