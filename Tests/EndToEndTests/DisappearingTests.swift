import Store
import TestKit
import Testing
import Wire

@testable import Client

/// Messages that end by themselves, over a real server. The clients' clocks are moved; nobody waits.
@Suite("Disappearing messages") struct DisappearingTests {
    private static let photo = DeletingTests.samples + "rgb.png"

    private func handle(_ name: String) throws -> Handle { try #require(Handle(text: name)) }

    private func lasting(_ seconds: UInt64) -> Duration { .seconds(Int64(clamping: seconds)) }

    @Test("both sides count for themselves; the server drops the file by itself")
    func ends() async throws {
        let house = try await House()
        let (here, there) = (MovedClock(), MovedClock())
        let alice = try await Phone(house, as: "alice", clock: here)
        let bob = try await Phone(house, as: "bobby", clock: there)
        let file = OutgoingFile(path: Self.photo, caption: "soon", expiresIn: .seconds(60))
        let sent = try await alice.chats.send(file, to: try handle("bobby"))
        #expect(try #require(sent.expiry?.at) <= here.now.adding(seconds: 60).date)
        try await alice.chats.send("stays", to: try handle("bobby"))
        here.advance(seconds: 61)
        #expect(try await alice.account.history().map(\.text) == ["stays"])
        // Bob hears of it only now: his time begins now.
        there.advance(seconds: 600)
        try await bob.fetch()
        let came = try await bob.account.history()
        #expect(came.map(\.text) == ["soon", "stays"])
        there.advance(seconds: 59)
        #expect(try await bob.account.history().count == 2)
        there.advance(seconds: 2)
        #expect(try await bob.account.history().map(\.text) == ["stays"])
        let message = try #require(came.first?.message)
        #expect(try await bob.kept(.attachment(message, from: came[0].author.account)) == nil)
        await #expect(throws: SottoError(.noSuchMessage)) {
            try await bob.media.thumbnail(ofFileOf: try await bob.account.only(1))
        }
        // Gone for everybody else too: nobody has its time left, so it is told that it is over.
        #expect(house.mediaFiles.count == 1)
        house.server.stop()
        #expect(try await endMedia(in: house) == [.expiring])
        let later = try await House(folder: house.folder)
        let deadline = Timestamp.wallClock + 20_000
        while !later.mediaFiles.isEmpty, Timestamp.wallClock < deadline { await Task.yield() }
        #expect(later.mediaFiles.isEmpty)
    }

    @Test("who listens is told by a timer; a program that was away finds it gone when it starts",
        .timeLimit(.minutes(10)))
    func timer() async throws {
        let house = try await House()
        let clock = MovedClock()
        let alice = try await Phone(house, as: "alice", clock: clock)
        let bob = try await Phone(house, as: "bobby", clock: clock)
        for seconds in [30, 3600] as [UInt64] {
            try await alice.chats.send("for \(seconds)", to: try handle("bobby"), expiresIn: lasting(seconds))
        }
        try await bob.fetch()
        let told = Guarded<[SottoEvent]>([])
        let listener = Task { [client = bob.account] in
            for await event in await client.events() { told.withLock { $0.append(event) } }
        }
        while !told.withLock({ $0.contains(.idle) }) { await Task.yield() }
        clock.advance(seconds: 31)
        func removed() -> [Line] {
            told.withLock { $0.compactMap { if case .removed(let line) = $0 { line } else { nil } } }
        }
        while removed().isEmpty { await Task.yield() }
        #expect(removed().map(\.removal) == [.expired] && removed().map(\.text) == [nil])
        listener.cancel()
        await listener.value
        try await bob.restart { clock.advance(seconds: 3600) }
        #expect(try await bob.account.history().isEmpty)
        #expect(try await bob.inside { try $0.expiriesForTests }.isEmpty)
        // The numbers go on.
        try await alice.chats.send("after", to: try handle("bobby"))
        try await bob.fetch()
        #expect(try await bob.account.history().map(\.number) == [3])
    }

    @Test("times beyond the bounds are refused before anything is sent")
    func bounds() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        _ = try await Phone(house, as: "bobby")
        for seconds in [0, 4, 2_419_201, UInt64.max] as [UInt64] {
            await #expect(throws: SottoError(.badExpiry)) {
                try await alice.chats.send("x", to: try handle("bobby"), expiresIn: lasting(seconds))
            }
            await #expect(throws: SottoError(.badExpiry)) {
                try await alice.chats.send(
                    OutgoingFile(path: Self.photo, expiresIn: lasting(seconds)), to: try handle("bobby"))
            }
        }
        #expect(house.mediaFiles.isEmpty)
        for seconds in [5, 2_419_200] as [UInt64] {
            let sent = try await alice.chats.send("x", to: try handle("bobby"), expiresIn: lasting(seconds))
            #expect(sent.progress == .accepted)
        }
    }

    @Test("the program takes a time as people write it")
    func program() async throws {
        let house = try await House()
        let alice = try Terminal(house), bob = try Terminal(house)
        #expect(try alice.run("register", "alice").status == 0)
        #expect(try bob.run("register", "bobby").status == 0)
        for (text, seconds) in [("30s", "30"), ("5m", "300"), ("1h", "3600"), ("7d", "604800")] {
            let sent = try alice.run("send", "bobby", "x", "--expires", text, "--json")
            #expect(sent.output.contains("\"expiresIn\":\(seconds),"), "\(sent.output)\(sent.errors)")
        }
        for text in ["30", "1w", "h", "-5s", "99999999999999999999d", "1.5h"] {
            #expect(try alice.run("send", "bobby", "x", "--expires=\(text)").status == 2)
        }
        #expect(try alice.run("send", "bobby", "x", "--expires", "29d").status == 2)
        let heard = try bob.run("listen", "--until-idle", "--json")
        #expect(heard.output.contains(#""expiresIn":604800,"#))
    }

    @Test("a line that a later version has written disappears as well, beside another that ends at the same moment")
    func laterLine() async throws {
        let house = try await House()
        let clock = MovedClock()
        let alice = try await Phone(house, as: "alice", clock: clock)
        _ = try await Phone(house, as: "bobby", clock: clock)
        var sent: [Line] = []
        for text in ["known", "later"] {
            sent.append(try await alice.chats.send(text, to: try handle("bobby"), expiresIn: .seconds(30)))
        }
        #expect(sent[0].expiry?.at != nil && sent[0].expiry?.at == sent[1].expiry?.at)
        let later = sent[1].id
        try await alice.inside { try $0.makeLaterForTests(later) }
        clock.advance(seconds: 31)
        #expect(try await alice.account.history().isEmpty)
        #expect(try await alice.inside { try $0.expiriesForTests }.isEmpty)
    }

    /// Lets the time of all media be over, in the store of a server that is stopped.
    /// - Returns: their lifetimes.
    private func endMedia(in house: House) async throws -> [MediaLifetime] {
        let store = try Store.open(folder: house.folder.path + "/data")
        let ended = try await store.write { (tables) throws(Problem) in
            var rows = try tables.rows(MediaRow.inState, .ready, limit: .max)
            for index in rows.indices {
                rows[index].expiresAt = Timestamp(milliseconds: 1)
                rows[index].endsAt = rows[index].expiresAt
                try tables.putMedia(rows[index])
            }
            return rows.map(\.lifetime)
        }
        await store.close()
        return ended
    }
}

extension Rooms {
    /// As if a later version had written that line, in a form of its own.
    fileprivate func makeLaterForTests(_ line: LineID) throws {
        var transaction = StoreTransaction()
        transaction.put([0x01], at: StoreKey.line(try transcript.place(of: line)).slot)
        try receiver.commit(transaction)
    }
}
