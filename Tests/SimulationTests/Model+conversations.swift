import Store
import Wire

/// Conversations, their members and their logs.
extension Model {
    private func membership(
        of account: AccountID, in id: ConversationID
    ) throws(Refused) -> (Conversation, Member) {
        guard accounts[account] != nil, let conversation = conversations[id],
            let member = conversation.members[account]
        else { throw Refused(.notFound) }
        return (conversation, member)
    }

    private mutating func append(
        _ event: ConversationEvent, to id: ConversationID, by sender: DeviceAddress, at now: Timestamp
    ) {
        let entry = Entry(time: now, sender: sender, event: event)
        conversations[id]?.log.append(entry)
        guard let conversation = conversations[id] else { return }
        let told = logEntry(entry, seq: conversation.head, of: id, id: MessageID(0))
        news.append((told, Set(conversation.members.keys)))
    }

    mutating func create(
        _ new: NewConversation, by creator: DeviceAddress, at now: Timestamp, _ reply: Reply?
    ) throws {
        guard hasDevice(creator) else { throw Refused(.unauthenticated) }
        var others: [AccountID] = []
        for account in new.members where account != creator.account && !others.contains(account) {
            others.append(account)
        }
        if new.kind == .dm, others.count != 1 { throw Refused(.malformed) }
        guard others.allSatisfy({ accounts[$0] != nil }) else { throw Refused(.notFound) }
        let pair = new.kind == .dm ? DMPair(creator.account, others[0]) : nil
        if let pair, let known = conversations.first(where: { $0.value.pair == pair })?.key {
            _ = try membership(of: creator.account, in: known)
            guard case .conversation(let view, let isNew) = reply else { return }
            return try require(!isNew && view.conversation == known, "a dm was made twice")
        }
        guard case .conversation(let view, let isNew) = reply else { return }
        try require(isNew && conversations[view.conversation] == nil, "a new conversation is an old one")
        var made = Conversation(kind: new.kind, mode: new.mode, members: [:], pair: pair)
        for account in [creator.account] + others {
            let role: Role = account == creator.account || new.kind == .dm ? .owner : .member
            made.members[account] = Member(role: role, joinedAt: now, checkpoint: 0)
        }
        conversations[view.conversation] = made
        conversationOrder.append(view.conversation)
        let created = ConversationEvent.Created(kind: new.kind, mode: new.mode, title: new.name, sealedName: nil)
        append(.created(created), to: view.conversation, by: creator, at: now)
        if !others.isEmpty {
            append(.membersAdded(.init(accounts: others)), to: view.conversation, by: creator, at: now)
        }
        try check(view, for: creator.account)
    }

    mutating func post(
        _ request: PostRequest, to id: ConversationID, by sender: DeviceAddress, at now: Timestamp, _ reply: Reply?
    ) throws {
        if try replays(request.clientID, of: sender, at: now, reply) { return }
        guard hasDevice(sender) else { throw Refused(.unauthenticated) }
        let (conversation, _) = try membership(of: sender.account, in: id)
        if conversation.kind == .dm, !hasPeer(conversation, of: sender.account) { throw Refused(.forbidden) }
        if conversation.mode == .sealed { throw Refused(.plaintextInSealed) }
        guard let accepted = try fresh(reply, request.clientID, at: now) else { return }
        let end = request.expiresIn.map { now.adding(seconds: $0) }
        let message = ConversationEvent.Message(
            clientID: request.clientID, text: request.text, body: nil, expiresAt: end)
        append(.message(message), to: id, by: sender, at: now)
        let seq = conversation.head + 1
        try require(
            accepted.conversation == id && accepted.seq?.rawValue == seq,
            "post \(request.clientID.bytes.low) took \(accepted.seq?.rawValue ?? 0), and not \(seq)")
        if let end { expiring[Place(conversation: id, seq: seq)] = end }
        remember(accepted, of: sender)
    }

    private func hasPeer(_ conversation: Conversation, of account: AccountID) -> Bool {
        guard let pair = conversation.pair else { return false }
        return accounts[pair.first == account ? pair.second : pair.first] != nil
    }

    mutating func add(
        _ new: [AccountID], to id: ConversationID, by caller: DeviceAddress, at now: Timestamp
    ) throws {
        let (conversation, own) = try membership(of: caller.account, in: id)
        guard conversation.kind != .dm, own.role >= .admin else { throw Refused(.forbidden) }
        guard new.allSatisfy({ accounts[$0] != nil }) else { throw Refused(.notFound) }
        let added = new.filter { conversation.members[$0] == nil }
        guard !added.isEmpty else { return }
        for account in added {
            conversations[id]?.members[account] = Member(role: .member, joinedAt: now, checkpoint: conversation.head)
        }
        append(.membersAdded(.init(accounts: added)), to: id, by: caller, at: now)
    }

    mutating func remove(
        _ account: AccountID, from id: ConversationID, by caller: DeviceAddress, at now: Timestamp
    ) throws {
        let (conversation, own) = try membership(of: caller.account, in: id)
        if conversation.kind == .dm, hasPeer(conversation, of: caller.account) { throw Refused(.forbidden) }
        guard let target = conversation.members[account] else { throw Refused(.notFound) }
        guard account == caller.account || (own.role >= .admin && own.role > target.role) else {
            throw Refused(.forbidden)
        }
        if conversation.kind != .dm { try keepAnOwner(of: conversation, without: target) }
        takeOut(account, from: id, by: caller, at: now)
    }

    private mutating func takeOut(
        _ account: AccountID, from id: ConversationID, by sender: DeviceAddress, at now: Timestamp
    ) {
        append(.memberRemoved(.init(account: account)), to: id, by: sender, at: now)
        conversations[id]?.members[account] = nil
        if conversations[id]?.members.isEmpty == true { conversations[id] = nil }
    }

    mutating func changeRole(
        of account: AccountID, to role: Role, in id: ConversationID, by caller: DeviceAddress, at now: Timestamp
    ) throws {
        let (conversation, own) = try membership(of: caller.account, in: id)
        guard conversation.kind != .dm, own.role == .owner else { throw Refused(.forbidden) }
        guard let target = conversation.members[account], accounts[account] != nil else { throw Refused(.notFound) }
        guard target.role != role else { return }
        try keepAnOwner(of: conversation, without: target)
        conversations[id]?.members[account]?.role = role
        append(.roleChanged(.init(account: account, role: role)), to: id, by: caller, at: now)
    }

    private func keepAnOwner(of conversation: Conversation, without member: Member) throws(Refused) {
        guard member.role == .owner, conversation.members.count > 1 else { return }
        let ownerCount = conversation.members.values.count { $0.role == .owner }
        if ownerCount < 2 { throw Refused(.lastOwner) }
    }

    mutating func move(
        to seq: UInt64, in id: ConversationID, by caller: DeviceAddress, _ reply: Reply?
    ) throws {
        let (conversation, own) = try membership(of: caller.account, in: id)
        let target = max(own.checkpoint, min(seq, conversation.head))
        conversations[id]?.members[caller.account]?.checkpoint = target
        if case .checkpoint(let said) = reply {
            try require(said.rawValue == target, "a checkpoint stands at \(said), and not at \(target)")
        }
    }

    // MARK: Deleting

    mutating func delete(
        _ seq: UInt64, of id: ConversationID, by caller: DeviceAddress, at now: Timestamp
    ) throws {
        let (conversation, own) = try membership(of: caller.account, in: id)
        guard seq > 0, seq <= conversation.head, let entry = conversation.log[Int(seq) - 1],
            case .message(let message) = entry.event
        else { throw Refused(.notFound) }
        guard entry.sender.account == caller.account || (conversation.kind != .dm && own.role >= .admin) else {
            throw Refused(.forbidden)
        }
        guard !message.isDeleted else { return }
        redact(Place(conversation: id, seq: seq), reason: nil, by: caller, at: now)
    }

    private mutating func redact(
        _ place: Place, reason: DeletionReason?, by caller: DeviceAddress?, at now: Timestamp
    ) {
        expiring[place] = nil
        guard let entry = conversations[place.conversation]?.log[Int(place.seq) - 1],
            case .message(let message) = entry.event, !message.isDeleted
        else { return }
        conversations[place.conversation]?.log[Int(place.seq) - 1]?.event = .message(message.tombstone)
        append(
            .messageDeleted(.init(seq: SequenceNumber(place.seq), reason: reason)), to: place.conversation,
            by: caller ?? entry.sender, at: now)
    }

    mutating func sweepMessages(at now: Timestamp) {
        let due = expiring.filter { $0.value <= now }
            .sorted { ($0.value.milliseconds, $0.key.seq) < ($1.value.milliseconds, $1.key.seq) }
        for (place, _) in due { redact(place, reason: .expired, by: nil, at: now) }
    }

    /// One step of what is left of a deleted account.
    mutating func erase(_ row: DoomedAccountRow, at now: Timestamp) {
        let own = conversations.filter { $0.value.members[row.account] != nil }.keys
            .sorted { ($0.bytes.high, $0.bytes.low) < ($1.bytes.high, $1.bytes.low) }
        guard !own.isEmpty else { return doomed.removeAll { $0.account == row.account } }
        for id in own {
            guard let conversation = conversations[id], let member = conversation.members[row.account] else { continue }
            let ownerCount = conversation.members.values.count { $0.role == .owner }
            if member.role == .owner, ownerCount == 1, let heir = heir(of: conversation) {
                conversations[id]?.members[heir]?.role = .owner
                append(.roleChanged(.init(account: heir, role: .owner)), to: id, by: row.address, at: now)
            }
            takeOut(row.account, from: id, by: row.address, at: now)
        }
    }

    private func heir(of conversation: Conversation) -> AccountID? {
        conversation.members.filter { accounts[$0.key] != nil }.min { (left, right) in
            if left.value.role != right.value.role { return left.value.role > right.value.role }
            if left.value.joinedAt != right.value.joinedAt { return left.value.joinedAt < right.value.joinedAt }
            return (left.key.bytes.high, left.key.bytes.low) < (right.key.bytes.high, right.key.bytes.low)
        }?.key
    }

    /// A conversation as somebody sees it.
    func check(_ view: ConversationView, for account: AccountID) throws(Violation) {
        guard let conversation = conversations[view.conversation], let member = conversation.members[account] else {
            throw Violation("a conversation is shown to somebody who is no member")
        }
        let name = name(of: view.conversation)
        try require(view.head.rawValue == conversation.head, "\(name) ends at \(view.head), not \(conversation.head)")
        try require(
            view.memberCount == UInt64(conversation.members.count), "\(name) counts \(view.memberCount) members")
        try require(view.role == member.role, "a role in \(name) is \(view.role.rawValue)")
        try require(
            view.checkpoint.rawValue == member.checkpoint && view.unread == conversation.head - member.checkpoint,
            "\(name) has \(view.unread) unread after \(view.checkpoint), not after \(member.checkpoint)")
    }
}
