import TestKit
import Testing
import Wire

@testable import Client

/// What a server does not take for now, and what goes on meanwhile.
@Suite("An outbox") struct ClientOutboxTests {
    /// The answers for one recipient, while they are refused.
    private static func refusal(_ code: ProblemCode, seconds: UInt64?) -> Network.Answer {
        let problem = Problem(code, "Later.", retryAfterSeconds: seconds)
        return Network.Answer(status: code.status, mediaType: "application/cbor", body: problem.encoded(as: .cbor))
    }

    @Test("that a message was accepted goes along with the next commit; forgotten, it is sent once more and comes once")
    func forgotten() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bobby")
        // Nothing is done after a time, since none passes.
        let fate = Fate()
        let alice = try await Phone(house, as: "alice", fate: fate, clock: MovedClock())
        // Who has not heard from the other yet is shown to the server, and told so: that is durable at once.
        try await alice.send("first", to: "bobby")
        try await bob.fetch()
        try await bob.send("yes", to: "alice")
        try await alice.fetch()
        #expect(try await alice.send("hello", to: "bobby").delivery == .accepted)
        fate.die()
        try await alice.restart()
        #expect(try await alice.outbox.lines().map(\.delivery) == [.queued])
        await alice.outbox.sendAll()
        #expect(try await alice.outbox.lines().isEmpty)
        #expect(try await alice.history().map(\.delivery) == [.accepted, .received, .accepted])
        try await alice.send("again", to: "bobby")
        try await bob.fetch()
        #expect(try await bob.received() == ["first", "hello", "again"])
        #expect(try await bob.history().allSatisfy { $0.kind != .unreadable })
    }

    @Test("a send that the server puts off holds up nobody else, and what follows it stays behind it")
    func putOff() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bobby")
        let carol = try await Phone(house, as: "carol")
        let peer = try #require(try await bob.account.whoami()).address.account
        let asked = Guarded(0)
        alice.change = { (path, answer) in
            guard path == "/v1/keys/\(peer)/claims" || path.hasPrefix("/v1/keys/\(peer)/claims?") else { return }
            asked.withLock { $0 += 1 }
            answer = Self.refusal(.rateLimited, seconds: 5)
        }
        for text in ["one", "two"] {
            let error = await #expect(throws: SottoError.self) { try await alice.send(text, to: "bobby") }
            #expect(error?.code == "queued")
        }
        #expect(try await alice.send("hello", to: "carol").progress == .accepted)
        // Once for each run: what is held is not asked for again within it.
        #expect(asked.withLock { $0 } == 3)
        try await carol.fetch()
        #expect(try await carol.received() == ["hello"])
        alice.change = { _, _ in }
        await alice.outbox.sendAll()
        #expect(try await alice.account.history().map(\.progress) == [.accepted, .accepted, .accepted])
        try await bob.fetch()
        #expect(try await bob.received() == ["one", "two"])
    }

    @Test("a server that is overloaded is asked once, not for everybody")
    func overloaded() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        _ = try await Phone(house, as: "bobby")
        _ = try await Phone(house, as: "carol")
        let asked = Guarded(0)
        alice.change = { (path, answer) in
            guard path.contains("/claims") else { return }
            asked.withLock { $0 += 1 }
            answer = Self.refusal(.overloaded, seconds: 5)
        }
        for name in ["bobby", "carol"] {
            await #expect(throws: SottoError.self) { try await alice.send("hello", to: name) }
        }
        #expect(asked.withLock { $0 } == 2)
    }

    @Test("what somebody else answers for the server refuses nothing: all stays, and goes out later")
    func portal() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bobby")
        let to = try #require(Handle(text: "bobby"))
        _ = try await alice.safety.safetyNumber(with: to)
        let page = Array("<html>Pay here</html>".utf8)
        for (number, status) in [200, 302, 403, 511].enumerated() {
            alice.change = { (_, answer) in
                answer = Network.Answer(status: status, mediaType: "text/html", body: page)
            }
            let error = await #expect(throws: SottoError.self) { try await alice.send("\(number)", to: "bobby") }
            #expect(error?.code == .queued)
            #expect(try await alice.history().last?.delivery == .queued)
        }
        alice.change = { _, _ in }
        #expect(await alice.outbox.sendAll() == nil)
        #expect(try await alice.outbox.lines().isEmpty)
        try await bob.fetch()
        #expect(try await bob.received() == ["0", "1", "2", "3"])
    }

    @Test("a server that says what cannot be is told alike by the error and by the line")
    func badAnswer() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        _ = try await Phone(house, as: "bobby")
        alice.change = { (path, answer) in
            guard path.hasPrefix("/v1/messages/") else { return }
            answer.change(Accepted.self) { $0.clientID = .random() }
        }
        await #expect(throws: SottoError(.unexpectedAnswer(status: 200))) { try await alice.send("x", to: "bobby") }
        #expect(try await alice.history().last?.delivery == .refused(.answer))
    }

    @Test("who listens sends what was put off when the server wants to be asked again", .timeLimit(.minutes(10)))
    func again() async throws {
        let house = try await House()
        let alice = try await Phone(house, as: "alice", isDoubtful: true)
        let bob = try await Phone(house, as: "bobby")
        let refusals = Guarded(1)
        alice.change = { (path, answer) in
            guard path.contains("/claims"), refusals.withLock({ (left) in
                left -= 1
                return left >= 0
            }) else { return }
            answer = Self.refusal(.rateLimited, seconds: 1)
        }
        let told = Guarded<[SottoEvent]>([])
        let listener = Task { [client = alice.account] in
            for await event in await client.events() { told.withLock { $0.append(event) } }
        }
        while !told.withLock({ $0.contains(.idle) }) { await Task.yield() }
        await #expect(throws: SottoError.self) { try await alice.send("later", to: "bobby") }
        while try await alice.account.history().first?.progress != .accepted { await Task.yield() }
        listener.cancel()
        await listener.value
        try await bob.fetch()
        #expect(try await bob.received() == ["later"])
    }

    @Test("a send whose task is cancelled says at once that it waits, and goes out once", .timeLimit(.minutes(10)))
    func cancelled() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bobby")
        let fate = Fate()
        let alice = try await Phone(house, fate: fate)
        try await alice.register("alice")
        let to = try #require(Handle(text: "bobby"))
        _ = try await alice.safety.safetyNumber(with: to)
        let (reached, reaching) = AsyncStream<Void>.makeStream()
        let (released, releasing) = AsyncStream<Void>.makeStream()
        fate.beforeRequest = { (request) in
            guard request.method == "POST", request.path.hasPrefix("/v1/messages/") else { return }
            reaching.finish()
            for await _ in released {}
        }
        let sending = Task { [client = alice.account] in try await client.chats.send("once", to: to) }
        for await _ in reached {}
        sending.cancel()
        let error = await #expect(throws: SottoError.self) { try await sending.value }
        #expect(error?.code == "queued")
        releasing.finish()
        // Waits for the end of what the other has begun.
        #expect(await alice.outbox.sendAll() == nil)
        #expect(try await alice.outbox.lines().isEmpty)
        try await bob.fetch()
        #expect(try await bob.received() == ["once"])
    }

    /// What a task hears that was cancelled before it asked.
    private func error(
        ofCancelled body: @escaping @Sendable () async throws(SottoError) -> Void
    ) async throws -> SottoError {
        let task = Task { () async -> SottoError? in
            withUnsafeCurrentTask { $0?.cancel() }
            do throws(SottoError) {
                try await body()
                return nil
            } catch {
                return error
            }
        }
        return try #require(await task.value)
    }

    @Test("what a task says that is cancelled already goes out all the same: a text, a post, and the deletion of each")
    func cancelledBefore() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bobby")
        let alice = try await Phone(house, as: "alice")
        let to = try #require(Handle(text: "bobby"))
        _ = try await alice.safety.safetyNumber(with: to)
        let town = try await alice.chats.createOpenConversation(.group, name: "Tea", members: [to]).conversation
        let account = alice.account
        let text = try await error { () async throws(SottoError) in
            try await account.chats.send("a text", to: to)
        }
        // It is on its way already, and nobody else begins anything.
        #expect(await alice.outbox.settle() == nil)
        let post = try await error { () async throws(SottoError) in
            try await account.chats.send("a post", to: .conversation(town))
        }
        #expect(await alice.outbox.settle() == nil)
        for error in [text, post] {
            #expect(error.code == .queued)
            let line = try #require(error.line)
            #expect(try await alice.chats.line(line)?.delivery == .accepted)
            #expect(try await alice.chats.line(line)?.message == error.message)
        }
        try await bob.fetch()
        #expect(try await bob.chats.lines(of: .conversation(town)).last?.text == "a post")
        for line in [text.line, post.line].compactMap(\.self) {
            let deletion = try await error { () async throws(SottoError) in try await account.chats.delete(line) }
            #expect(deletion.code == .queued && deletion.line == nil && deletion.message != nil)
            #expect(deletion.description.contains("deletion"))
            #expect(await alice.outbox.settle() == nil)
            #expect(try await alice.chats.line(line)?.removal == .deleted)
        }
        #expect(try await alice.outbox.lines().isEmpty)
        try await bob.fetch()
        #expect(try await bob.received().allSatisfy(\.isEmpty))
    }

    @Test("a deletion that waits is told as one", .timeLimit(.minutes(10)))
    func deletionWaits() async throws {
        let house = try await House()
        _ = try await Phone(house, as: "bobby")
        let fate = Fate()
        let alice = try await Phone(house, as: "alice", fate: fate)
        let sent = try await alice.send("hello", to: "bobby")
        fate.isOffline = true
        let deletion = await #expect(throws: SottoError.self) { try await alice.chats.delete(sent.id) }
        #expect(deletion?.code == .queued && deletion?.line == nil)
        #expect(deletion?.description.hasPrefix("The server has not taken the deletion yet.") == true)
        let send = await #expect(throws: SottoError.self) { try await alice.send("again", to: "bobby") }
        #expect(try await alice.outbox.lines().map(\.id) == [try #require(send?.line)])
    }

    @Test("who closes while sends are under way hears that each waits, and each comes once", .timeLimit(.minutes(10)))
    func closed() async throws {
        let house = try await House()
        let bob = try await Phone(house, as: "bobby")
        let fate = Fate()
        let alice = try await Phone(house, as: "alice", fate: fate)
        let to = try #require(Handle(text: "bobby"))
        _ = try await alice.safety.safetyNumber(with: to)
        let (reached, reaching) = AsyncStream<Void>.makeStream()
        let (released, releasing) = AsyncStream<Void>.makeStream()
        // The server has the first one already.
        fate.beforeAnswer = { (request) in
            guard request.method == "POST", request.path.hasPrefix("/v1/messages/") else { return }
            reaching.finish()
            for await _ in released {}
        }
        let texts = ["one", "three", "two"]
        let sending = texts.map { (text) in
            Task { [account = alice.account] in try await account.chats.send(text, to: to) }
        }
        for await _ in reached {}
        while try await alice.outbox.lines().count < texts.count { await Task.yield() }
        try await alice.restart(meanwhile: { releasing.finish() })
        var lines: Set<LineID> = []
        for task in sending {
            let error = await #expect(throws: SottoError.self) { try await task.value }
            #expect(error?.code == .queued && error?.message != nil)
            if let line = error?.line { lines.insert(line) }
        }
        #expect(try await Set(alice.outbox.lines().map(\.id)) == lines)
        #expect(lines.count == texts.count)
        // What was not written down is not kept.
        let old = alice.account
        try await alice.restart()
        await #expect(throws: SottoError(.closed)) { try await old.chats.send("four", to: to) }
        #expect(await alice.outbox.sendAll() == nil)
        try await bob.fetch()
        #expect(try await bob.received().sorted() == texts)
    }
}
