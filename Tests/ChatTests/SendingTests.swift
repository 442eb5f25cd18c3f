import Dispatch
import Store
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct SendingTests {
    @Test("an accepted message waits in the recipient's queue, numbered, and is announced once")
    func accepted() async throws {
        let house = ChatHouse()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        _ = house.takeEffects()
        for index: UInt8 in 1...3 {
            let accepted = try await send(house, from: alice, to: bob, [bob.device.copy([index])])
            #expect(!accepted.isReplay)
            #expect(accepted.seq == nil, "there is no dm yet")
        }
        let page = try await queue(house, of: bob)
        #expect(page.items.map(\.body) == [[1], [2], [3]])
        #expect(page.items.compactMap(\.number?.rawValue) == [1, 2, 3])
        #expect(page.items.allSatisfy { $0.sender?.address == alice.address })
        #expect(page.next == nil)
        let live = house.takeEffects().compactMap { (effect) -> Envelope? in
            if case .deliver(let envelope, bob.address) = effect { envelope } else { nil }
        }
        #expect(live == page.items)
    }

    @Test("the same client id again is answered the same and stored once, also 100 at once")
    func idempotent() async throws {
        let house = ChatHouse()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let clientID = ClientID.random()
        let answers = try await withThrowingTaskGroup(of: Accepted.self) { (group) in
            for _ in 0..<100 {
                group.addTask {
                    try await self.send(house, from: alice, to: bob, [bob.device.copy([9])], clientID: clientID)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers.map(\.id)).count == 1)
        #expect(answers.filter { !$0.isReplay }.count == 1)
        #expect(try await queue(house, of: bob).items.count == 1)
    }

    @Test("a stale device list is refused with the exact difference, and nothing is stored")
    func mismatched() async throws {
        let house = ChatHouse()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let ghost = PersonDevice(account: bob.account, number: 7, now: house.now)
        var stale = bob.device.copy([1])
        stale.registrationID = try #require(RegistrationID(bob.device.registrationID.rawValue % 16_383 + 1))
        do {
            _ = try await send(house, from: alice, to: bob, [stale, ghost.copy([1])])
            Issue.record("accepted")
        } catch let problem as Problem {
            #expect(problem.code == .mismatchedDevices)
            #expect(problem.devices == DeviceMismatch(missing: [], extra: [DeviceID(7)], stale: [DeviceID(1)]))
        }
        #expect(await problem { try await send(house, from: alice, to: bob, []) } == .mismatchedDevices)
        #expect(try await queue(house, of: bob).items.isEmpty)
    }

    @Test("an unknown account and an unlinked sender are refused")
    func unknown() async throws {
        let house = ChatHouse()
        let alice = try await house.person("alice")
        let stranger = Person("stranger", now: house.now)
        #expect(
            await problem { try await send(house, from: alice, to: stranger, [stranger.device.copy([1])]) } == .notFound
        )
        #expect(
            await problem { try await send(house, from: stranger, to: alice, [alice.device.copy([1])]) }
                == .unauthenticated)
    }

    @Test("with a dm, a pairwise send takes the next seq of it")
    func dm() async throws {
        let house = ChatHouse()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let caller = alice.address
        let new = NewConversation(kind: .dm, members: [bob.account])
        let view = try await house.chat.commit { (turn) throws(Problem) in
            try turn.createConversation(new, by: caller).view
        }
        let accepted = try await send(house, from: bob, to: alice, [alice.device.copy([1])])
        #expect(accepted.conversation == view.conversation)
        #expect(accepted.seq?.rawValue == view.head.rawValue + 1)
        let after = try await house.chat.look { (look) throws(Problem) in
            try look.conversation(view.conversation, for: caller.account)
        }
        #expect(after.head == accepted.seq)
    }

    @Test("an ephemeral message is passed on and never stored")
    func ephemeral() async throws {
        let house = ChatHouse()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        _ = house.takeEffects()
        let request = SendRequest(clientID: .random(), copies: [bob.device.copy([5])], isEphemeral: true)
        let (sender, recipient) = (alice.address, bob.account)
        let accepted = try await house.chat.pass(byteCount: 1) { (look) throws(Problem) in
            try look.pass(request, from: sender, to: recipient)
        }
        let passed = try #require(house.takePassed().first)
        #expect(passed.recipient == bob.address && passed.envelope.body == [5])
        #expect(passed.envelope.number == nil && passed.envelope.id == accepted.id && accepted.id == MessageID(0))
        #expect(house.takeEffects().isEmpty)
        #expect(try await queue(house, of: bob).items.isEmpty)
    }

    @Test("ephemeral messages that are being checked take a bounded room, whoever sends them")
    func ephemeralRoom() async throws {
        let house = ChatHouse()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let (sender, recipient) = (alice.address, bob.account)
        let request = SendRequest(clientID: .random(), copies: [bob.device.copy([5])], isEphemeral: true)
        let (begun, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let first = house.chat.pass(byteCount: 16 << 20) { (look) throws(Problem) in
            begun.signal()
            end.wait()
            return try look.pass(request, from: sender, to: recipient)
        }
        while begun.wait(timeout: .now()) == .timedOut { await Task.yield() }
        #expect(
            await problem {
                try await house.chat.pass(byteCount: 1) { (look) throws(Problem) in
                    try look.pass(request, from: sender, to: recipient)
                }
            } == .overloaded)
        end.signal()
        _ = try await first
        _ = try await house.chat.pass(byteCount: 1) { (look) throws(Problem) in
            try look.pass(request, from: sender, to: recipient)
        }
        #expect(house.takePassed().count == 2)
    }

    @Test("what is delivered is gone, and numbers go on from there")
    func delivered() async throws {
        let house = ChatHouse()
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        for index: UInt8 in 1...5 { _ = try await send(house, from: alice, to: bob, [bob.device.copy([index])]) }
        let device = bob.address
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.tables.trimQueue(of: device, through: QueueNumber(3))
        }
        #expect(try await queue(house, of: bob).items.map(\.body) == [[4], [5]])
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.tables.trimQueue(of: device, through: QueueNumber(99))
        }
        #expect(try await queue(house, of: bob).items.isEmpty)
        _ = try await send(house, from: alice, to: bob, [bob.device.copy([6])])
        #expect(try await queue(house, of: bob).items.compactMap(\.number?.rawValue) == [6])
    }

    private func send(
        _ house: ChatHouse, from sender: Person, to recipient: Person, _ copies: [DeviceCopy],
        clientID: ClientID = .random()
    ) async throws -> Accepted {
        let request = SendRequest(clientID: clientID, copies: copies)
        let (from, to) = (sender.address, recipient.account)
        return try await house.chat.commit { (turn) throws(Problem) in try turn.send(request, from: from, to: to) }
    }

    private func queue(_ house: ChatHouse, of person: Person) async throws -> Page<Envelope> {
        let device = person.address
        return try await house.chat.look { (look) throws(Problem) in
            try look.queue(of: device, after: QueueNumber(0), limit: 100)
        }
    }
}
