import Wire

// Who is in an open conversation, and in which role.

extension Conversations {
    func members(of conversation: ConversationID) async throws(ClientError) -> Listing<ConversationMember> {
        let views = try await listing(
            countMax: ClientLimits.listedItemsMax, by: \MemberView.account
        ) { (query) async throws(ClientError) in
            try await signed.run(Endpoints.members, conversation, query: query)
        }
        var members: [ConversationMember] = []
        var asksLeft = ClientLimits.handlesAskedMax
        for view in views.items {
            var handle = try contacts.knownHandle(of: view.account)
            // A handle that is known already is another account's.
            if handle == nil, let claim = view.handle, asksLeft > 0, try read(.handle(claim)) == nil {
                asksLeft = try await isLearned(claim) ? asksLeft - 1 : 0
                handle = try contacts.knownHandle(of: view.account)
            }
            members.append(ConversationMember(view, handle: handle))
        }
        return Listing(items: members, isCut: views.isCut)
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

    func addMembers(_ members: [Handle], to conversation: ConversationID) async throws(ClientError) {
        var accounts: [AccountID] = []
        for handle in members { accounts.append(try await contacts.account(of: handle)) }
        try await signed.run(Endpoints.addMembers, conversation, body: NewMembers(accounts: accounts))
    }

    func leave(_ conversation: ConversationID) async throws(ClientError) {
        try await signed.run(Endpoints.removeMember, conversation, AccountReference.me)
    }

    func removeMember(_ account: AccountID, from conversation: ConversationID) async throws(ClientError) {
        try await signed.run(Endpoints.removeMember, conversation, AccountReference.other(account))
    }

    func setRole(
        _ role: Role, of account: AccountID, in conversation: ConversationID
    ) async throws(ClientError) {
        try await signed.run(Endpoints.changeRole, conversation, account, body: RoleChange(role: role))
    }
}
