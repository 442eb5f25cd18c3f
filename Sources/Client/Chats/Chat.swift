public import Wire

/// A conversation as a list shows it.
public struct Chat: Sendable, Equatable, Identifiable {
    public let id: ChatID
    /// Of a chat with one person: its handle, as it was verified when it was first met.
    public internal(set) var handle: Handle?
    /// Whether the server can read it.
    public let mode: ConversationMode
    /// The newest line, its text cut to ``ClientLimits/lastLineLengthMax`` characters.
    public let last: Line?
    /// When something last came or went.
    public let activity: Timestamp
}

extension Chat {
    init(_ stored: StoredChat, own: AccountID) {
        id = stored.id
        handle = stored.handle
        mode = .sealed
        last = stored.last.flatMap { (line) in
            stored.lastNumber.map { Line(line, at: LinePlace(stored.id, $0), own: own) }
        }
        activity = stored.activity
    }
}
