public import Wire

/// A conversation as a list shows it.
public struct Chat: Sendable, Equatable, Identifiable {
    public let id: ChatID
    /// Of a chat with one person: its handle, as it was verified when it was first met.
    public internal(set) var handle: Handle?
    /// Whether the server can read it.
    public let mode: ConversationMode
    /// When something last came or went.
    public let activity: Timestamp
    private let lastBytes: [UInt8]?
    private let lastNumber: UInt64?
    private let own: AccountID

    /// The newest line, its text cut to ``ClientLimits/lastLineLengthMax`` characters. Read each time that it is asked
    /// for.
    public var last: Line? {
        guard let lastNumber, let line = lastBytes.flatMap({ StoredLine(lastBytes: $0) }) else { return nil }
        return Line(line, at: LinePlace(id, lastNumber), own: own)
    }
}

extension Chat {
    init(_ stored: StoredChat, own: AccountID) {
        id = stored.id
        handle = stored.handle
        mode = .sealed
        activity = stored.activity
        lastBytes = stored.lastBytes
        lastNumber = stored.lastNumber
        self.own = own
    }
}
