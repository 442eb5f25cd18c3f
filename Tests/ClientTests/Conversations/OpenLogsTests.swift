import TestKit
import Testing
import Wire

@testable import Client

/// Logs of a server that says now this and now that.
@Suite("Open conversations, and a server that changes its mind", .timeLimit(.minutes(10))) struct OpenLogsTests {
    private static let hello = ServerFrame.hello(
        .init(
            account: .random(), device: DeviceID(1), incarnation: .random(), serverTime: Timestamp(milliseconds: 1)))

    private let server = ScriptedServer()
    private let town = ConversationID.random()
    private let bob = DeviceAddressPayload(DeviceAddress(account: .random(), device: DeviceID(1)))

    private var chat: ChatID { .conversation(town) }

    private func entry(_ seq: UInt64, _ event: ConversationEvent) -> LogEntry {
        LogEntry(
            conversation: town, seq: SequenceNumber(seq), id: MessageID(seq),
            time: Timestamp(milliseconds: 1_600_000_000_000), sender: bob, event: event)
    }

    private func post(_ seq: UInt64, _ text: String? = nil) -> LogEntry {
        entry(seq, .message(.init(clientID: .random(), text: text ?? "\(seq)")))
    }

    /// An entry comes live.
    private func take(_ entry: LogEntry, _ client: Account) async throws {
        try await client.inside { (rooms) in
            _ = try rooms.logs.take(entry)
            try rooms.logs.flush()
        }
    }

    private func events(_ client: Account, until isLast: ([SottoEvent]) -> Bool) async -> [SottoEvent] {
        server.with { $0.isHeartStill = true }
        var events: [SottoEvent] = []
        for await event in await client.events() {
            events.append(event)
            if isLast(events) { break }
        }
        return events
    }

    private var isSetBack: SottoEvent { .trouble(SottoError(.conversationSetBack(town))) }

    @Test(
        "a false number lasts until the log is asked: what is behind its end goes, and comes at its own number",
        arguments: [6, 50, 1 << 51] as [UInt64], [false, true])
    func falseNumber(number: UInt64, isListening: Bool) async throws {
        let client = try await server.client()
        let log = (1...7).map { post($0) }
        server.with { [town] in $0.logs = [town: Array(log.prefix(4))] }
        #expect(try await client.chats.lines(of: chat).map(\.number) == [1, 2, 3, 4])
        // What comes at its own number later, with an end.
        guard case .message(var message) = log[4].event else { return }
        message.expiresAt = Timestamp(milliseconds: 1_800_000_000_000)
        try await take(entry(number, .message(message)), client)
        #expect(try await client.chats.chat(chat)?.last?.number == SequenceNumber(number))
        server.with { [town] in
            $0.logs = [town: Array(log.prefix(5))]
            $0.sockets = isListening ? [[Self.hello]] : []
        }
        if isListening {
            let told = await events(client) { $0.last == isSetBack }
            #expect(told.filter { $0 == isSetBack }.count == 1)
            #expect(try await client.chats.chat(chat)?.last?.number == 4)
        }
        let lines = try await client.chats.lines(of: chat)
        #expect(lines.map(\.number) == [1, 2, 3, 4, 5] && lines.last?.message == message.clientID)
        #expect(try await client.chats.chat(chat)?.last?.number == 5)
        #expect(try await client.inside { try $0.logs.keys(in: .expiries).count } == 0)
        server.with { [town] in
            $0.logs = [town: log]
            $0.sockets = [[Self.hello, .event(log[5]), .event(log[6])]]
        }
        let told = await events(client) { $0.told(of: town).last == 7 }
        #expect(told.told(of: town) == [6, 7] && !told.contains(isSetBack), "told once")
        #expect(try await client.chats.lines(of: chat).map(\.text) == (1...7).map { "\($0)" })
        await client.close()
    }

    @Test("a log that is shorter truly is told once to a timeline and a follower, and goes on at the numbers anew")
    func restored() async throws {
        let client = try await server.client()
        let log = (1...6).map { post($0) }
        server.with { [town] in $0.logs = [town: log] }
        try await client.chats.follow(town)
        let timeline = try await client.chats.timeline(of: chat)
        var updates = timeline.updates.makeAsyncIterator()
        let before = try #require(await updates.next()?.snapshot.lines)
        #expect(before.map(\.number) == [1, 2, 3, 4, 5, 6])
        let anew = Array(log.prefix(3)) + [post(4, "anew"), post(5, "and again")]
        server.with { [town] in
            $0.logs = [town: Array(log.prefix(3))]
            $0.sockets = [[Self.hello]]
        }
        _ = await events(client) { $0.last == isSetBack }
        var removed: [LineID] = []
        while removed.count < 3 { removed += try #require(await updates.next()).removed }
        #expect(Set(removed) == Set(before.suffix(3).map(\.id)))
        server.with { [town] in
            $0.logs = [town: anew]
            $0.sockets = [[Self.hello]]
        }
        let told = await events(client) { $0.told(of: town).last == 5 }
        #expect(told.told(of: town) == [4, 5] && !told.contains(isSetBack))
        #expect(try await client.chats.lines(of: chat).map(\.text) == ["1", "2", "3", "anew", "and again"])
        await client.close()
    }

    private var deletions: [String] { server.with { $0.calls.filter { $0.hasPrefix("DELETE ") } } }

    @Test("what waits to be taken back behind the end of a log that was set back is given up, and never asked for")
    func deletionBehindTheEnd() async throws {
        let client = try await server.client()
        let log = (1...6).map { post($0) }
        let path = "/v1/conversations/\(town)/messages/5"
        server.with { [town] in
            $0.logs = [town: log]
            $0.answers = { $0 == path ? Problem(.overloaded, "Later.") : nil }
        }
        #expect(try await client.chats.lines(of: chat).count == 6)
        let error = await #expect(throws: SottoError.self) { try await client.chats.delete(LineID(chat, number: 5)) }
        #expect(error?.code == .queued && deletions.count == 1)
        server.with { [town] in
            $0.logs = [town: Array(log.prefix(3))]
            $0.answers = { _ in nil }
            $0.calls = []
        }
        #expect(try await client.chats.lines(of: chat).map(\.number) == [1, 2, 3])
        #expect(try await client.inside { try $0.mailer.outboxNumbers() } == [])
        #expect(await client.outbox.sendAll() == nil)
        #expect(deletions == [])
        await client.close()
    }

    @Test(
        "what the log has no more, or another of that number, is not taken back there",
        arguments: [false, true])
    func deletionOfAnother(hasGrownAgain: Bool) async throws {
        let client = try await server.client()
        let log = (1...6).map { post($0) }
        server.with { [town] in $0.logs = [town: log] }
        #expect(try await client.chats.lines(of: chat).count == 6)
        let anew = hasGrownAgain ? (4...7).map { post($0, "anew") } : []
        server.with { [town] in $0.logs = [town: Array(log.prefix(3)) + anew] }
        let error = await #expect(throws: SottoError.self) { try await client.chats.delete(LineID(chat, number: 5)) }
        #expect(error?.code == .conversationSetBack && deletions == [])
        #expect(try await client.inside { try $0.mailer.outboxNumbers() } == [])
        // What the log still has is taken back.
        await #expect(throws: SottoError(.refused(Problem(.notFound, ScriptedServer.absence)))) {
            try await client.chats.delete(LineID(chat, number: 2))
        }
        #expect(deletions.count == 1)
        await client.close()
    }

    @Test("who came in entries that are no more is no member any more, and members are asked for anew")
    func membersSetBack() async throws {
        let client = try await server.client()
        let own = try #require(try await client.whoami()).account
        let owner = MemberView(account: own, handle: nil, role: .owner, joinedAt: .sample)
        server.with { [town, log = (1...2).map { post($0) }] in
            $0.logs = [town: log]
            $0.answers = {
                $0.hasPrefix("/v1/conversations/\(town)/members?") ? Page(items: [owner], next: nil) : nil
            }
        }
        #expect(try await client.chats.lines(of: chat).count == 2)
        #expect(try await client.chats.members(of: town).items.map(\.account) == [own])
        let joining = entry(3, .membersAdded(.init(accounts: [.random()])))
        func knownCount() async throws -> Int? {
            try await client.inside { [town] in try $0.conversations.knownMembers(of: town)?.count }
        }
        try await take(joining, client)
        #expect(try await knownCount() == 2)
        #expect(try await client.chats.lines(of: chat).count == 2)
        #expect(try await knownCount() == nil)
        // Somebody who looks sees who is in it, each time.
        var lists = client.chats.memberList(of: town).makeAsyncIterator()
        while let members = await lists.next(), members.count != 1 {}
        try await take(joining, client)
        while let members = await lists.next(), members.count != 2 {}
        #expect(try await client.chats.lines(of: chat).count == 2)
        while let members = await lists.next(), members.count != 1 {}
        #expect(try await knownCount() == 1)
        await client.close()
    }

    @Test("who was removed by a false entry is a member again with the next answer")
    func falseRemoval() async throws {
        let client = try await server.client()
        let own = try #require(try await client.whoami()).address.account
        server.with { [town, log = (1...3).map { post($0) }] in $0.logs = [town: log] }
        #expect(try await client.chats.lines(of: chat).count == 3)
        try await take(entry(9, .memberRemoved(.init(account: own))), client)
        #expect(try await client.chats.chat(chat)?.isOver == true)
        #expect(try await client.chats.lines(of: chat).map(\.number) == [1, 2, 3])
        #expect(try await client.chats.chat(chat)?.isOver == false)
        await client.close()
    }

    @Test("an entry beyond the bounds of this version has a line that says so, and is read where it can be")
    func laterBounds() async throws {
        let client = try await server.client()
        let beyond = ConversationEvent.unknown(tag: "message.created")
        let log = [post(1), entry(2, beyond), entry(3, .unknown(tag: "poll.created")), post(4)]
        server.with { [town] in $0.logs = [town: log] }
        #expect(
            try await client.chats.lines(of: chat).map(\.body)
                == [.text("1"), .unreadable(.unknownContent), .text("4")])
        server.with { [town] in $0.logs = [town: log + [post(5), entry(6, beyond)]] }
        try await take(entry(6, beyond), client)
        #expect(try await client.chats.line(LineID(chat, number: 6))?.body == .unreadable(.unknownContent))
        // A version with wider bounds asks anew.
        let later = post(2, "long")
        try await client.inside { [town] (rooms) in
            let part = LogPart(entries: [later], covered: 2...2, head: SequenceNumber(6))
            _ = try rooms.logs.keep(part, of: town, advances: false) { (transaction) throws(ClientError) in
                try rooms.logs.commit(transaction)
            }
        }
        #expect(try await client.chats.lines(of: chat).map(\.text) == ["1", "long", "4", "5", nil])
        await client.close()
    }

    @Test("what cannot be read is told to who follows, at its place")
    func laterBoundsTold() async throws {
        let client = try await server.client()
        let log = [post(1), entry(2, .unknown(tag: "message.created")), post(3)]
        server.with { [town] in $0.logs = [town: Array(log.prefix(1))] }
        try await client.chats.follow(town)
        server.with { [town] in
            $0.logs = [town: log]
            $0.sockets = [[Self.hello]]
        }
        let told = await events(client) { $0.told(of: town).last == 3 }
        let numbers = told.compactMap { if case .unreadable(let line) = $0 { line.number } else { nil } }
        #expect(numbers == [2])
        await client.close()
    }

    @Test("of a log without an end only so much is fetched behind what was told, then its newest page; that is told")
    func endless() async throws {
        let client = try await server.client()
        server.with { [town, log = [post(1), post(2)]] in $0.logs = [town: log] }
        try await client.chats.follow(town)
        let end: UInt64 = 1 << 51
        let newest = [post(end - 1), post(end)]
        let filler = entry(1, .unknown(tag: "poll.created"))
        var view = ConversationView.sample
        (view.conversation, view.mode, view.head) = (town, .open, SequenceNumber(end))
        let shown = view
        server.with { [town] in
            $0.sockets = [[Self.hello]]
            $0.calls = []
            $0.answers = { (path) in
                if path.hasPrefix("/v1/conversations?") { return Page(items: [shown], next: nil) }
                guard path.hasPrefix("/v1/conversations/\(town)/messages?") else { return nil }
                guard let after = path.firstRange(of: "after=") else {
                    return LogPage(items: newest, head: SequenceNumber(end), next: SequenceNumber(end - 1))
                }
                let first = (UInt64(path[after.upperBound...].prefix { $0.isNumber }) ?? 0) + 1
                let items = (first...(first + 199)).map { (seq) in
                    var entry = filler
                    entry.seq = SequenceNumber(seq)
                    return entry
                }
                return LogPage(items: items, head: SequenceNumber(end), next: SequenceNumber(first + 199))
            }
        }
        let told = await events(client) { $0.told(of: town).last == end }
        #expect(told.told(of: town) == [end - 1, end])
        #expect(told.contains(.passedOver(chat, through: SequenceNumber(end - 2))))
        let pages = server.with { $0.calls.filter { $0.contains("/messages?") && $0.contains("after=") }.count }
        #expect(pages == ClientLimits.caughtUpEntriesMax / 200)
        let kept = try await client.inside { [town] in try $0.logs.stored(town) }
        #expect(kept?.toldThrough == SequenceNumber(end) && kept?.known.newest == (end - 1)...end)
        #expect(kept?.known.stretch(around: 3)?.upperBound == 2 + UInt64(ClientLimits.caughtUpEntriesMax))
        await client.close()
    }
}
