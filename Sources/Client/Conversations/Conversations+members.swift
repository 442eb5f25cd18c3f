import Wire

// Who is in an open conversation, and in which role.

extension Conversations {
    /// Asks the server, and keeps what it says where the conversation is kept.
    func members(of conversation: ConversationID) async throws(ClientError) -> Listing<ConversationMember> {
        var views: Listing<MemberView>
        var state: SequenceNumber?
        var triesLeft = ClientLimits.memberTriesMax
        repeat {
            state = try stateNumber(conversation)
            triesLeft -= 1
            views = try await listing(
                countMax: ClientLimits.listedItemsMax, by: \MemberView.account
            ) { (query) async throws(ClientError) in
                try await signed.run(Endpoints.members, conversation, query: query)
            }
            // Members may have come and gone while it was under way.
        } while try stateNumber(conversation) != state && triesLeft > 0
        if state != nil { try keep(StoredMembers(views.items), of: conversation) }
        var asksLeft = ClientLimits.handlesAskedMax
        for view in views.items {
            guard let claim = view.handle, asksLeft > 0 else { continue }
            // A handle that is known already is another account's.
            if try contacts.knownHandle(of: view.account) == nil, try read(.handle(claim)) == nil {
                asksLeft = try await isLearned(claim) ? asksLeft - 1 : 0
            }
        }
        var members: [ConversationMember] = []
        for view in views.items { members.append(try member(view)) }
        return Listing(items: members, isCut: views.isCut)
    }

    private func stateNumber(_ conversation: ConversationID) throws(ClientError) -> SequenceNumber? {
        try read(.chat(.conversation(conversation)))?.conversation?.stateNumber
    }

    private func member(_ view: MemberView) throws(ClientError) -> ConversationMember {
        ConversationMember(view, handle: try contacts.knownHandle(of: view.account))
    }

    private func keep(_ members: StoredMembers, of conversation: ConversationID) throws(ClientError) {
        guard try read(.members(conversation)) != members else { return }
        var transaction = StoreTransaction()
        transaction.put(members, at: .members(conversation))
        transaction.touch(LinePlace(.conversation(conversation), 0))
        try commit(transaction)
    }

    /// Who is in a conversation, as far as it is known here; `nil` where the server was not asked yet.
    func knownMembers(of conversation: ConversationID) throws(ClientError) -> [ConversationMember]? {
        guard let views = try read(.members(conversation))?.members else { return nil }
        var members: [ConversationMember] = []
        for view in views { members.append(try member(view)) }
        return members
    }

    /// Looks a handle up.
    /// - Returns: whether it makes sense to look up more.
    private func isLearned(_ handle: Handle) async throws(ClientError) -> Bool {
        do throws(ClientError) {
            _ = try await contacts.account(of: handle)
            return true
        } catch .refused(let problem) where problem.code == .notFound {
            return true
        } catch {
            // A list of members without handles is better than none.
            guard error.isPassing else { throw error }
            return false
        }
    }

    func addMembers(_ members: [PersonReference], to conversation: ConversationID) async throws(ClientError) {
        var accounts: [AccountID] = []
        for handle in members { accounts.append(try await contacts.account(of: handle)) }
        try await signed.run(Endpoints.addMembers, conversation, body: NewMembers(accounts: accounts))
    }

    func leave(_ conversation: ConversationID) async throws(ClientError) {
        try await signed.run(Endpoints.removeMember, conversation, AccountReference.me)
    }

    func removeMember(_ member: PersonReference, from conversation: ConversationID) async throws(ClientError) {
        let account = try await contacts.account(of: member)
        try await signed.run(Endpoints.removeMember, conversation, AccountReference.other(account))
    }

    func setRole(
        _ role: Role, of member: PersonReference, in conversation: ConversationID
    ) async throws(ClientError) {
        let account = try await contacts.account(of: member)
        try await signed.run(Endpoints.changeRole, conversation, account, body: RoleChange(role: role))
    }
}
