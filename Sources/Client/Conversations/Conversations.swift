import Wire

/// Open conversations: what the server may read, for channels that want it so.
final class Conversations: Room {
    let signed: SignedCalls
    let contacts: Contacts

    init(_ ground: Ground, _ signed: SignedCalls, _ contacts: Contacts) {
        self.signed = signed
        self.contacts = contacts
        super.init(ground)
    }

    func createOpenConversation(
        _ kind: ConversationKind, name: String?, members: [PersonReference]
    ) async throws(ClientError) -> ConversationView {
        var accounts: [AccountID] = []
        for handle in members { accounts.append(try await contacts.account(of: handle)) }
        let new = NewConversation(kind: kind, mode: .open, name: name, members: accounts)
        return try await signed.run(Endpoints.createConversation, body: new)
    }

    /// - Parameters:
    ///   - mode: only those of this mode.
    ///   - isPatient: as of a listing.
    func conversations(
        _ mode: ConversationMode? = nil, isPatient: Bool = true
    ) async throws(ClientError) -> Listing<ConversationView> {
        let only = mode.map { [Endpoints.mode($0)] } ?? []
        return try await listing(
            countMax: ClientLimits.listedItemsMax, by: \ConversationView.conversation, isPatient: isPatient
        ) { (query) async throws(ClientError) in
            try await signed.run(Endpoints.conversations, query: query + only)
        }
    }

    func conversation(_ conversation: ConversationID) async throws(ClientError) -> ConversationView {
        let view = try await signed.run(Endpoints.conversation, conversation)
        guard view.conversation == conversation else { throw .unexpectedAnswer(status: 200) }
        return view
    }

    /// A part of a conversation's log.
    /// - Throws: ``ClientError/unexpectedAnswer(status:)`` for what is no such part.
    func log(
        of conversation: ConversationID, _ place: LogPart.Place, limit: Int
    ) async throws(ClientError) -> LogPart {
        let query = [Parameters.limit(UInt64(limit))] + place.arguments
        let page = try await signed.run(Endpoints.log, conversation, query: query)
        return try LogPart(page, of: conversation, place, limit: limit)
    }

    @discardableResult
    func markRead(
        through seq: SequenceNumber, of conversation: ConversationID
    ) async throws(ClientError) -> SequenceNumber {
        try await signed.run(Endpoints.moveCheckpoint, conversation, body: Checkpoint(seq: seq)).seq
    }
}
