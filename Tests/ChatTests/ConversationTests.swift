import Store
import TestKit
import Testing
import Wire

@testable import Chat

@Suite struct ConversationTests {
    private let house = ChatHouse()

    @Test("a group is created with its members in one step, and everyone hears of it")
    func create() async throws {
        let (alice, bob, carol) = (
            try await house.person("alice"), try await house.person("bobby"), try await house.person("carol")
        )
        _ = house.takeEffects()
        let view = try await create(
            .init(kind: .group, mode: .open, name: "Tea", members: [bob.account, carol.account, bob.account]), by: alice
        )
        #expect(view.memberCount == 3)
        #expect(view.role == .owner)
        #expect(view.head == SequenceNumber(2), "created, then members added")
        var joined: [AccountID] = []
        var announced: [UInt64] = []
        for effect in house.takeEffects() {
            switch effect {
            case .joined(let account, view.conversation): joined.append(account)
            case .announce(let entry): announced.append(entry.seq.rawValue)
            default: Issue.record("unexpected \(effect)")
            }
        }
        #expect(Set(joined) == [alice.account, bob.account, carol.account])
        #expect(announced == [1, 2])
        let seen = try await look(view.conversation, as: carol)
        #expect(seen.role == .member && seen.unread == 2)
    }

    @Test("a list of one mode has those of that mode, each once, page by page, however many others lie between")
    func ofOneMode() async throws {
        let alice = try await house.person("alice")
        var open: Set<ConversationID> = []
        for number in 0..<40 {
            let mode: ConversationMode = number % 8 == 0 ? .open : .sealed
            let view = try await create(.init(kind: .group, mode: mode, members: []), by: alice)
            if mode == .open { open.insert(view.conversation) }
        }
        for limit in [1, 2, 5, 200] {
            var (listed, cursor, pages): ([ConversationID], String?, Int) = ([], nil, 0)
            repeat {
                let wish = PageWish(cursor: cursor, limit: limit)
                let page = try await house.chat.look { (look) throws(Problem) in
                    try look.conversations(of: alice.account, mode: .open, wish)
                }
                #expect(page.items.allSatisfy { $0.mode == .open } && page.items.count <= limit)
                listed += page.items.map(\.conversation)
                (cursor, pages) = (page.next, pages + 1)
            } while cursor != nil
            #expect(Set(listed) == open && listed.count == open.count)
            #expect(pages <= open.count / limit + 1, "others cost no pages")
        }
    }

    @Test("a group takes as many as it may, and not one more")
    func full() async throws {
        let (alice, bob, carol) = (
            try await house.person("alice"), try await house.person("bobby"), try await house.person("carol")
        )
        let view = try await create(.init(kind: .group, mode: .open, members: []), by: alice)
        let (id, caller) = (view.conversation, alice.address)
        try await house.chat.commit { (turn) throws(Problem) in
            guard var row = try turn.tables.conversation(id) else { throw Problem(.notFound, "no row") }
            // As if they were there: making 997 accounts takes minutes.
            row.memberCount = UInt64(Limits.membersMax) - 1
            try turn.tables.updateConversation(row)
        }
        let (both, one) = ([bob.account, carol.account], [bob.account])
        #expect(
            await problem {
                try await house.chat.commit { (turn) throws(Problem) in try turn.addMembers(both, to: id, by: caller) }
            } == .groupFull)
        try await house.chat.commit { (turn) throws(Problem) in try turn.addMembers(one, to: id, by: caller) }
        #expect(
            await problem {
                try await house.chat.commit { (turn) throws(Problem) in try turn.addMembers(both, to: id, by: caller) }
            } == .groupFull)
        #expect(try await look(id, as: bob).memberCount == UInt64(Limits.membersMax))
    }

    @Test("a dm of two accounts exists once, whoever asks")
    func dm() async throws {
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let first = try await create(.init(kind: .dm, members: [bob.account]), by: alice)
        let second = try await create(.init(kind: .dm, members: [alice.account]), by: bob)
        #expect(first.conversation == second.conversation)
        #expect(first.peer == bob.account && second.peer == alice.account)
        #expect(
            await problem { try await create(.init(kind: .dm, mode: .open, members: [bob.account]), by: alice) }
                == .malformed)
        #expect(await problem { try await create(.init(kind: .dm, members: []), by: alice) } == .malformed)
    }

    @Test("plain text never enters a sealed conversation, nor a sealed body an open one")
    func modes() async throws {
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let sealed = try await create(.init(kind: .group, members: [bob.account]), by: alice)
        let open = try await create(.init(kind: .channel, mode: .open, name: "News", members: [bob.account]), by: alice)
        #expect(
            await problem { try await post(.init(clientID: .random(), text: "hi"), to: sealed, by: alice) }
                == .plaintextInSealed)
        #expect(
            await problem { try await post(.init(clientID: .random(), body: [1]), to: open, by: alice) }
                == .sealedInOpen)
        #expect(
            await problem { try await create(.init(kind: .group, name: "Plain", members: []), by: alice) }
                == .requiresOpenMode)
        _ = try await post(.init(clientID: .random(), body: [1]), to: sealed, by: alice)
        _ = try await post(.init(clientID: .random(), text: "hi"), to: open, by: bob)
        let long = String(repeating: "é", count: Limits.textLengthMax)
        _ = try await post(.init(clientID: .random(), text: long), to: open, by: bob)
        #expect(
            await problem { try await post(.init(clientID: .random(), text: long + "x"), to: open, by: bob) }
                == .textTooLong)
    }

    @Test("a post is stored once under its client id, in gap-free order, and pages both ways")
    func log() async throws {
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let view = try await create(.init(kind: .group, mode: .open, members: [bob.account]), by: alice)
        let retried = ClientID.random()
        for index in 0..<10 {
            let clientID = index == 4 ? retried : .random()
            _ = try await post(.init(clientID: clientID, text: "\(index)"), to: view, by: index % 2 == 0 ? alice : bob)
        }
        let again = try await post(.init(clientID: retried, text: "other"), to: view, by: alice)
        #expect(again.isReplay && again.seq == SequenceNumber(7))
        #expect(try await texts(view, .newest, 3, as: bob) == ["7", "8", "9"])
        #expect(try await texts(view, .after(SequenceNumber(2)), 4, as: bob) == ["0", "1", "2", "3"])
        #expect(try await texts(view, .before(SequenceNumber(7)), 2, as: bob) == ["2", "3"])
        #expect(try await texts(view, .around(SequenceNumber(7)), 3, as: bob) == ["3", "4", "5"])
    }

    @Test("the checkpoint moves forward only, and unread counts from it")
    func checkpoint() async throws {
        let (alice, bob) = (try await house.person("alice"), try await house.person("bobby"))
        let view = try await create(.init(kind: .group, mode: .open, members: [bob.account]), by: alice)
        for index in 0..<5 { _ = try await post(.init(clientID: .random(), text: "\(index)"), to: view, by: alice) }
        #expect(try await look(view.conversation, as: bob).unread == 7)
        #expect(try await move(view, to: 4, as: bob) == 4)
        #expect(try await move(view, to: 2, as: bob) == 4)
        #expect(try await look(view.conversation, as: bob).unread == 3)
        #expect(try await move(view, to: 1000, as: bob) == 7)
    }

    @Test("a conversation one is not in does not exist, in words and in code")
    func hidden() async throws {
        let (alice, mallory) = (try await house.person("alice"), try await house.person("mallory"))
        let view = try await create(.init(kind: .group, mode: .open, members: []), by: alice)
        let absent = ConversationView.absent(like: view)
        for target in [view, absent] {
            #expect(await problem { try await look(target.conversation, as: mallory) } == .notFound)
            #expect(
                await problem { try await post(.init(clientID: .random(), text: "x"), to: target, by: mallory) }
                    == .notFound)
            #expect(await problem { try await texts(target, .newest, 5, as: mallory) } == .notFound)
            #expect(await problem { try await move(target, to: 1, as: mallory) } == .notFound)
            #expect(await problem { try await add([mallory], to: target, by: mallory) } == .notFound)
            #expect(await problem { try await remove(alice, from: target, by: mallory) } == .notFound)
        }
    }

    private func create(_ new: NewConversation, by person: Person) async throws -> ConversationView {
        let caller = person.address
        return try await house.chat.commit { (turn) throws(Problem) in try turn.createConversation(new, by: caller).view
        }
    }

    private func look(_ conversation: ConversationID, as person: Person) async throws -> ConversationView {
        let account = person.account
        return try await house.chat.look { (look) throws(Problem) in try look.conversation(conversation, for: account) }
    }

    @discardableResult
    private func post(_ request: PostRequest, to view: ConversationView, by person: Person) async throws -> Accepted {
        let (caller, conversation) = (person.address, view.conversation)
        return try await house.chat.commit { (turn) throws(Problem) in
            try turn.post(request, to: conversation, by: caller)
        }
    }

    private func texts(
        _ view: ConversationView, _ range: LogRange, _ limit: Int, as person: Person
    ) async throws -> [String] {
        let (account, conversation) = (person.account, view.conversation)
        let page = try await house.chat.look { (look) throws(Problem) in
            try look.log(of: conversation, for: account, range, limit: limit)
        }
        return page.items.compactMap { (entry) in
            if case .message(let message) = entry.event { message.text } else { nil }
        }
    }

    private func move(_ view: ConversationView, to seq: UInt64, as person: Person) async throws -> UInt64 {
        let (caller, conversation) = (person.address, view.conversation)
        return try await house.chat.commit { (turn) throws(Problem) in
            try turn.moveCheckpoint(to: SequenceNumber(seq), in: conversation, by: caller)
        }.seq.rawValue
    }

    private func add(_ people: [Person], to view: ConversationView, by person: Person) async throws {
        let (caller, conversation, accounts) = (person.address, view.conversation, people.map(\.account))
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.addMembers(accounts, to: conversation, by: caller)
        }
    }

    private func remove(_ target: Person, from view: ConversationView, by person: Person) async throws {
        let (caller, conversation, account) = (person.address, view.conversation, target.account)
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.removeMember(account, from: conversation, by: caller)
        }
    }

    private func change(_ target: Person, to role: Role, in view: ConversationView, by person: Person) async throws {
        let (caller, conversation, account) = (person.address, view.conversation, target.account)
        try await house.chat.commit { (turn) throws(Problem) in
            try turn.changeRole(of: account, to: role, in: conversation, by: caller)
        }
    }

    @Test("members add nobody, admins add and remove members, owners change roles, the last owner stays")
    func roles() async throws {
        let people = [
            try await house.person("owner"), try await house.person("admin"), try await house.person("member"),
            try await house.person("other"),
        ]
        let (owner, admin, member, other) = (people[0], people[1], people[2], people[3])
        let view = try await create(
            .init(kind: .group, mode: .open, members: [admin.account, member.account]), by: owner)
        #expect(await problem { try await add([other], to: view, by: member) } == .forbidden)
        #expect(await problem { try await change(admin, to: .admin, in: view, by: member) } == .forbidden)
        try await change(admin, to: .admin, in: view, by: owner)
        try await add([other, member], to: view, by: admin)
        #expect(try await look(view.conversation, as: other).memberCount == 4)
        #expect(await problem { try await remove(owner, from: view, by: admin) } == .forbidden)
        #expect(await problem { try await remove(owner, from: view, by: owner) } == .lastOwner)
        #expect(await problem { try await change(owner, to: .member, in: view, by: owner) } == .lastOwner)
        _ = house.takeEffects()
        try await remove(other, from: view, by: admin)
        guard case .announce? = house.takeEffects().first else {
            Issue.record("the removed member must hear of it before it stops listening")
            return
        }
        #expect(await problem { try await look(view.conversation, as: other) } == .notFound)
        try await change(admin, to: .owner, in: view, by: owner)
        try await remove(owner, from: view, by: owner)
        #expect(try await look(view.conversation, as: member).memberCount == 2)
    }
}

extension ConversationView {
    /// A view of a conversation that does not exist.
    fileprivate static func absent(like view: ConversationView) -> ConversationView {
        var absent = view
        absent.conversation = .random()
        return absent
    }
}
