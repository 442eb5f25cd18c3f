public import Store
public import Wire

extension Turn {
    /// Posts to a conversation: text where it is open, a sealed body where it is sealed. The same client id again
    /// gets the same answer and stores nothing.
    ///
    /// Throws only before its first write.
    /// - Throws: `not-found`; `forbidden` in a dm whose other account was deleted; `plaintext-in-sealed`;
    ///   `sealed-in-open`; `text-too-long`; `malformed` when there is not exactly one of text and body, and for a
    ///   sealed dm, whose messages are pairwise sends.
    public mutating func post(
        _ request: PostRequest, to conversation: ConversationID, by sender: DeviceAddress
    ) throws(Problem) -> Accepted {
        if let earlier = try tables.accepted(from: sender, clientID: request.clientID) {
            return Accepted(replaying: earlier, for: request.clientID)
        }
        guard try tables.device(sender) != nil else {
            throw Problem(.unauthenticated, "This device is no longer linked.")
        }
        let (row, _) = try look.membership(of: sender.account, in: conversation)
        let hasReader = if row.kind == .dm { try look.hasPeer(row, of: sender.account) } else { true }
        guard hasReader else { throw Problem(.forbidden, "The other account was deleted: nobody would read it.") }
        try Self.check(request, against: row)
        let message = ConversationEvent.Message(clientID: request.clientID, text: request.text, body: request.body)
        let appended = try append(.message(message), to: conversation, by: sender, clientID: request.clientID)
        return Accepted(
            clientID: request.clientID, id: appended.id, time: now, conversation: conversation, seq: appended.seq)
    }

    private static func check(_ request: PostRequest, against row: ConversationRow) throws(Problem) {
        guard (request.text == nil) != (request.body == nil) else {
            throw Problem(.malformed, "Exactly one of text and body.")
        }
        switch row.mode {
        case .sealed:
            if request.text != nil { throw Problem(.plaintextInSealed, "Seal it, and send it as body.", field: "text") }
            if row.kind == .dm {
                throw Problem(.malformed, "Send to the account: a sealed dm carries one copy for each device.")
            }
        case .open:
            if request.body != nil { throw Problem(.sealedInOpen, "Send it as text.", field: "body") }
            if let text = request.text, text.unicodeScalars.count > Limits.textLengthMax {
                throw Problem(.textTooLong, "At most \(Limits.textLengthMax) Unicode scalars.", field: "text")
            }
        }
    }

    /// Moves the caller's checkpoint forward. One beyond the head counts as the head; one behind changes nothing.
    public mutating func moveCheckpoint(
        to seq: SequenceNumber, in conversation: ConversationID, by caller: DeviceAddress
    ) throws(Problem) -> Checkpoint {
        var (_, own) = try look.membership(of: caller.account, in: conversation)
        let head = try tables.head(of: conversation)
        let target = min(seq, head)
        guard target > own.checkpoint else { return Checkpoint(seq: own.checkpoint) }
        own.checkpoint = target
        try tables.putMember(own)
        return Checkpoint(seq: target)
    }
}

extension Look {
    /// A page of a conversation's log, oldest first.
    public func log(
        of conversation: ConversationID, for account: AccountID, _ range: LogRange, limit: Int
    ) throws(Problem) -> LogPage {
        _ = try membership(of: account, in: conversation)
        return LogPage(
            items: try tables.entries(of: conversation, range, limit: limit), head: try tables.head(of: conversation))
    }
}
