public import Wire

/// What became another one in a conversation, by the line's author.
public enum LineChange: Sendable, Equatable {
    /// The conversation began.
    case created(ConversationKind, name: String?)
    /// These became members.
    case joined([AccountID])
    /// This one is no member any more; it left where it is the author.
    case left(AccountID)
    /// Somebody has another role now.
    case role(Role, of: AccountID)
    /// The message with that number is kept in sight.
    case pinned(number: SequenceNumber)
    /// A post is no longer kept in sight; by its number.
    case unpinned(number: SequenceNumber)
    /// Another image, or none.
    case image(MediaID?)
}

extension LineChange {
    /// `nil` for what is no line of its own.
    init?(_ event: ConversationEvent) {
        switch event {
        case .created(let created): self = .created(created.kind, name: created.title)
        case .membersAdded(let added): self = .joined(added.accounts)
        case .memberRemoved(let removed): self = .left(removed.account)
        case .roleChanged(let change): self = .role(change.role, of: change.account)
        case .messagePin(let pin) where pin.isPinned: self = .pinned(number: pin.seq)
        case .messagePin(let pin): self = .unpinned(number: pin.seq)
        case .image(let image): self = .image(image.media)
        case .message, .messageDeleted, .unknown: return nil
        }
    }
}
