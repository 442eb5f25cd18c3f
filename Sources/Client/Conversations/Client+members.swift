public import Wire

// Who is in an open conversation, and in which role.

extension Client {
    /// The members of a conversation, in the order of their ids.
    ///
    /// The handle that the server puts beside an account is looked up as if somebody had typed it, with all its proofs,
    /// and shown as known where it leads to that very account; at most ``ClientLimits/handlesAskedMax`` are.
    /// - Throws: ``ClientError/untrustedList(_:)`` and ``ClientError/untrustedLog(_:)`` where a look-up finds a lie;
    ///   what the server refuses the list with.
    public func members(of conversation: ConversationID) async throws(ClientError) -> Listing<ConversationMember> {
        let views = try await listing(
            countMax: ClientLimits.listedItemsMax, by: \MemberView.account
        ) { (query) async throws(ClientError) in
            try await self.run(Endpoints.members, conversation, query: query)
        }
        var members: [ConversationMember] = []
        var asksLeft = ClientLimits.handlesAskedMax
        for view in views.items {
            var handle = try knownHandle(of: view.account)
            // A handle that is known already is another account's.
            if handle == nil, let claim = view.handle, asksLeft > 0, try read(.handle(claim)) == nil {
                asksLeft = try await isLearned(claim) ? asksLeft - 1 : 0
                handle = try knownHandle(of: view.account)
            }
            members.append(ConversationMember(view, handle: handle))
        }
        return Listing(items: members, isCut: views.isCut)
    }

    /// What this device knows an account by: a handle that it has looked up and pinned. `nil` for all others.
    public func knownHandle(of account: AccountID) throws(ClientError) -> Handle? {
        guard let handle = try read(.contact(account))?.handle, try read(.handle(handle)) == account else { return nil }
        return handle
    }

    /// Looks a handle up.
    /// - Returns: whether it makes sense to look up more.
    private func isLearned(_ handle: Handle) async throws(ClientError) -> Bool {
        do throws(ClientError) {
            _ = try await account(of: handle)
            return true
        } catch .refused(let problem) where problem.code == .notFound {
            return true
        } catch {
            // A list of members without handles is better than none.
            guard error.isPassing else { throw error }
            return false
        }
    }

    /// Adds members; who is one already is passed over.
    /// - Parameter members: at most ``Limits/membersPerRequestMax``.
    public func addMembers(_ members: [Handle], to conversation: ConversationID) async throws(ClientError) {
        var accounts: [AccountID] = []
        for handle in members { accounts.append(try await account(of: handle)) }
        try await run(Endpoints.addMembers, conversation, body: NewMembers(accounts: accounts))
    }

    /// Leaves a conversation: the last member takes it along.
    /// - Throws: the server's refusal, `last-owner` where others would be left without an owner.
    public func leave(_ conversation: ConversationID) async throws(ClientError) {
        try await run(Endpoints.removeMember, conversation, AccountReference.me)
        followed[conversation] = nil
    }

    /// Removes a member.
    /// - Throws: the server's refusal, `forbidden` where the own role does not allow it.
    public func removeMember(_ account: AccountID, from conversation: ConversationID) async throws(ClientError) {
        try await run(Endpoints.removeMember, conversation, AccountReference.other(account))
    }

    /// Gives a member a role. A conversation may have several owners: who hands it over makes the other one an owner,
    /// then takes another role or leaves.
    /// - Throws: the server's refusal: `forbidden` where this account is no owner, `last-owner` where none would be
    ///   left.
    public func setRole(
        _ role: Role, of account: AccountID, in conversation: ConversationID
    ) async throws(ClientError) {
        try await run(Endpoints.changeRole, conversation, account, body: RoleChange(role: role))
    }
}
