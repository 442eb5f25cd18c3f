import Store
public import Wire

extension Turn {
    /// Creates a conversation with its members in one step; the caller owns it. A dm of two accounts exists once:
    /// asking again returns the one there is.
    /// - Throws: `unauthenticated` when the device was unlinked meanwhile, or the account deleted; `malformed` for a
    ///   name or member count that does not fit the kind or mode; `not-found` for a member who does not exist;
    ///   `group-full`; `requires-open-mode` for a plain name of a sealed conversation; `quota-exceeded`.
    public mutating func createConversation(
        _ new: NewConversation, by creator: DeviceAddress
    ) throws(Problem) -> (view: ConversationView, isNew: Bool) {
        grows(.posts)
        guard try tables.device(creator) != nil else {
            throw Problem(.unauthenticated, "This device is no longer linked.")
        }
        let others = try checked(new, by: creator)
        let pair = new.kind == .dm ? DMPair(creator.account, others[0]) : nil
        if let pair, let existing = try tables.dm(between: pair) {
            let view = try look.conversation(existing, for: creator.account)
            guard view.mode == new.mode else {
                throw Problem(
                    .malformed, "The dm exists as \(view.mode.rawValue), and a mode is for ever.", field: "mode")
            }
            return (view, false)
        }
        try charge(
            .entry(byteCount: new.name?.utf8.count ?? new.sealedName?.count ?? 0) + .members(others.count + 1),
            to: creator.account)
        let row = ConversationRow(
            conversation: .random(in: tables.shard), kind: new.kind, mode: new.mode, title: new.name,
            sealedName: new.sealedName, createdAt: now, memberCount: UInt64(others.count + 1), pair: pair)
        try tables.insertConversation(row)
        for account in [creator.account] + others {
            let role: Role = account == creator.account || new.kind == .dm ? .owner : .member
            try tables.put(
                MemberRow(
                    conversation: row.conversation, account: account, role: role, joinedAt: now,
                    checkpoint: SequenceNumber(0), addedBy: creator.account))
            after(.joined(account, row.conversation))
        }
        let created = ConversationEvent.Created(
            kind: new.kind, mode: new.mode, title: new.name, sealedName: new.sealedName)
        try append(.created(created), to: row.conversation, by: creator)
        if !others.isEmpty {
            try append(.membersAdded(.init(accounts: others)), to: row.conversation, by: creator)
        }
        return (try look.conversation(row.conversation, for: creator.account), true)
    }

    /// - Returns: the members besides the creator, each once.
    private func checked(_ new: NewConversation, by creator: DeviceAddress) throws(Problem) -> [AccountID] {
        if new.mode == .sealed, new.name != nil {
            throw Problem(.requiresOpenMode, "A sealed conversation takes a sealedName, not a name.", field: "name")
        }
        if new.mode == .open, new.sealedName != nil {
            throw Problem(.sealedInOpen, "An open conversation takes a name, not a sealedName.", field: "sealedName")
        }
        var seen: Set<AccountID> = [creator.account]
        let others = new.members.filter { seen.insert($0).inserted }
        switch new.kind {
        case .dm:
            guard others.count == 1, new.name == nil, new.sealedName == nil else {
                throw Problem(.malformed, "A dm has exactly one other member, and no name.", field: "members")
            }
        case .group, .channel, .later:
            guard others.count < Limits.membersMax else {
                throw Problem(.groupFull, "At most \(Limits.membersMax) members.", field: "members")
            }
        }
        for (index, account) in others.enumerated() where try tables.account(account) == nil {
            throw Problem(.notFound, "There is no such account.", field: "members[\(index)]")
        }
        return others
    }

    /// Writes a change into the log and announces it.
    @discardableResult
    mutating func append(
        _ event: ConversationEvent, to conversation: ConversationID, by sender: DeviceAddress,
        clientID: ClientID? = nil
    ) throws(Problem) -> AppendedEntry {
        let appended = try tables.append(
            EntryDraft(time: now, conversation: conversation, sender: sender, clientID: clientID, event: event))
        after(
            .announce(
                LogEntry(
                    conversation: conversation, seq: appended.seq, id: appended.id, time: now,
                    sender: DeviceAddressPayload(sender), event: event)))
        return appended
    }
}

extension Look {
    /// One conversation as a member sees it.
    /// - Throws: `not-found`, also for one that `account` is not in.
    public func conversation(
        _ conversation: ConversationID, for account: AccountID
    ) throws(Problem) -> ConversationView {
        let standing = try standing(of: account, in: conversation, to: .read)
        return try view(standing.conversation, standing.member)
    }

    /// Who writes with many has as many sealed ones, and few others: these are not to take a request for each hundred.
    private static let rowsPerPageMax = 2_000

    /// The caller's conversations, in the order of their ids.
    /// - Parameter mode: only those of this mode; a page may then be short, or empty, and go on all the same.
    public func conversations(
        of account: AccountID, mode: ConversationMode? = nil, _ wish: PageWish = PageWish()
    ) throws(Problem) -> Page<ConversationView> {
        let rowsMax = mode == nil ? 0 : Self.rowsPerPageMax
        return try tables.page(
            wish, MemberRow.ofAccount, account, by: \.conversation, rowsMax: rowsMax
        ) { (member) throws(Problem) in
            guard let row = try tables.conversation(member.conversation), mode == nil || mode == row.mode else {
                return nil
            }
            return try view(row, member)
        }
    }

    private func view(_ row: ConversationRow, _ member: MemberRow) throws(Problem) -> ConversationView {
        let head = try tables.head(of: row.conversation)
        let image = try tables.row(ConversationImageRow.ofConversation, row.conversation)?.image
        let peer = row.pair.map { $0.first == member.account ? $0.second : $0.first }
        return ConversationView(
            conversation: row.conversation, kind: row.kind, mode: row.mode, title: row.title,
            sealedName: row.sealedName, createdAt: row.createdAt, memberCount: row.memberCount, role: member.role,
            peer: peer, head: head, checkpoint: member.checkpoint,
            unread: try tables.seqCount(of: row.conversation, after: member.checkpoint, through: head),
            image: image?.media, sealedImage: image?.sealedImage)
    }
}
