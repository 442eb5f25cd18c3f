@testable import Client
import TestKit
import Testing
import Wire

@Suite("What an app watches")
struct ObservationTests {
    @Test("the list of chats tells what came, went and was deleted, to every watcher, until the client closes")
    func chats() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        var lists = alice.chats.list.makeAsyncIterator()
        #expect(await lists.next() == [])
        let sent = try await alice.send("hello", to: "bob")
        try await until(&lists) { $0.map(\.last?.delivery) == [.accepted] }
        try await bob.fetch()
        try await bob.send("back", to: "alice")
        try await alice.fetch()
        try await until(&lists) { $0.map(\.last?.text) == ["back"] && $0.map(\.handle?.text) == ["bob"] }
        var others = alice.chats.list.makeAsyncIterator()
        #expect(await others.next()?.map(\.last?.text) == ["back"])
        let back = try #require(try await alice.chats.all().first?.last)
        try await alice.chats.delete(back.id)
        try await until(&lists) { $0.map(\.last?.removal) == [.deleted] }
        try await until(&others) { $0.map(\.last?.removal) == [.deleted] }
        #expect(try await alice.chats.all().first?.id == sent.id.chat)
        await alice.account.close()
        #expect(await lists.next() == nil)
        #expect(await others.next() == nil)
        #expect(await alice.chats.list.first { (_) in true } == nil)
    }

    @Test("a timeline tells each change once, by name, and ends equal to what is stored")
    func timeline() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bob")
        for number in 1...5 { try await alice.send("\(number)", to: "bob") }
        let handle = try #require(Handle(text: "bob"))
        let chat = try #require(try await alice.chats.chat(with: handle))
        let timeline = try await alice.chats.timeline(of: chat, count: 3)
        var updates = timeline.updates.makeAsyncIterator()
        let first = try #require(await updates.next())
        #expect(first.snapshot.lines.map(\.text) == ["3", "4", "5"])
        #expect(first.inserted == first.snapshot.lines.map(\.id) && first.snapshot.hasOlder && !first.snapshot.hasNewer)
        try await timeline.loadOlder(10)
        let older = try #require(await updates.next())
        #expect(older.snapshot.lines.map(\.text) == ["1", "2", "3", "4", "5"] && !older.snapshot.hasOlder)
        #expect(older.inserted.count == 2 && older.changed.isEmpty && older.removed.isEmpty)
        try await alice.chats.delete(older.snapshot.lines[1].id)
        let deleted = try #require(await updates.next())
        #expect(deleted.inserted.isEmpty && deleted.changed == [older.snapshot.lines[1].id] && deleted.removed.isEmpty)
        #expect(deleted.snapshot.lines[1].removal == .deleted)
        try await bob.fetch()
        try await bob.send("six", to: "alice")
        try await alice.fetch()
        let came = try #require(await updates.next())
        #expect(came.inserted.count == 1 && came.snapshot.lines.last?.text == "six")
        #expect(try await alice.chats.lines(of: chat) == came.snapshot.lines)
    }

    @Test("a timeline opens at a line with its neighbours, and grows to both sides up to the ends")
    func atLine() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        _ = try await Phone(house, as: "bob")
        var sent: [Line] = []
        for number in 1...9 { sent.append(try await alice.send("\(number)", to: "bob")) }
        let chat = sent[0].id.chat
        let timeline = try await alice.chats.timeline(of: chat, at: .line(sent[4].id), count: 4)
        var updates = timeline.updates.makeAsyncIterator()
        let first = try #require(await updates.next()?.snapshot)
        #expect(first.lines.map(\.text) == ["3", "4", "5", "6"] && first.hasOlder && first.hasNewer)
        // What comes at the end is not seen from here.
        try await alice.send("10", to: "bob")
        try await timeline.loadNewer(4)
        let newest = try #require(await updates.next()?.snapshot)
        #expect(newest.lines.map(\.text) == ["3", "4", "5", "6", "7", "8", "9", "10"] && !newest.hasNewer)
        try await timeline.loadOlder(4)
        let last = try #require(await updates.next()?.snapshot)
        #expect(last.lines.map(\.text).first == "1" && !last.hasOlder && !last.hasNewer)
        await #expect(throws: SottoError(.noSuchMessage)) {
            try await alice.chats.timeline(of: chat, at: .line(LineID(chat, number: 99)))
        }
    }

    @Test("a line that disappears is removed from a timeline, and the others stay")
    func disappeared() async throws {
        let house = try await House()
        let clock = MovedClock()
        let alice = try await Phone(house, as: "alice", clock: clock)
        _ = try await Phone(house, as: "bob")
        let handle = try #require(Handle(text: "bob"))
        let short = try await alice.chats.send("short", to: handle, expiresIn: .seconds(30))
        try await alice.send("stays", to: "bob")
        let timeline = try await alice.chats.timeline(of: short.id.chat)
        var updates = timeline.updates.makeAsyncIterator()
        #expect(await updates.next()?.snapshot.lines.map(\.text) == ["short", "stays"])
        clock.advance(seconds: 31)
        let update = try #require(await updates.next())
        #expect(update.removed == [short.id] && update.inserted.isEmpty && update.changed.isEmpty)
        #expect(update.snapshot.lines.map(\.text) == ["stays"])
    }

    @Test("the outbox and the connection tell how it stands: what waits, and what became of it")
    func outbox() async throws {
        let first = try await House()
        let alice = try await Phone(first, as: "alice", isDoubtful: true)
        let bob = try await Phone(first, as: "bob")
        try await alice.send("there", to: "bob")
        var waiting = alice.outbox.waiting.makeAsyncIterator()
        #expect(await waiting.next() == [])
        var states = alice.connection.makeAsyncIterator()
        #expect(await states.next() == .off)
        first.server.stop()
        await #expect(throws: SottoError.self) { try await alice.send("later", to: "bob") }
        try await until(&waiting) { $0.map(\.text) == ["later"] && $0.map(\.delivery) == [.queued] }
        let second = try await House(folder: first.folder)
        try await alice.restart(at: second)
        #expect(await waiting.next() == nil, "the client was closed")
        var states2 = alice.connection.makeAsyncIterator()
        #expect(await states2.next() == .off)
        var waiting2 = alice.outbox.waiting.makeAsyncIterator()
        #expect(await waiting2.next()?.map(\.text) == ["later"])
        try await alice.fetch()
        try await until(&waiting2) { $0.isEmpty }
        var states3 = alice.connection.makeAsyncIterator()
        try await until(&states3) { $0 == .off }
        withExtendedLifetime(bob) {}
    }

    /// Takes values until one is as it should be. A value that never comes is found by the time limit of the run.
    private func until<Value: Equatable>(
        _ values: inout Observed<Value>.Iterator, _ isRight: (Value) -> Bool
    ) async throws {
        while let value = await values.next() { if isRight(value) { return } }
        Issue.record("it ended before that")
    }
}
