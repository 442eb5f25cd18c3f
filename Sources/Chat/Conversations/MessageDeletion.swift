import Store
public import Wire

/// What a deletion leaves to do after the commit.
public struct DeletedMessages: Sendable, Equatable {
    public var count: Int
    /// Files are doomed: ``MediaFiles/bury()`` takes them off the disk.
    public var hadMedia: Bool

    public init(count: Int = 0, hadMedia: Bool = false) {
        self.count = count
        self.hadMedia = hadMedia
    }
}

extension Turn {
    /// Deletes a message for everybody, with its media: a tombstone stays, and a new entry says so. Deleting it again
    /// changes nothing.
    ///
    /// Throws only before its first write.
    /// - Throws: `not-found`, also for a number that is no message's; `forbidden` for who neither wrote it nor is
    ///   owner or admin of the group or channel.
    public mutating func deleteMessage(
        _ seq: SequenceNumber, of conversation: ConversationID, by caller: DeviceAddress
    ) throws(Problem) -> DeletedMessages {
        grows(.nothing)
        let standing = try look.standing(of: caller.account, in: conversation)
        guard let entry = try tables.entry(seq, of: conversation), case .message(let message) = entry.event else {
            throw Problem(.notFound, "There is no message with that number.")
        }
        try standing.require(.deleteMessage(by: entry.sender.account))
        guard !message.isDeleted else { return DeletedMessages() }
        return try delete(entry.seq, of: conversation, reason: nil, by: caller)
    }

    /// Deletes messages whose time is over, by their authors.
    /// - Returns: what went; call again while that is not nothing.
    public mutating func sweepMessages(limit: Int) throws(Problem) -> DeletedMessages {
        grows(.nothing)
        var all = DeletedMessages()
        for place in try tables.takeExpiredMessages(by: now, limit: limit) {
            let deleted = try delete(place.seq, of: place.conversation, reason: .expired, by: nil)
            // What is damaged counts as well: it has left the list.
            all.count += 1
            all.hadMedia = all.hadMedia || deleted.hadMedia
        }
        return all
    }

    /// - Parameter caller: the author, when absent.
    private mutating func delete(
        _ seq: SequenceNumber, of conversation: ConversationID, reason: DeletionReason?, by caller: DeviceAddress?
    ) throws(Problem) -> DeletedMessages {
        guard let before = try tables.redact(seq, of: conversation), case .message(let message) = before.event else {
            return DeletedMessages()
        }
        for media in message.media { try endMedia(media) }
        try append(
            .messageDeleted(.init(seq: seq, reason: reason)), to: conversation, by: caller ?? before.sender.address)
        return DeletedMessages(count: 1, hadMedia: !message.media.isEmpty)
    }
}

extension Look {
    /// Whether ``Turn/sweepMessages(limit:)`` has something to do.
    public func hasExpiredMessages() throws(Problem) -> Bool { try tables.hasExpiredMessages(by: now) }
}

extension MediaRow {
    /// The same media as part of a message: they live as long as it, or shorter where they were to expire sooner.
    func attached(to message: SequenceNumber, until end: Timestamp?) -> MediaRow {
        var row = self
        row.message = message
        let own = lifetime == .expiring ? expiresAt : nil
        row.expiresAt = if let own, let end { min(own, end) } else { own ?? end }
        row.endsAt = row.expiresAt
        return row
    }
}
