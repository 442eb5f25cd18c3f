import Store
public import Wire

extension Turn {
    /// Pins a message of an open conversation. One that is pinned stays as it is.
    /// - Throws: `not-found`, also for a number that is no message's; `forbidden` for who may not post;
    ///   `requires-open-mode`; `pins-full` when ``Limits/pinsMax`` are pinned; `quota-exceeded`.
    public mutating func pin(
        _ seq: SequenceNumber, of conversation: ConversationID, by caller: DeviceAddress
    ) throws(Problem) {
        grows(.posts)
        let row = try look.standing(of: caller.account, in: conversation, to: .post).conversation
        guard row.mode == .open else { throw Problem(.requiresOpenMode, "Say it inside a sealed message.") }
        guard try look.message(seq, of: conversation) != nil else {
            throw Problem(.notFound, "There is no message with that number.")
        }
        guard try tables.row(PinRow.byPlace, conversation, seq) == nil else { return }
        guard try tables.count(PinRow.ofConversation, conversation) < Limits.pinsMax else {
            throw Problem(.pinsFull, "At most \(Limits.pinsMax) messages are pinned: take one away first.")
        }
        try charge(.entry() + .rows(1), to: caller.account)
        try tables.insert(PinRow(conversation: conversation, seq: seq, pinnedBy: caller.account, pinnedAt: now))
        try append(.messagePin(.init(seq: seq, isPinned: true)), to: conversation, by: caller)
    }

    /// Takes the pin of a message away. Without one, nothing changes.
    /// - Throws: `not-found`; `forbidden` for who may not post.
    public mutating func unpin(
        _ seq: SequenceNumber, of conversation: ConversationID, by caller: DeviceAddress
    ) throws(Problem) {
        grows(.nothing)
        _ = try look.standing(of: caller.account, in: conversation, to: .post)
        guard try tables.remove(PinRow.byPlace, conversation, seq) else { return }
        try append(.messagePin(.init(seq: seq)), to: conversation, by: caller)
    }
}

extension Look {
    /// The pinned messages, in the order of the log; a page ends early where they would be too many bytes.
    public func pins(
        of conversation: ConversationID, for account: AccountID, _ wish: PageWish
    ) throws(Problem) -> Page<PinView> {
        _ = try standing(of: account, in: conversation, to: .read)
        return try tables.page(
            wish, PinRow.ofConversation, conversation, by: \.seq, byteCount: { $0.encoded(as: .json).count }
        ) { (row) throws(Problem) in
            // One whose time is over is about to go.
            try message(row.seq, of: conversation).map {
                PinView(entry: $0, pinnedBy: row.pinnedBy, pinnedAt: row.pinnedAt)
            }
        }
    }

    /// A message that says something.
    fileprivate func message(_ seq: SequenceNumber, of conversation: ConversationID) throws(Problem) -> LogEntry? {
        guard let entry = try tables.entry(seq, of: conversation)?.seen(at: now),
            case .message(let message) = entry.event, !message.isDeleted
        else { return nil }
        return entry
    }
}
