import TestKit
import Testing
import Wire

@testable import Client

@Suite("Who is watched: people and members", .timeLimit(.minutes(10)))
struct PeopleObservationTests {
    private func next<Value: Equatable>(
        _ values: inout Observed<[Value]>.Iterator, _ isThere: ([Value]) -> Bool
    ) async throws -> [Value] {
        while true {
            let value = try #require(await values.next())
            if isThere(value) { return value }
        }
    }

    @Test("people are told as they are met and verified, by handle, and not the own account")
    func people() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        _ = try await Phone(house, as: "carol")
        _ = try await Phone(house, as: "bobby")
        var lists = alice.people.list.makeAsyncIterator()
        #expect(await lists.next() == [])
        for name in ["carol", "bobby"] { try await alice.send("hello", to: name) }
        let met = try await next(&lists) { $0.count == 2 }
        #expect(met.map(\.handle?.text) == ["bobby", "carol"] && met.allSatisfy { $0.verification == .unverified })
        try await alice.safety.setVerified(true, try #require(Handle(text: "carol")))
        let verified = try await next(&lists) { $0.contains { $0.verification != .unverified } }
        #expect(verified[0].verification == .unverified && verified[1].handle?.text == "carol")
        #expect(try await alice.people.all() == verified)
    }

    @Test("somebody whose account alone is known is spoken with, compared and invited by that")
    func byAccount() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bobby")
        let account = try #require(try await bob.account.whoami()).account
        let (own, name) = (try #require(Handle(text: "alice")), try #require(Handle(text: "bobby")))
        let number = try await alice.safety.safetyNumber(with: account)
        #expect(try await bob.safety.safetyNumber(with: own).digits == number.digits)
        #expect(try await alice.safety.safetyNumber(with: name) == number)
        try await alice.safety.verify(account, digits: number.groups.joined(separator: " "))
        #expect(try await alice.safety.verification(of: name) != .unverified)
        #expect(try await alice.people.devices(of: account).map(\.device) == [DeviceID(1)])
        let sent = try await alice.chats.send("hello", to: account)
        #expect(sent.id.chat == .person(account) && sent.delivery == .accepted)
        let file = alice.folder.path + "/file"
        try TextFile.write([1, 2, 3], to: file)
        #expect(try await alice.chats.send(file: file, to: account).delivery == .accepted)
        #expect(try await alice.outbox.waitingLine(of: OutgoingFile(path: file), to: account) == nil)
        let town = try await alice.chats.createOpenConversation(.group, name: "town", members: [account])
        #expect(try await alice.chats.members(of: town.conversation).items.count == 2)
        try await alice.chats.addMembers([name, account], to: town.conversation)
        try await bob.fetch()
        #expect(try await bob.chats.lines(of: try #require(try await bob.chats.chat(with: own))).count == 2)
        await #expect(throws: SottoError.self) { try await alice.chats.send("nobody", to: AccountID.random()) }
    }

    @Test("members are told as they come, change and go, live and after an absence; kept over a restart")
    func members() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bobby")
        let carol = try await Phone(house, as: "carol")
        let handles = try ["bobby", "carol"].map { try #require(Handle(text: $0)) }
        let town = try await alice.chats.createOpenConversation(.group, name: nil, members: [handles[0]]).conversation
        var lists = bob.chats.memberList(of: town).makeAsyncIterator()
        let first = try await next(&lists) { $0.count == 2 && $0.allSatisfy { $0.handle != nil } }
        #expect(Set(first.map(\.role)) == [.owner, .member])
        #expect(Set(first.map(\.handle?.text)) == ["alice", "bobby"])
        let listening = Task { for await _ in await bob.account.events() {} }
        try await alice.chats.addMembers([handles[1]], to: town)
        // The log has accounts alone; what one who came is called is asked for.
        _ = try await next(&lists) { $0.count == 3 && $0.contains { $0.handle == handles[1] } }
        let account = try #require(try await carol.account.whoami()).address.account
        try await alice.chats.setRole(.admin, of: handles[1], in: town)
        _ = try await next(&lists) { $0.first { $0.account == account }?.role == .admin }
        #expect(try await bob.chats.chat(with: account) == .person(account))
        listening.cancel()
        _ = await listening.value
        // Unheard, and asked for at the next connect.
        try await alice.chats.removeMember(handles[1], from: town)
        let again = Task { for await _ in await bob.account.events() {} }
        _ = try await next(&lists) { !$0.map(\.account).contains(account) }
        again.cancel()
        let known = try await bob.chats.members(of: town).items
        try await bob.restart()
        var kept = bob.chats.memberList(of: town).makeAsyncIterator()
        #expect(await kept.next() == known)
    }

    @Test("one's own doings in a conversation are shown where nobody listens")
    func acts() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice")
        let bob = try await Phone(house, as: "bobby")
        let handle = try #require(Handle(text: "bobby"))
        let account = try #require(try await bob.account.whoami()).address.account
        let town = try await alice.chats.createOpenConversation(.group, name: nil, members: []).conversation
        var lists = alice.chats.memberList(of: town).makeAsyncIterator()
        _ = try await next(&lists) { $0.count == 1 }
        let timeline = try await alice.chats.timeline(of: .conversation(town))
        var updates = timeline.updates.makeAsyncIterator()
        func isShown(_ change: LineChange) async throws -> Bool {
            while let update = await updates.next() {
                if update.snapshot.lines.last?.body == .change(change) { return true }
            }
            return false
        }
        try await alice.chats.addMembers([handle], to: town)
        _ = try await next(&lists) { $0.count == 2 }
        #expect(try await isShown(.joined([account])))
        try await alice.chats.setRole(.admin, of: account, in: town)
        _ = try await next(&lists) { $0.first { $0.account == account }?.role == .admin }
        #expect(try await isShown(.role(.admin, of: account)))
        let post = try await alice.chats.send("keep this", to: .conversation(town))
        try await alice.chats.pin(post.number, of: town)
        #expect(try await isShown(.pinned(number: post.number)))
        try await alice.chats.removeMember(account, from: town)
        _ = try await next(&lists) { $0.count == 1 }
        #expect(try await isShown(.left(account)))
    }

    @Test("a timeline opens at a date, sealed or open", arguments: [false, true])
    func date(isOpen: Bool) async throws {
        let clock = MovedClock()
        let house = try await House()
        let alice = try await Phone(house, as: "alice", clock: clock)
        _ = try await Phone(house, as: "bobby")
        let handle = try #require(Handle(text: "bobby"))
        var chat = ChatID.person(try await alice.people.account(of: handle))
        if isOpen {
            let view = try await alice.chats.createOpenConversation(.group, name: nil, members: [handle])
            chat = .conversation(view.conversation)
        }
        var lines: [Line] = []
        for number in 1...9 { lines.append(try await alice.chats.send("\(number)", to: chat)) }
        for line in lines {
            let time = try #require(line.time)
            let timeline = try await alice.chats.timeline(of: chat, at: .date(time), count: 4)
            let shown = try #require(await timeline.updates.first { (_) in true }).snapshot
            let first = try #require(lines.first { $0.time == time })
            #expect(shown.lines.map(\.id).contains(first.id))
            #expect(shown.lines.filter { $0.number < first.number }.count == min(2, Int(first.number.rawValue) - 1))
        }
        let late = try await alice.chats.timeline(of: chat, at: .date(Date.distantFuture), count: 3)
        #expect(await late.updates.first { (_) in true }?.snapshot.lines.map(\.text) == ["7", "8", "9"])
        let early = try await alice.chats.timeline(of: chat, at: .date(Date.distantPast), count: 3)
        #expect(await early.updates.first { (_) in true }?.snapshot.lines.first?.number == 1)
    }
}
