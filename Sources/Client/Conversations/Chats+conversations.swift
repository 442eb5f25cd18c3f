public import Wire

// Open conversations: what the server may read, for channels that want it so.

extension Chats {
    /// Makes an image that of an open conversation, for its members to see. The one before is deleted.
    /// - Parameter progress: called now and then, from any thread.
    /// - Throws: ``SottoError/Code/image(_:)``; ``SottoError/Code/file(_:)``; what the server refuses with, `forbidden`
    ///   below admin, `requires-open-mode` for a sealed conversation.
    public func setImage(
        _ path: String, of conversation: ConversationID, progress: @Sendable (FileProgress) -> Void = { _ in }
    ) async throws(SottoError) -> MediaID {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.pictures.setImage(path, of: conversation, progress: progress)
        }
    }

    /// Deletes the image of a conversation, where there is one.
    public func removeImage(of conversation: ConversationID) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.pictures.removeImage(of: conversation)
        }
    }

    /// Creates an open conversation with its members; this account is its owner.
    public func createOpenConversation(
        _ kind: ConversationKind, name: String?, members: [any PersonName]
    ) async throws(SottoError) -> ConversationView {
        let people = members.map { $0.personReference }
        return try await owner.ask { (rooms) async throws(ClientError) in
            let view = try await rooms.conversations.createOpenConversation(kind, name: name, members: people)
            try rooms.logs.adopt(view)
            return view
        }
    }

    /// This account's conversations, open and sealed, in the order of their ids. Head, checkpoint and unread count
    /// are the server's word.
    public func conversations() async throws(SottoError) -> Listing<ConversationView> {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.conversations.conversations() }
    }

    /// One conversation of this account.
    public func conversation(_ conversation: ConversationID) async throws(SottoError) -> ConversationView {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.conversations.conversation(conversation)
        }
    }

    /// Moves this account's checkpoint forward, for all its devices: entries up to `seq` count as read.
    /// - Returns: where it stands: never before where it stood, nor behind the head.
    @discardableResult
    public func markRead(
        through seq: SequenceNumber, of conversation: ConversationID
    ) async throws(SottoError) -> SequenceNumber {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.conversations.markRead(through: seq, of: conversation)
        }
    }

    /// From now on everything that is said in a conversation is fetched at each connect, also after a restart, and
    /// told: each line once and in order. Without that a listener hears what comes while it is connected, and a
    /// timeline fetches the rest.
    ///
    /// What was said before is not told. Of more than 5,000 entries that were missed the first are told, then
    /// ``SottoEvent/passedOver(_:through:)``, then the newest page.
    /// - Throws: ``SottoError/Code/noSuchChat`` for one that is not open; what the server refuses with.
    public func follow(_ conversation: ConversationID) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.logs.follow(conversation) }
    }

    /// What is said meanwhile is not fetched any more by itself.
    public func unfollow(_ conversation: ConversationID) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.logs.unfollow(conversation) }
    }

    /// Who is in a conversation, in the order of their ids: first as far as it is known here, then as the server says,
    /// then as it changes. ``members(of:)`` says how handles are known.
    public func memberList(of conversation: ConversationID) -> Observed<[ConversationMember]> {
        Observed { [owner] in await owner.run { (rooms) in rooms.watching.watchMembers(of: conversation) } }
    }

    /// The members of a conversation, in the order of their ids.
    ///
    /// The handle that the server puts beside an account is looked up as if somebody had typed it, with all its proofs,
    /// and shown as known where it leads to that very account; at most 50 are.
    /// - Throws: ``SottoError/Code/untrustedKeys`` and ``SottoError/Code/untrustedLog`` where a look-up finds a lie;
    ///   what the server refuses the list with.
    public func members(of conversation: ConversationID) async throws(SottoError) -> Listing<ConversationMember> {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.conversations.members(of: conversation)
        }
    }

    /// Adds members; who is one already is passed over.
    /// - Parameter members: at most ``Limits/membersPerRequestMax``.
    public func addMembers(_ members: [any PersonName], to conversation: ConversationID) async throws(SottoError) {
        let people = members.map { $0.personReference }
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.conversations.addMembers(people, to: conversation)
            rooms.watching.acted(in: conversation)
        }
    }

    /// Leaves a conversation: the last member takes it along.
    /// - Throws: the server's refusal, `last-owner` where others would be left without an owner.
    public func leave(_ conversation: ConversationID) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.conversations.leave(conversation)
            try rooms.logs.noteOver(conversation)
        }
    }

    /// Removes a member.
    /// - Throws: the server's refusal, `forbidden` where the own role does not allow it.
    public func removeMember(
        _ member: some PersonName, from conversation: ConversationID
    ) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.conversations.removeMember(member.personReference, from: conversation)
            rooms.watching.acted(in: conversation)
        }
    }

    /// Gives a member a role. A conversation may have several owners: who hands it over makes the other one an owner,
    /// then takes another role or leaves.
    /// - Throws: the server's refusal: `forbidden` where this account is no owner, `last-owner` where none would be
    ///   left.
    public func setRole(
        _ role: Role, of member: some PersonName, in conversation: ConversationID
    ) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.conversations.setRole(role, of: member.personReference, in: conversation)
            rooms.watching.acted(in: conversation)
        }
    }

    /// Pins a message of an open conversation for all its members; one that is pinned stays as it is.
    public func pin(_ seq: SequenceNumber, of conversation: ConversationID) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.conversations.pin(seq, of: conversation)
            rooms.watching.acted(in: conversation)
        }
    }

    /// Takes the pin of a message away; without one nothing changes.
    public func unpin(_ seq: SequenceNumber, of conversation: ConversationID) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.conversations.unpin(seq, of: conversation)
            rooms.watching.acted(in: conversation)
        }
    }

    /// The pinned messages of an open conversation, in the order of its log; at most ``Limits/pinsMax``.
    public func pins(of conversation: ConversationID) async throws(SottoError) -> [PinView] {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.conversations.pins(of: conversation)
        }
    }
}
