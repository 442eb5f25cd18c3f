import SQLite
public import Wire

extension Tables {
    /// Gives the conversation the store's next number, and an empty log.
    public func insertConversation(_ row: ConversationRow) throws(Problem) {
        try change([.conversation(row.conversation)]) { () throws(SQLiteError) in
            var row = row
            row.number = try nextNumber(ConversationRow.self)
            try connection.insert(row)
        }
        if let pair = row.pair { wrote(.dm(pair)) }
        journal.note(.insertedConversation(row.conversation))
    }

    /// Replaces the row with the same id, which there is.
    public func updateConversation(_ row: ConversationRow) throws(Problem) {
        guard let before = try conversation(row.conversation) else {
            preconditionFailure("an update of no conversation")
        }
        precondition(before.pair == row.pair, "a dm is between the same two accounts for ever")
        try change([.conversation(row.conversation)]) { () throws(SQLiteError) in
            var row = row
            row.number = before.number
            try connection.update(row)
        }
    }

    /// Removes a conversation that has no member and no image any more, with its log and what is declared to go with
    /// it; media that its messages show are ended. The rows of its log go in slices, as ``Maintenance`` finds time.
    public func removeConversation(_ conversation: ConversationID) throws(Problem) {
        let isEmpty = try rows(MemberRow.ofConversation, conversation, limit: 1).isEmpty
        precondition(isEmpty, "a conversation goes after its members")
        guard let row = try self.conversation(conversation) else { return }
        let log = try change([.conversation(conversation)], growth: .nothing) {
            () throws(SQLiteError) -> ConversationTail? in
            guard let log = try self.log(of: conversation) else { return nil }
            try connection.remove(HeadRow.ofConversation, log.handle)
            try connection.remove(ConversationRow.byID, conversation)
            try connection.put(RemovedLogRow(conversation: log.handle))
            try endMedia(shownIn: conversation)
            for cascade in StoreSchema.ofConversation { try cascade.remove(conversation, connection) }
            return log
        }
        if let pair = row.pair { wrote(.dm(pair)) }
        guard let log else { return }
        log.isRemoved = true
        journal.note(.removedLog(log))
    }

    /// Read, changed and put back one after the other, since each carries its digest.
    private func endMedia(shownIn conversation: ConversationID) throws(SQLiteError) {
        var after = SequenceNumber(0)
        while true {
            let page = try connection.rows(MediaRow.shownIn, conversation, after: after, limit: 256)
            guard let last = page.last?.message else { return }
            for var media in page {
                media.expiresAt = Timestamp(milliseconds: 0)
                media.endsAt = media.expiresAt
                try connection.update(media)
            }
            after = last
        }
    }
}
