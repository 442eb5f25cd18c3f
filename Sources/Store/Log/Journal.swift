import Wire

/// What the running batch changed in memory, so that it can be taken back with the transaction, or part of it with
/// a savepoint; and what is to become visible once it is committed. Owned by the writer.
struct Journal {
    enum Change {
        /// The newest row of the tail.
        case appended
        case trimmed(QueueTail, before: UInt64)
        case removedQueue(QueueTail)
        case removedLog(ConversationTail)
        case insertedQueue(DeviceAddress)
        case insertedConversation(ConversationID)
        /// Cached rows that were written.
        case wrote(CachedRow)
        case expired(before: Int64)
        /// Boxed: it would make all the others larger.
        indirect case used(AccountID, before: AccountUses.Held)
        /// Something was taken out of the files for good: it is to leave the write-ahead log too.
        case redacted
    }

    private(set) var changes: [Change] = []

    var mark: Int { changes.count }

    mutating func note(_ change: Change) { changes.append(change) }

    /// Takes the changes after a mark out, newest first.
    mutating func takeBack(to mark: Int) -> ReversedCollection<[Change]> {
        let taken = Array(changes[mark...])
        changes.removeLast(taken.count)
        return taken.reversed()
    }

    mutating func clear() { changes.removeAll(keepingCapacity: true) }
}
