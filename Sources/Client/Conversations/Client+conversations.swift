public import Wire

// Open conversations: what the server may read, for channels that want it so.

extension Client {
    /// Creates an open conversation with its members; this account is its owner.
    public func createOpenConversation(
        _ kind: ConversationKind, name: String?, members: [Handle]
    ) async throws(ClientError) -> ConversationView {
        var accounts: [AccountID] = []
        for handle in members { accounts.append(try await account(of: handle)) }
        let new = NewConversation(kind: kind, mode: .open, name: name, members: accounts)
        return try await run(Endpoints.createConversation, body: new)
    }

    /// Posts a text, media, or both. The same `clientID` again is stored once.
    /// - Parameters:
    ///   - text: may be empty where there are media.
    ///   - media: open media of this account and conversation, complete, at most ``Limits/mediaPerMessageMax``. They
    ///     live as long as the message.
    ///   - expiresIn: seconds after which the message deletes itself, within ``Limits/messageSeconds``.
    public func post(
        _ text: String, media: [MediaID] = [], expiresIn: UInt64? = nil, to conversation: ConversationID,
        clientID: ClientID = .random()
    ) async throws(ClientError) -> Accepted {
        guard !text.isEmpty || !media.isEmpty else { throw .emptyText }
        guard text.unicodeScalars.count <= Limits.textLengthMax else { throw .textTooLong }
        let request = PostRequest(
            clientID: clientID, text: text.isEmpty ? nil : text, media: media, expiresIn: expiresIn)
        return try await run(Endpoints.post, conversation, body: request)
    }

    /// Deletes a post for everybody, with its media. Doing it again changes nothing.
    public func deletePost(_ seq: SequenceNumber, of conversation: ConversationID) async throws(ClientError) {
        try await run(Endpoints.deleteMessage, conversation, seq)
    }

    /// A page of this account's conversations.
    /// - Parameter cursor: the `next` of the page before.
    public func conversations(cursor: String? = nil) async throws(ClientError) -> Page<ConversationView> {
        try await run(Endpoints.conversations, query: cursor.map { [Parameters.cursor($0)] } ?? [])
    }

    /// One conversation of this account.
    public func conversation(_ conversation: ConversationID) async throws(ClientError) -> ConversationView {
        try await run(Endpoints.conversation, conversation)
    }

    /// The newest entries of a conversation's log, or those after one, oldest first.
    public func log(
        of conversation: ConversationID, after seq: SequenceNumber? = nil, limit: Int = Limits.pageItemsDefault
    ) async throws(ClientError) -> LogPage {
        let after = seq.map { [Endpoints.afterSeq($0)] } ?? []
        return try await run(Endpoints.log, conversation, query: [Parameters.limit(UInt64(limit))] + after)
    }

    /// The first page of a conversation's members.
    public func members(of conversation: ConversationID) async throws(ClientError) -> Page<MemberView> {
        try await run(Endpoints.members, conversation)
    }

    /// Adds members; who is one already is passed over.
    public func addMembers(_ members: [Handle], to conversation: ConversationID) async throws(ClientError) {
        var accounts: [AccountID] = []
        for handle in members { accounts.append(try await account(of: handle)) }
        try await run(Endpoints.addMembers, conversation, body: NewMembers(accounts: accounts))
    }

    /// From now on a listener tells every entry after `seq`, in order and without gaps, also across reconnects.
    public func follow(_ conversation: ConversationID, after seq: SequenceNumber) {
        followed[conversation] = max(seq, followed[conversation] ?? seq)
    }

    // MARK: Following

    /// A live entry: told when it is the next one; when entries are missing before it, those are asked for first.
    func announce(_ entry: LogEntry, _ tell: @Sendable (ClientEvent) -> Void) async throws(ClientError) {
        guard let last = followed[entry.conversation] else { return tell(.conversation(entry)) }
        guard entry.seq > last else { return }
        if entry.seq.rawValue > last.rawValue + 1 { return try await catchUp(entry.conversation, tell) }
        followed[entry.conversation] = entry.seq
        tell(.conversation(entry))
    }

    /// Tells what the followed conversations gained meanwhile.
    func catchUp(_ tell: @Sendable (ClientEvent) -> Void) async throws(ClientError) {
        for conversation in followed.keys.sorted(by: { $0.description < $1.description }) {
            try await catchUp(conversation, tell)
        }
    }

    func catchUp(
        _ conversation: ConversationID, _ tell: @Sendable (ClientEvent) -> Void
    ) async throws(ClientError) {
        while let last = followed[conversation] {
            let page = try await log(of: conversation, after: last, limit: Limits.pageItemsMax)
            for entry in page.items where entry.seq > followed[conversation] ?? last {
                followed[conversation] = entry.seq
                tell(.conversation(entry))
            }
            guard !page.items.isEmpty, let reached = followed[conversation], reached < page.head else { return }
        }
    }
}
