public import Wire

/// A conversation as a list shows it.
public struct Chat: Sendable, Equatable, Identifiable {
    /// Its name, the same on every device.
    public let id: ChatID
    /// Of a chat with one person: the handle, as it was verified when it was first met.
    public internal(set) var handle: Handle?
    /// Whether the server can read it.
    public let mode: ConversationMode
    /// A dm, a group or a channel.
    public let kind: ConversationKind
    /// Of a group or a channel, as its members call it: the server's word.
    public let name: String?
    /// This account's role in it, which is the server's word; `nil` with one person.
    public let role: Role?
    /// The image of a group or channel, which the server shows; `nil` for none.
    public let image: MediaID?
    /// Whether everything that is said in it is fetched at each connect. What is sealed always is.
    public let isFollowed: Bool
    /// The server has it no more for this account: it was left, or ended. What is kept of it stays.
    public let isOver: Bool
    /// When something last came or went.
    public let activity: Date
    private let lastBytes: [UInt8]?
    private let lastNumber: UInt64?
    private let own: AccountID
    /// Of a dm that is an open conversation.
    let peer: AccountID?

    /// The newest line, its text cut to 256 characters. Read each time that it is asked for.
    public var last: Line? {
        guard let lastNumber, let line = lastBytes.flatMap({ StoredLine(lastBytes: $0) }) else { return nil }
        return Line(line, at: LinePlace(id, lastNumber), own: own)
    }
}

extension Chat {
    init(_ stored: StoredChat, own: AccountID) {
        id = stored.id
        handle = stored.handle
        let conversation = stored.conversation
        mode = conversation == nil ? .sealed : .open
        kind = conversation?.kind ?? .dm
        name = conversation?.title
        role = conversation?.role
        image = conversation?.image
        isFollowed = conversation.map { $0.toldThrough != nil } ?? true
        isOver = conversation?.isOver ?? false
        peer = conversation?.peer
        activity = stored.activity.date
        lastBytes = stored.lastBytes
        lastNumber = stored.lastNumber
        self.own = own
    }
}
