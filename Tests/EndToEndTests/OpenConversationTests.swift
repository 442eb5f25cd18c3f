import TestKit
import Testing
import Wire

@testable import Client

/// Open conversations as a client keeps them: lines, holes, the outbox.
@Suite("Open conversations, kept", .timeLimit(.minutes(10)))
struct OpenConversationTests {
    /// A conversation of alice's with bob in it.
    private struct Scene {
        let house: House
        let alice: Phone, bob: Phone
        let town: ConversationID

        var chat: ChatID { .conversation(town) }
    }

    private func scene(_ fate: Fate? = nil, clock: MovedClock? = nil) async throws -> Scene {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", fate: fate, clock: clock)
        let bob = try await Phone(house, as: "bob", clock: clock)
        let handle = try #require(Handle(text: "bob"))
        let view = try await alice.chats.createOpenConversation(.group, name: "Tea", members: [handle])
        return Scene(house: house, alice: alice, bob: bob, town: view.conversation)
    }

    private func texts(_ phone: Phone, _ chat: ChatID, limit: Int = 1_000) async throws -> [String] {
        try await phone.chats.lines(of: chat, limit: limit).compactMap(\.text)
    }

    /// Posts by nobody's client.
    private func post(_ texts: [String], to town: ConversationID, by author: Resident, in house: House) async throws {
        for text in texts {
            let _: Accepted = try await house.api.call(
                "POST", "/v1/conversations/\(town)/messages", PostRequest(clientID: .random(), text: text),
                token: author.token)
        }
    }

    @Test("what is posted is a line of its chat at both ends, told once, and the list knows it")
    func posting() async throws {
        let scene = try await scene()
        let (alice, bob, chat) = (scene.alice, scene.bob, scene.chat)
        let sent = try await alice.chats.send("hello", to: chat)
        #expect(sent.delivery == .accepted && sent.number == 3 && sent.author.isOwn && sent.text == "hello")
        #expect(try await alice.chats.line(sent.id) == sent)
        var events: [SottoEvent] = []
        for await event in await bob.account.events() {
            if case .idle = event {
                #expect(try await alice.chats.send("live", to: chat).number == 4)
            }
            events.append(event)
            if case .message(let line) = event, line.text == "live" { break }
        }
        let bodies = try await bob.chats.lines(of: chat).map(\.body)
        let bobID = try #require(try await bob.account.whoami()).address.account
        #expect(bodies == [
            .change(.created(.group, name: "Tea")), .change(.joined([bobID])), .text("hello"), .text("live"),
        ])
        // Before a number that the log does not reach is before its end.
        for number: SequenceNumber in [5, 6, 5_000] {
            #expect(try await bob.chats.lines(of: chat, before: number).map(\.body) == bodies, "\(number)")
        }
        let listed = try #require(try await bob.chats.chat(chat))
        #expect(listed.name == "Tea" && listed.kind == .group && listed.mode == .open && listed.role == .member)
        #expect(listed.last?.text == "live" && !listed.isOver && !listed.isFollowed)
        await #expect(throws: SottoError(.noSuchChat)) {
            try await bob.chats.send("hello", to: .person(.random()))
        }
        await #expect(throws: SottoError.self) { try await bob.chats.send("x", to: .conversation(.random())) }
    }

    @Test("a post that waits stands at the end of a timeline, and moves to its number under its name")
    func waiting() async throws {
        let fate = Fate()
        let scene = try await scene(fate)
        let (alice, bob, chat) = (scene.alice, scene.bob, scene.chat)
        let timeline = try await alice.chats.timeline(of: chat)
        var updates = timeline.updates.makeAsyncIterator()
        #expect(await updates.next()?.snapshot.lines.map(\.number) == [1, 2])
        fate.isOffline = true
        await #expect(throws: SottoError.self) { try await alice.chats.send("first", to: chat) }
        await #expect(throws: SottoError.self) { try await alice.chats.send("second", to: chat) }
        try await alice.restart(fate)
        #expect(try await alice.outbox.lines().map(\.text) == ["first", "second"])
        let again = try await alice.chats.timeline(of: chat)
        updates = again.updates.makeAsyncIterator()
        let waiting = try #require(await updates.next()?.snapshot.lines)
        #expect(waiting.suffix(2).map(\.delivery) == [.queued, .queued])
        #expect(waiting.suffix(2).allSatisfy { $0.number > SequenceNumber(1 << 52) })
        try await bob.chats.send("between", to: chat)
        fate.isOffline = false
        await alice.outbox.sendAll()
        try await alice.fetch()
        let names = Set(waiting.map(\.id))
        var last: Timeline.Update?
        while last?.snapshot.lines.map(\.text) != [nil, nil, "between", "first", "second"] {
            let update = try #require(await updates.next())

            #expect(Set(update.removed).isDisjoint(with: names) && Set(update.inserted).isDisjoint(with: names))
            last = update
        }
        #expect(last?.snapshot.lines.map(\.number) == [1, 2, 3, 4, 5])
        #expect(last?.snapshot.lines.suffix(2).map(\.id) == waiting.suffix(2).map(\.id))
        #expect(try await alice.outbox.lines() == [])
        #expect(try await texts(bob, chat) == ["between", "first", "second"])
    }

    @Test("posts of a client that dies anywhere stand in the log once and in order", arguments: [false, true])
    func kills(isLastWriteDone: Bool) async throws {
        let scene = try await scene(Fate())
        let (alice, chat) = (scene.alice, scene.chat)
        var expected: [String] = []
        try await Fate.everyPoint { (point) in
            let fate = Fate(writes: point, isLastWriteDone: isLastWriteDone)
            try await alice.restart(fate)
            let texts = (0..<2).map { "\(point)-\($0)" }
            for text in texts { _ = try? await alice.chats.send(text, to: chat) }
            try await alice.restart()
            await alice.outbox.sendAll()
            let kept = try await alice.chats.lines(of: chat, limit: 6).compactMap(\.text)
            for text in texts where !kept.contains(text) { try await alice.chats.send(text, to: chat) }
            let own = try await alice.chats.lines(of: chat, limit: 2)
            #expect(own.map(\.text) == texts && own.allSatisfy { $0.delivery == .accepted }, "\(point)")
            expected += texts
            return fate.hasStruck
        }
        #expect(try await texts(scene.bob, chat) == expected)
        #expect(expected.count > 2 * 4)
    }

    @Test("a post whose answer is lost is found in the log, and is one line", arguments: [false, true])
    func lostAnswers(isTakenBack: Bool) async throws {
        let fate = Fate()
        let scene = try await scene(fate)
        let (alice, chat) = (scene.alice, scene.chat)
        _ = try await alice.chats.lines(of: chat)
        fate.beforeRequest = { [fate] (request) in
            guard request.method == "POST", request.path.hasSuffix("/messages") else { return }
            fate.losesNext = true
        }
        await #expect(throws: SottoError.self) { try await alice.chats.send("once", to: chat) }
        fate.beforeRequest = nil
        #expect(try await texts(scene.bob, chat) == ["once"])
        let waiting = try #require(try await alice.outbox.lines().first)
        if isTakenBack {
            #expect(try await alice.chats.delete(waiting.id).removal == .deleted)
            #expect(try await alice.outbox.lines() == [])
        }
        // It comes by the log before it is posted again.
        _ = try await alice.chats.lines(of: chat)
        let line = try #require(try await alice.chats.line(waiting.id))
        #expect(line.number == 3)
        #expect(line.delivery == (isTakenBack ? .withdrawn : .accepted))
        #expect(try await alice.chats.lines(of: chat).count == 3)
        await alice.outbox.sendAll()
        #expect(try await texts(scene.bob, chat) == (isTakenBack ? [] : ["once"]))
        #expect(try await scene.bob.chats.lines(of: chat)[2].removal == (isTakenBack ? .deleted : nil))
    }

    @Test("a timeline fetches what it is scrolled to, and an older one is fetched where nobody followed")
    func holes() async throws {
        let scene = try await scene()
        let carol = try await scene.house.person("carol")
        try await scene.alice.chats.addMembers([try #require(Handle(text: "carol"))], to: scene.town)
        let texts = (1...400).map { "line \($0)" }
        try await post(Array(texts[..<100]), to: scene.town, by: carol, in: scene.house)
        let (bob, chat) = (scene.bob, scene.chat)
        #expect(try await bob.chats.lines(of: chat, limit: 20).compactMap(\.text) == Array(texts[80..<100]))
        try await post(Array(texts[100...]), to: scene.town, by: carol, in: scene.house)
        let timeline = try await bob.chats.timeline(of: chat, count: 30)
        var updates = timeline.updates.makeAsyncIterator()
        var shown = try #require(await updates.next()?.snapshot)
        #expect(shown.lines.compactMap(\.text) == Array(texts[370...]) && shown.hasOlder && !shown.hasNewer)
        while shown.hasOlder {
            try await timeline.loadOlder(90)
            shown = try #require(await updates.next()?.snapshot)
            let numbers = shown.lines.map(\.number.rawValue)
            #expect(numbers == Array((numbers.first ?? 0)...403), "no hole is shown")
        }
        #expect(shown.lines.compactMap(\.text) == texts)
        // Another device, at a line of which nothing is here.
        let alice = scene.alice
        let at = try await alice.chats.timeline(of: chat, at: .line(LineID(chat, number: 203)), count: 10)
        updates = at.updates.makeAsyncIterator()
        shown = try #require(await updates.next()?.snapshot)
        #expect(shown.lines.map(\.number.rawValue) == Array(198...207) && shown.hasOlder && shown.hasNewer)
        while shown.hasNewer {
            try await at.loadNewer(100)
            shown = try #require(await updates.next()?.snapshot)
        }
        #expect(shown.lines.map(\.number.rawValue) == Array(198...403))
        #expect(try await alice.chats.lines(of: chat, before: 5, limit: 10).map(\.number) == [1, 2, 3, 4])
        #expect(try await alice.chats.lines(of: chat, after: 10, limit: 3).map(\.number) == [11, 12, 13])
        await #expect(throws: SottoError(.noSuchMessage)) {
            try await alice.chats.timeline(of: chat, at: .line(LineID(chat, number: 9_999)))
        }
    }

    @Test("what is followed is told whole, once and in order, over restarts; the rest when it is looked at")
    func following() async throws {
        let scene = try await scene()
        let carol = try await scene.house.person("carol")
        try await scene.alice.chats.addMembers([try #require(Handle(text: "carol"))], to: scene.town)
        let (bob, chat) = (scene.bob, scene.chat)
        try await post(["before"], to: scene.town, by: carol, in: scene.house)
        try await bob.chats.follow(scene.town)
        try await bob.restart()
        let texts = (1...250).map { "line \($0)" }
        try await post(texts, to: scene.town, by: carol, in: scene.house)
        func told(_ events: [SottoEvent]) -> [String] {
            events.compactMap { if case .message(let line) = $0 { line.text } else { nil } }
        }
        #expect(told(try await bob.fetch()) == texts)
        #expect(told(try await bob.fetch()) == [])
        #expect(try await bob.chats.chat(chat)?.last?.text == "line 250")
        try await bob.chats.unfollow(scene.town)
        try await bob.restart()
        try await post(["unheard"], to: scene.town, by: carol, in: scene.house)
        #expect(told(try await bob.fetch()) == [])
        #expect(try await self.texts(bob, chat, limit: 2) == ["line 250", "unheard"])
    }

    @Test("what came before a post counts as told only where somebody listened, and is told before what comes later")
    func postsOfWhoDoesNotListen() async throws {
        let scene = try await scene()
        let carol = try await scene.house.person("carol")
        try await scene.alice.chats.addMembers([try #require(Handle(text: "carol"))], to: scene.town)
        try await scene.bob.chats.follow(scene.town)
        try await post(["one", "two"], to: scene.town, by: carol, in: scene.house)
        try await scene.bob.chats.send("own", to: scene.chat)
        #expect(try await texts(scene.bob, scene.chat) == ["one", "two", "own"])
        try await post(["three"], to: scene.town, by: carol, in: scene.house)
        let told = try await scene.bob.fetch().compactMap { if case .message(let line) = $0 { line.text } else { nil } }
        #expect(told == ["one", "two", "three"])
    }

    @Test(
        "what is followed is told whole also where somebody looks first, and where it was followed out of reach",
        arguments: [10, 150])
    func lookingFirst(count: Int) async throws {
        let scene = try await scene()
        let (chat, house) = (scene.chat, scene.house)
        let fate = Fate()
        let carol = try await Phone(house, as: "carol", fate: fate)
        try await scene.alice.chats.addMembers([try #require(Handle(text: "carol"))], to: scene.town)
        try await carol.fetch()
        fate.isOffline = true
        try await carol.chats.follow(scene.town)
        let bob = try await house.person("robert")
        try await scene.alice.chats.addMembers([try #require(Handle(text: "robert"))], to: scene.town)
        let texts = (1...120).map { "line \($0)" }
        try await post(texts, to: scene.town, by: bob, in: house)
        fate.isOffline = false
        try await carol.restart(fate)
        #expect(try await self.texts(carol, chat, limit: count) == texts.suffix(count))
        var told: [String] = []
        for event in try await carol.fetch() { if case .message(let line) = event { told.append(line.text ?? "") } }
        #expect(told == texts)
        #expect(try await self.texts(carol, chat, limit: 500) == texts)
    }

    @Test("what is over can be read to its beginning, with what was never fetched left out")
    func overWithHoles() async throws {
        let scene = try await scene()
        let (alice, bob, chat) = (scene.alice, scene.bob, scene.chat)
        let carol = try await scene.house.person("carol")
        try await alice.chats.addMembers([try #require(Handle(text: "carol"))], to: scene.town)
        try await post((1...30).map { "early \($0)" }, to: scene.town, by: carol, in: scene.house)
        _ = try await bob.chats.lines(of: chat, limit: 1_000)
        try await post((1...100).map { "unseen \($0)" }, to: scene.town, by: carol, in: scene.house)
        #expect(try await texts(bob, chat, limit: 10).count == 10)
        let account = try #require(try await bob.account.whoami()).address.account
        try await alice.chats.removeMember(account, from: scene.town)
        try await bob.fetch()
        let timeline = try await bob.chats.timeline(of: chat, count: 5)
        var updates = timeline.updates.makeAsyncIterator()
        var shown = try #require(await updates.next()?.snapshot)
        while shown.hasOlder {
            try await timeline.loadOlder(20)
            shown = try #require(await updates.next()?.snapshot)
        }
        #expect(shown.lines.first?.number == 1 && shown.lines.last?.text == "unseen 100")
        #expect(shown.lines.count == 33 + 10)
    }

    @Test("a text that could not be read again is refused, and what cannot be read in the outbox stops nothing else")
    func badTexts() async throws {
        let scene = try await scene(Fate())
        let (alice, chat) = (scene.alice, scene.chat)
        let bob = try #require(Handle(text: "bob"))
        for text in ["a\0b", "\u{1}", "\u{1b}[2J"] {
            await #expect(throws: SottoError(.badText)) { try await alice.chats.send(text, to: chat) }
        }
        await #expect(throws: SottoError(.badText)) { try await alice.chats.send("a\0b", to: bob) }
        let file = OutgoingFile(path: BuildFolder.path + "/sotto", caption: "a\0b")
        await #expect(throws: SottoError(.badText)) { try await alice.chats.send(file, to: bob) }
        try await alice.inside { (rooms) in
            var transaction = StoreTransaction()
            var counters = try rooms.mailer.counters()
            transaction.put([0xA1, 0x61, 0x78, 0x01], at: StoreKey.post(counters.nextOutbox).slot)
            counters.nextOutbox += 1
            transaction.put(counters, at: .counters)
            try rooms.mailer.commit(transaction)
        }
        try await alice.restart()
        #expect(try await alice.chats.send("tab\tand\nline", to: chat).delivery == .accepted)
        #expect(try await alice.chats.send("sealed", to: bob).delivery == .accepted)
        #expect(try await texts(scene.bob, chat) == ["tab\tand\nline"])
    }

    @Test("a deletion empties the line everywhere, waits when the server is away, and says when it may not be")
    func deleting() async throws {
        let fate = Fate()
        let scene = try await scene(fate)
        let (alice, bob, chat) = (scene.alice, scene.bob, scene.chat)
        let one = try await alice.chats.send("one", to: chat)
        let two = try await alice.chats.send("two", to: chat)
        #expect(try await texts(bob, chat) == ["one", "two"])
        await #expect(throws: SottoError(.deletedForAllOnly)) { try await alice.chats.delete(one.id, forMeOnly: true) }
        #expect(try await alice.chats.delete(one.id).removal == .deleted)
        let refused = try? await bob.chats.delete(two.id)
        #expect(refused == nil)
        #expect(try await texts(bob, chat).contains("two"))
        fate.isOffline = true
        await #expect(throws: SottoError.self) { try await alice.chats.delete(two.id) }
        #expect(try await alice.chats.line(two.id)?.text == "two", "not yet")
        fate.isOffline = false
        try await alice.restart(fate)
        await alice.outbox.sendAll()
        #expect(try await alice.chats.line(two.id)?.removal == .deleted)
        try await bob.fetch()
        #expect(try await bob.chats.lines(of: chat).filter { $0.message != nil }.map(\.removal) == [.deleted, .deleted])
        #expect(try await bob.chats.line(one.id)?.removal == .deleted, "by its author's name for it")
    }

    @Test("who leaves or is removed keeps what was said, and hears no more; who comes back does")
    func over() async throws {
        let scene = try await scene()
        let (alice, bob, chat) = (scene.alice, scene.bob, scene.chat)
        try await alice.chats.send("hello", to: chat)
        #expect(try await texts(bob, chat) == ["hello"])
        let account = try #require(try await bob.account.whoami()).address.account
        try await alice.chats.removeMember(account, from: scene.town)
        try await alice.chats.send("unheard", to: chat)
        try await bob.fetch()
        #expect(try await bob.chats.chat(chat)?.isOver == true)
        #expect(try await texts(bob, chat) == ["hello"])
        await #expect(throws: SottoError.self) { try await bob.chats.send("hello?", to: chat) }
        #expect(try await bob.chats.lines(of: chat).last?.delivery == .refused(.problem(.notFound)))
        try await alice.chats.addMembers([try #require(Handle(text: "bob"))], to: scene.town)
        try await bob.fetch()
        #expect(try await bob.chats.chat(chat)?.isOver == false)
        #expect(try await texts(bob, chat).starts(with: ["hello", "unheard"]))
        try await bob.chats.leave(scene.town)
        #expect(try await bob.chats.chat(chat)?.isOver == true)
    }

    @Test("files are posted as media, and a post disappears for everybody when its time is over")
    func mediaAndExpiry() async throws {
        let clock = MovedClock()
        let scene = try await scene(clock: clock)
        let (alice, bob, chat) = (scene.alice, scene.bob, scene.chat)
        let folder = try TemporaryFolder()
        try TextFile.write(Tus.bytes(70_000), to: folder.path + "/film")
        let posted = try await alice.chats.send(
            OutgoingFile(path: folder.path + "/film", caption: "look"), to: chat)
        guard case .media(let media, caption: "look") = posted.body, let film = media.first else {
            Issue.record("\(posted.body)")
            return
        }
        let there = try #require(try await bob.chats.lines(of: chat).last)
        #expect(there.body == posted.body && there.id == posted.id)
        try await bob.media.download(try await bob.media.info(ofMedia: film), to: folder.path + "/out")
        #expect(TextFile.bytes(folder.path + "/out") == Tus.bytes(70_000))
        let brief = try await alice.chats.send("brief", to: chat, expiresIn: .seconds(3_600))
        let end = try #require(brief.expiry?.at)
        #expect(try await bob.chats.lines(of: chat).last?.expiry?.at == end)
        clock.advance(seconds: 3_700)
        #expect(try await bob.chats.lines(of: chat).last?.id == posted.id)
        #expect(try await alice.chats.line(brief.id) == nil)
        #expect(try await alice.chats.chat(chat)?.last?.id == posted.id)
    }
}
