import Wire

/// Open conversations: what the server may read, for channels that want it so.
final class Conversations: Room {
    let signed: SignedCalls
    let contacts: Contacts
    let openUploads: OpenUploads
    /// The last entry that was told of each conversation that is followed.
    var followed: [ConversationID: SequenceNumber] = [:]

    init(_ ground: Ground, _ signed: SignedCalls, _ contacts: Contacts, _ openUploads: OpenUploads) {
        self.signed = signed
        self.contacts = contacts
        self.openUploads = openUploads
        super.init(ground)
    }

    func createOpenConversation(
        _ kind: ConversationKind, name: String?, members: [Handle]
    ) async throws(ClientError) -> ConversationView {
        var accounts: [AccountID] = []
        for handle in members { accounts.append(try await contacts.account(of: handle)) }
        let new = NewConversation(kind: kind, mode: .open, name: name, members: accounts)
        return try await signed.run(Endpoints.createConversation, body: new)
    }

    func post(
        _ text: String, media: [MediaID] = [], expiresIn: UInt64? = nil, to conversation: ConversationID,
        clientID: ClientID = .random()
    ) async throws(ClientError) -> Accepted {
        guard !text.isEmpty || !media.isEmpty else { throw .emptyText }
        guard text.unicodeScalars.count <= Limits.textLengthMax else { throw .textTooLong }
        let request = PostRequest(
            clientID: clientID, text: text.isEmpty ? nil : text, media: media, expiresIn: expiresIn)
        return try await signed.run(Endpoints.post, conversation, body: request)
    }

    func deletePost(_ seq: SequenceNumber, of conversation: ConversationID) async throws(ClientError) {
        try await signed.run(Endpoints.deleteMessage, conversation, seq)
    }

    func conversations() async throws(ClientError) -> Listing<ConversationView> {
        try await listing(
            countMax: ClientLimits.listedItemsMax, by: \ConversationView.conversation
        ) { (query) async throws(ClientError) in
            try await signed.run(Endpoints.conversations, query: query)
        }
    }

    func conversation(_ conversation: ConversationID) async throws(ClientError) -> ConversationView {
        let view = try await signed.run(Endpoints.conversation, conversation)
        guard view.conversation == conversation else { throw .unexpectedAnswer(status: 200) }
        return view
    }

    func log(
        of conversation: ConversationID, after seq: SequenceNumber? = nil, limit: Int = Limits.pageItemsDefault
    ) async throws(ClientError) -> LogPage {
        let after = seq.map { [Endpoints.afterSeq($0)] } ?? []
        let page = try await signed.run(Endpoints.log, conversation, query: [Parameters.limit(UInt64(limit))] + after)
        var last = seq ?? SequenceNumber(0)
        for entry in page.items {
            guard entry.conversation == conversation, entry.seq > last, entry.seq <= page.head else {
                throw .unexpectedAnswer(status: 200)
            }
            last = entry.seq
        }
        return page
    }

    @discardableResult
    func markRead(
        through seq: SequenceNumber, of conversation: ConversationID
    ) async throws(ClientError) -> SequenceNumber {
        try await signed.run(Endpoints.moveCheckpoint, conversation, body: Checkpoint(seq: seq)).seq
    }

    func follow(_ conversation: ConversationID, after seq: SequenceNumber) {
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
