public import Store
public import Wire

extension Turn {
    /// Posts to a conversation: text, media or both where it is open, a sealed body where it is sealed. The same
    /// client id again gets the same answer and stores nothing, also once the message is deleted.
    ///
    /// Throws only before its first write.
    /// - Throws: `not-found`, also for media that are not there for the sender to attach; `forbidden` in a dm whose
    ///   other account was deleted; `plaintext-in-sealed`; `requires-open-mode` for media in a sealed conversation;
    ///   `sealed-in-open`; `text-too-long`; `upload-incomplete`; `media-attached`; `malformed` when there is nothing
    ///   or too much of it, and for a sealed dm, whose messages are pairwise sends; `quota-exceeded`.
    public mutating func post(
        _ request: PostRequest, to conversation: ConversationID, by sender: DeviceAddress
    ) throws(Problem) -> Accepted {
        if let earlier = try tables.accepted(from: sender, clientID: request.clientID) {
            return Accepted(replaying: earlier, for: request.clientID)
        }
        guard try tables.device(sender) != nil else {
            throw Problem(.unauthenticated, "This device is no longer linked.")
        }
        let row = try look.standing(of: sender.account, in: conversation, to: .post).conversation
        try Self.check(request, against: row)
        grows(row.mode == .open ? .posts : .messages)
        let media = try attachable(request.media, to: conversation, by: sender)
        let byteCount = (request.text?.utf8.count ?? 0) + (request.body?.count ?? 0)
        try charge(.entry(byteCount: byteCount), to: sender.account)
        let expiresAt = request.expiresIn.map { now.adding(seconds: $0) }
        let message = ConversationEvent.Message(
            clientID: request.clientID, text: request.text, body: request.body, media: request.media,
            expiresAt: expiresAt)
        let appended = try append(.message(message), to: conversation, by: sender, clientID: request.clientID)
        for row in media { try tables.putMedia(row.attached(to: appended.seq, until: expiresAt)) }
        return Accepted(
            clientID: request.clientID, id: appended.id, time: now, conversation: conversation, seq: appended.seq)
    }

    private static func check(_ request: PostRequest, against row: ConversationRow) throws(Problem) {
        guard request.text == nil || request.body == nil else {
            throw Problem(.malformed, "A text or a body, not both.")
        }
        guard request.text != nil || request.body != nil || !request.media.isEmpty else {
            throw Problem(.malformed, "The message is empty.")
        }
        switch row.mode {
        case .sealed, .later:
            if request.text != nil { throw Problem(.plaintextInSealed, "Seal it, and send it as body.", field: "text") }
            if !request.media.isEmpty {
                throw Problem(.requiresOpenMode, "Name sealed media inside the sealed body.", field: "media")
            }
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

    /// The media of a post, once it is clear that all of them may hang on it.
    private func attachable(
        _ media: [MediaID], to conversation: ConversationID, by sender: DeviceAddress
    ) throws(Problem) -> [MediaRow] {
        var rows: [MediaRow] = []
        for (index, id) in media.enumerated() {
            let field = "media[\(index)]"
            guard !media[..<index].contains(id) else {
                throw Problem(.malformed, "They are listed twice.", field: field)
            }
            // Foreign and absent look the same, and so does what is for another conversation.
            guard let row = try tables.row(MediaRow.byID, id), row.owner.account == sender.account,
                row.conversation == conversation, row.endsAt.map({ $0 > now }) ?? true
            else { throw Problem(.notFound, "You have no such media here.", field: field) }
            guard row.state != .uploading else {
                throw Problem(.uploadIncomplete, "Complete the upload first.", field: field)
            }
            let isImage = try tables.row(ConversationImageRow.ofConversation, conversation)?.image.media == id
            guard row.message == nil, !isImage else {
                throw Problem(.mediaAttached, "They are shown elsewhere: upload them again.", field: field)
            }
            rows.append(row)
        }
        return rows
    }

    /// Moves the caller's checkpoint forward. One beyond the head counts as the head; one behind changes nothing.
    public mutating func moveCheckpoint(
        to seq: SequenceNumber, in conversation: ConversationID, by caller: DeviceAddress
    ) throws(Problem) -> Checkpoint {
        grows(.messages)
        var own = try look.standing(of: caller.account, in: conversation, to: .read).member
        let head = try tables.head(of: conversation)
        let target = min(seq, head)
        guard target > own.checkpoint else { return Checkpoint(seq: own.checkpoint) }
        own.checkpoint = target
        try tables.put(own)
        return Checkpoint(seq: target)
    }
}

extension Look {
    /// Where the same query goes on. Every log begins with entry 1, and its head may be the number of a send.
    private static func next(
        _ entries: [LogEntry], _ range: LogRange, _ head: SequenceNumber
    ) -> SequenceNumber? {
        guard let first = entries.first, let last = entries.last else { return nil }
        switch range {
        case .newest, .before: return first.seq.rawValue > 1 ? first.seq : nil
        case .after: return last.seq < head ? last.seq : nil
        case .around: return nil
        }
    }

    /// A page of a conversation's log, oldest first; it ends early where its entries would be too many bytes.
    public func log(
        of conversation: ConversationID, for account: AccountID, _ range: LogRange, limit: Int
    ) throws(Problem) -> LogPage {
        _ = try standing(of: account, in: conversation, to: .read)
        let entries = try tables.entries(
            of: conversation, range, limit: limit, byteCountMax: Limits.pageByteCountMax)
        let head = try tables.head(of: conversation)
        return LogPage(items: entries.map { $0.seen(at: now) }, head: head, next: Self.next(entries, range, head))
    }
}
