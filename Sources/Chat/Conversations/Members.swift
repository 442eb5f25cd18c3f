import Store
public import Wire

extension Turn {
    /// Adds accounts as members. Those who are members already are passed over.
    /// - Throws: `not-found`; `forbidden` below admin, and for a dm; `group-full`; `quota-exceeded`.
    public mutating func addMembers(
        _ accounts: [AccountID], to conversation: ConversationID, by caller: DeviceAddress
    ) throws(Problem) {
        grows(.posts)
        var row = try look.standing(of: caller.account, in: conversation, to: .addMembers).conversation
        var added: [AccountID] = []
        var seen: Set<AccountID> = []
        for (index, account) in accounts.enumerated() where seen.insert(account).inserted {
            guard try tables.account(account) != nil else {
                throw Problem(.notFound, "There is no such account.", field: "accounts[\(index)]")
            }
            if try tables.member(account, of: conversation) == nil { added.append(account) }
        }
        guard !added.isEmpty else { return }
        row.memberCount += UInt64(added.count)
        guard row.memberCount <= UInt64(Limits.membersMax) else {
            throw Problem(.groupFull, "At most \(Limits.membersMax) members.")
        }
        try charge(.members(added.count), to: caller.account)
        try tables.updateConversation(row)
        let head = try tables.head(of: conversation)
        for account in added {
            try tables.put(
                MemberRow(
                    conversation: conversation, account: account, role: .member, joinedAt: now, checkpoint: head,
                    addedBy: caller.account))
            after(.joined(account, conversation))
        }
        try append(.membersAdded(.init(accounts: added)), to: conversation, by: caller)
    }

    /// Removes a member, or lets the caller leave.
    /// - Throws: `not-found`; `forbidden` for a dm whose other account exists, and for who may not remove whom;
    ///   `last-owner`.
    public mutating func removeMember(
        _ account: AccountID, from conversation: ConversationID, by caller: DeviceAddress
    ) throws(Problem) {
        grows(.nothing)
        let standing = try look.standing(of: caller.account, in: conversation)
        let found = try tables.member(account, of: conversation)
        try standing.require(.removeMember(found))
        guard let target = found else { return }
        let row = standing.conversation
        if row.kind != .dm { try keepAnOwner(of: row, without: target) }
        try remove(target, by: caller)
    }

    /// Takes a member out; with the last one goes the conversation.
    mutating func remove(_ member: MemberRow, by sender: DeviceAddress) throws(Problem) {
        // Announced before the listener goes, so that the one who is removed hears of it.
        try append(.memberRemoved(.init(account: member.account)), to: member.conversation, by: sender)
        try tables.remove(MemberRow.byID, member.conversation, member.account)
        try release(member)
        after(.left(member.account, member.conversation))
        guard var row = try tables.conversation(member.conversation) else { return }
        row.memberCount -= min(1, row.memberCount)
        if row.memberCount == 0, try tables.rows(MemberRow.ofConversation, row.conversation, limit: 1).isEmpty {
            try dropImage(of: row.conversation)
            try tables.removeConversation(row.conversation)
        } else {
            try tables.updateConversation(row)
        }
    }

    /// Gives a member another role.
    /// - Throws: `not-found`; `forbidden` unless the caller is an owner; `last-owner`; `quota-exceeded`.
    public mutating func changeRole(
        of account: AccountID, to role: Role, in conversation: ConversationID, by caller: DeviceAddress
    ) throws(Problem) {
        grows(.posts)
        let row = try look.standing(of: caller.account, in: conversation, to: .changeRoles).conversation
        guard var target = try tables.member(account, of: conversation), try tables.account(account) != nil else {
            throw Problem(.notFound, "There is no such member.")
        }
        guard target.role != role else { return }
        try keepAnOwner(of: row, without: target)
        try charge(.entry(), to: caller.account)
        target.role = role
        try tables.put(target)
        try append(.roleChanged(.init(account: account, role: role)), to: conversation, by: caller)
    }

    /// The last member may always leave; the last owner may not leave others behind.
    private func keepAnOwner(of row: ConversationRow, without member: MemberRow) throws(Problem) {
        guard member.role == .owner, row.memberCount > 1 else { return }
        guard try tables.count(MemberRow.ofRole, row.conversation, .owner) > 1 else {
            throw Problem(.lastOwner, "Make another member an owner first.")
        }
    }
}

extension Look {
    /// The members, in the order of their account ids.
    public func members(
        of conversation: ConversationID, for account: AccountID, _ wish: PageWish = PageWish()
    ) throws(Problem) -> Page<MemberView> {
        _ = try standing(of: account, in: conversation, to: .read)
        return try tables.page(wish, MemberRow.ofConversation, conversation, by: \.account) { (row) throws(Problem) in
            // A deleted account is about to leave.
            try tables.account(row.account).map {
                MemberView(account: row.account, handle: $0.handle, role: row.role, joinedAt: row.joinedAt)
            }
        }
    }
}
