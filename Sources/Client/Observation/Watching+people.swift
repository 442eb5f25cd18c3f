import Wire

// Who is there: whom this device knows, and who is in an open conversation.

extension Watching {
    /// Everybody whom this device has met, by handle; those without one by account, behind them.
    func people() throws(ClientError) -> [Person] {
        let own = try ownAddress().account
        var people: [Person] = []
        for (key, contact) in try readableValues(in: .contacts) {
            guard let account = key.placeName.flatMap({ AccountID(text: $0) }), account != own else { continue }
            people.append(
                Person(
                    account: account, handle: contact.handle,
                    verification: contact.verifiedAt == nil
                        ? .unverified : try safetyNumbers.verification(ofAccount: account)))
        }
        return people.sorted { (left, right) in
            switch (left.handle, right.handle) {
            case (let left?, let right?): left.text < right.text
            case (_?, nil): true
            case (nil, _?): false
            case (nil, nil): ChatID.person(left.account) < ChatID.person(right.account)
            }
        }
    }

    func watchPeople() -> AsyncStream<[Person]> { watch(\.peopleSource, (try? people()) ?? []) }

    /// Who is in a conversation, as far as it is known here; the server is asked beside that.
    func watchMembers(of id: ConversationID) -> AsyncStream<[ConversationMember]> {
        guard !ground.isClosed else { return AsyncStream { $0.finish() } }
        let source = memberSources[id] ?? Source()
        memberSources[id] = source
        let present = (try? conversations.knownMembers(of: id)) ?? []
        let stream = source.watch(present) { [errands = ground.errands] (watcher) in
            errands.begin { (rooms) in rooms.watching.forget(watcher, ofMembersOf: id) }
        }
        refreshMembers(of: id)
        return stream
    }

    private func forget(_ watcher: UInt64, ofMembersOf id: ConversationID) {
        guard let source = memberSources[id] else { return }
        source.forget(watcher)
        guard !source.isWatched else { return }
        memberSources[id] = nil
        namesAsked[id] = nil
    }

    /// What was missed while there was no connection.
    func refreshMembers() {
        for id in memberSources.keys { refreshMembers(of: id) }
    }

    func refreshMembers(of id: ConversationID) {
        ground.errands.begin { (rooms) in
            guard !rooms.ground.isClosed, (try? await rooms.logs.learn(id)) != nil,
                (try? await rooms.conversations.members(of: id)) != nil
            else { return }
            rooms.watching.tellMembers(of: [id])
        }
    }

    /// What was done here is shown here, also where nobody listens.
    func acted(in id: ConversationID) {
        guard connectionState != .live else { return }
        if memberSources[id] != nil { refreshMembers(of: id) }
        // Nothing where nobody looks.
        ground.errands.begin { (rooms) in try? await rooms.logs.catchUp(id) }
    }

    func tellMembers(of ids: Set<ConversationID>) {
        for id in ids {
            guard let source = memberSources[id] else { continue }
            // Of one whose log was set back nobody is known for a while: what was shown stays for so long.
            guard let members = try? conversations.knownMembers(of: id) else { continue }
            source.set(members)
            askNames(of: members, in: id)
        }
    }

    /// The log says who has come, and not what they are called: of each the server is asked once.
    private func askNames(of members: [ConversationMember], in id: ConversationID) {
        let nameless = Set(members.filter { $0.handle == nil && $0.claimedHandle == nil }.map(\.account))
        let asked = namesAsked[id] ?? []
        // One who has left, and comes again, is asked for again.
        namesAsked[id] = nameless
        if connectionState == .live, !nameless.isSubset(of: asked) { refreshMembers(of: id) }
    }
}
