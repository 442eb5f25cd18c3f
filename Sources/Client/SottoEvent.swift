public import Wire

/// What a listening client tells. Everything durable in it is in the local store already: whoever misses an event
/// finds the same with ``Chats/lines(of:before:limit:)``.
public enum SottoEvent: Sendable, Equatable {
    /// The server knows this device; its queue follows.
    case connected
    /// The connection is gone; the next try comes after that time.
    case disconnected(retryAfter: Duration)
    /// The queue was read to its end; what follows is live.
    case idle
    /// A message came: from somebody, or from another device of the own account. In an open conversation one that is
    /// new: what a timeline fetches from before is not told.
    case message(Line)
    /// Something came that cannot be read. Of a sealed chat it is acknowledged; the next send to its sender begins a
    /// new session.
    case unreadable(Line)
    /// A message was deleted by its sender, or has disappeared: what is left of its line.
    case removed(Line)
    /// Something about an open conversation became another: who is in it, what it keeps in sight.
    case change(Line)
    /// Lines of an open conversation were not told, since this client did not keep up: a timeline fetches them, up to
    /// that number. Of one that is followed or looked at only behind some 5,000 that were. `nil` where that is so of
    /// more conversations than the server could name.
    case passedOver(ChatID?, through: SequenceNumber?)
    /// The own device list has a new epoch.
    case devicesChanged(epoch: UInt64)
    /// The key log has a list of the own account that this device never saw. Where no other device of the account
    /// changed the list meanwhile, somebody else did. Told once.
    case unseenOwnList(epoch: UInt64)
    /// The key log has another list of the own account than the one that this device verified: the server shows a
    /// false one to others. Told at each connect.
    case foreignOwnList(epoch: UInt64)
    /// New one-time prekeys were uploaded.
    case keysUploaded(count: Int)
    /// A message went out signed in, so that the server knows who sent it.
    case senderShown(to: AccountID, SenderShownReason)
    /// Events were dropped, since this listener did not keep up: what they told is in the chats.
    case missed
    /// Something beside the connection failed; it will be tried again.
    case trouble(SottoError)
    /// Last: listening cannot go on.
    case ended(SottoError)
}

/// Why a sender was not hidden.
public enum SenderShownReason: String, WireEnumeration {
    /// The recipient has not told its delivery token yet: it does with its first message.
    case tokenUnknown
    /// The recipient has changed its token, or takes no such messages any more.
    case tokenRefused
    /// The server gave out no certificate.
    case noCertificate

    /// Whether this one could have been hidden: its recipient had once let it.
    public var isDowngrade: Bool { self != .tokenUnknown }
}
