import Wire

extension MemoryTables {
    func conversation(_ conversation: ConversationID) -> ConversationRow? { state.conversations[conversation] }

    func dm(between pair: DMPair) -> ConversationID? { state.dms[pair] }

    func member(_ account: AccountID, of conversation: ConversationID) -> MemberRow? {
        state.members[conversation]?[account]
    }

    func members(of conversation: ConversationID, after account: AccountID?, limit: Int) -> [MemberRow] {
        let all = (state.members[conversation] ?? [:]).values.filter { (row) in
            account.map { $0.precedes(row.account) } ?? true
        }
        return Array(all.sorted { $0.account.precedes($1.account) }.prefix(max(0, limit)))
    }

    func ownerCount(of conversation: ConversationID) -> Int {
        (state.members[conversation] ?? [:]).values.count { $0.role == .owner }
    }

    func memberships(of account: AccountID, after conversation: ConversationID?, limit: Int) -> [MemberRow] {
        let all = (state.memberships[account] ?? []).filter { (id) in conversation.map { $0.precedes(id) } ?? true }
        return all.sorted { $0.precedes($1) }.prefix(max(0, limit)).compactMap { member(account, of: $0) }
    }

    func insertConversation(_ row: ConversationRow) {
        writeCount += 1
        precondition(state.conversations[row.conversation] == nil, "a conversation stands twice")
        if let pair = row.pair {
            precondition(state.dms[pair] == nil, "two accounts with two dms")
            state.dms[pair] = row.conversation
        }
        state.conversations[row.conversation] = row
        state.logs[row.conversation] = .init()
    }

    func updateConversation(_ row: ConversationRow) {
        writeCount += 1
        let before = state.conversations[row.conversation]
        precondition(before != nil, "an update of no conversation")
        precondition(before?.pair == row.pair, "a dm is between the same two accounts for ever")
        state.conversations[row.conversation] = row
    }

    func putMember(_ row: MemberRow) {
        writeCount += 1
        precondition(state.conversations[row.conversation] != nil, "a member of no conversation")
        precondition(state.accounts[row.account] != nil, "a member who has no account")
        state.members[row.conversation, default: [:]][row.account] = row
        state.memberships[row.account, default: []].insert(row.conversation)
    }

    func removeMember(_ account: AccountID, of conversation: ConversationID) {
        writeCount += 1
        state.members[conversation]?[account] = nil
        state.memberships[account]?.remove(conversation)
    }
}
