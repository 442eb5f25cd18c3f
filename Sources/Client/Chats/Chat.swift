import Synchronization
public import Wire

/// A conversation as a list shows it.
///
/// Lists have thousands and show a few: what is said of a chat beyond its name, its handle and its activity is read
/// when it is first asked for.
public struct Chat: Sendable, Equatable, Identifiable {
    /// Of a chat with one person: the handle, as it was verified when it was first met.
    public internal(set) var handle: Handle?
    private let own: AccountID
    private let reading: Reading

    /// Its name, the same on every device.
    public var id: ChatID { reading.row.id }
    /// When something last came or went.
    public var activity: Date { lastActivity.date }
    /// Whether the server can read it. Never sealed where that is not known.
    public var mode: ConversationMode { id.isOpen ? .open : .sealed }
    /// A dm, a group or a channel.
    public var kind: ConversationKind { reading.rest.conversation?.kind ?? (id.isOpen ? .later : .dm) }
    /// Of a group or a channel, as its members call it: the server's word.
    public var name: String? { reading.rest.conversation?.title }
    /// This account's role in it, which is the server's word; `nil` with one person.
    public var role: Role? { reading.rest.conversation?.role }
    /// The image of a group or channel, which the server shows; `nil` for none.
    public var image: MediaID? { reading.rest.conversation?.image }
    /// Whether everything that is said in it is fetched at each connect. What is sealed always is.
    public var isFollowed: Bool { !id.isOpen || reading.rest.conversation?.toldThrough != nil }
    /// The server has it no more for this account: it was left, or ended. What is kept of it stays.
    public var isOver: Bool { reading.rest.conversation?.isOver ?? false }

    /// The newest line, its text cut to 256 characters.
    public var last: Line? {
        let rest = reading.rest
        guard let number = rest.lastNumber, let line = rest.last else { return nil }
        return Line(line, at: LinePlace(id, number), own: own)
    }

    /// Whether all that is shown of both is the same.
    public static func == (left: Chat, right: Chat) -> Bool {
        left.reading.row == right.reading.row && left.handle == right.handle && left.own == right.own
    }
}

extension Chat {
    init(_ row: ChatRow, own: AccountID) {
        handle = row.handle
        self.own = own
        reading = Reading(row)
    }

    /// What orders a list.
    var lastActivity: Timestamp { reading.row.activity }

    /// Of a dm that is an open conversation.
    var peer: AccountID? { reading.rest.conversation?.peer }

    /// The rest of a chat, read once for all copies of it.
    private final class Reading: Sendable {
        let row: ChatRow
        /// Boxed: of thousands, few are ever read.
        private let known = Mutex<Known?>(nil)

        init(_ row: ChatRow) { self.row = row }

        /// What a later version has written is as good as nothing.
        var rest: StoredChat.Rest {
            known.withLock { (known) in
                if let known { return known.rest }
                let read = Known(row.detail ?? StoredChat.Rest())
                known = read
                return read.rest
            }
        }
    }

    private final class Known: Sendable {
        let rest: StoredChat.Rest

        init(_ rest: StoredChat.Rest) { self.rest = rest }
    }
}
