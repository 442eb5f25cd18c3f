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

    /// This account's conversations, open and sealed, in the order of their ids. Head, checkpoint and unread count
    /// are the server's word.
    public func conversations() async throws(ClientError) -> Listing<ConversationView> {
        try await listing(
            countMax: ClientLimits.listedItemsMax, by: \ConversationView.conversation
        ) { (query) async throws(ClientError) in
            try await self.run(Endpoints.conversations, query: query)
        }
    }

    /// One conversation of this account.
    public func conversation(_ conversation: ConversationID) async throws(ClientError) -> ConversationView {
        let view = try await run(Endpoints.conversation, conversation)
        guard view.conversation == conversation else { throw .unexpectedAnswer(status: 200) }
        return view
    }

    /// The newest entries of a conversation's log, or those after one, oldest first.
    /// - Throws: ``ClientError/unexpectedAnswer(status:)`` for entries of another conversation, out of order, or beyond
    ///   the head.
    public func log(
        of conversation: ConversationID, after seq: SequenceNumber? = nil, limit: Int = Limits.pageItemsDefault
    ) async throws(ClientError) -> LogPage {
        let after = seq.map { [Endpoints.afterSeq($0)] } ?? []
        let page = try await run(Endpoints.log, conversation, query: [Parameters.limit(UInt64(limit))] + after)
        var last = seq ?? SequenceNumber(0)
        for entry in page.items {
            guard entry.conversation == conversation, entry.seq > last, entry.seq <= page.head else {
                throw .unexpectedAnswer(status: 200)
            }
            last = entry.seq
        }
        return page
    }

    /// Moves this account's checkpoint forward, for all its devices: entries up to `seq` count as read.
    /// - Returns: where it stands: never before where it stood, nor behind the head.
    @discardableResult
    public func markRead(
        through seq: SequenceNumber, of conversation: ConversationID
    ) async throws(ClientError) -> SequenceNumber {
        try await run(Endpoints.moveCheckpoint, conversation, body: Checkpoint(seq: seq)).seq
    }

    /// From now on a listener tells every entry after `seq`, in order and without gaps, also across reconnects.
    public func follow(_ conversation: ConversationID, after seq: SequenceNumber) {
        followed[conversation] = max(seq, followed[conversation] ?? seq)
    }

    // MARK: Following

    /// A live entry: told when it is the next one; when entries are missing before it, those are asked for first.
    func announce(_ entry: LogEntry) async throws(ClientError) {
        guard let last = followed[entry.conversation] else { return tell(.conversation(entry)) }
        guard entry.seq > last else { return }
        if entry.seq.rawValue > last.rawValue + 1 { return try await catchUpOrTell(entry.conversation) }
        followed[entry.conversation] = entry.seq
        tell(.conversation(entry))
    }

    /// Tells what the followed conversations gained meanwhile.
    func catchUp() async throws(ClientError) {
        for conversation in followed.keys.sorted(by: { $0.description < $1.description }) {
            try await catchUpOrTell(conversation)
        }
    }

    /// A conversation that cannot be read any more keeps nobody from the others, and ends no listener.
    private func catchUpOrTell(
        _ conversation: ConversationID
    ) async throws(ClientError) {
        do throws(ClientError) {
            try await catchUp(conversation)
        } catch {
            guard !error.isPassing else { throw error }
            tell(.trouble(error))
        }
    }

    func catchUp(
        _ conversation: ConversationID
    ) async throws(ClientError) {
        while let last = followed[conversation] {
            let page = try await log(of: conversation, after: last, limit: Limits.pageItemsMax)
            // Heads never go back, after an accepted loss neither.
            guard page.head >= last else { return tell(.trouble(.conversationSetBack(conversation))) }
            for entry in page.items where entry.seq > followed[conversation] ?? last {
                followed[conversation] = entry.seq
                tell(.conversation(entry))
            }
            guard !page.items.isEmpty, let reached = followed[conversation], reached < page.head else { return }
        }
    }
}
