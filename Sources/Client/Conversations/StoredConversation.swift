import Wire

/// What a chat has of its open conversation, besides its lines.
struct StoredConversation: WireRecord, Equatable {
    var kind: ConversationKind
    var title: String?
    /// Of a dm: the other account.
    var peer: AccountID?
    /// This account's.
    var role: Role
    var image: MediaID?
    /// The server has it no more for this account.
    var isOver = false
    /// Of one that is followed: the number up to which everything was told.
    var toldThrough: SequenceNumber?
    /// The last number that the server has named.
    var head: SequenceNumber
    /// The number up to which the above is true: entries before it change nothing of it.
    var stateNumber: SequenceNumber
    var known = KnownNumbers()

    init(_ view: ConversationView) {
        kind = view.kind
        title = view.title
        peer = view.peer
        role = view.role
        image = view.image
        head = view.head
        stateNumber = view.head
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        kind = try fields.value("kind", \.kind)
        title = try fields.textIfPresent("title", \.title, length: 1...Limits.nameLengthMax)
        peer = try fields.valueIfPresent("peer", \.peer)
        role = try fields.value("role", \.role)
        image = try fields.valueIfPresent("image", \.image)
        isOver = try fields.flag("over", \.isOver)
        toldThrough = try fields.valueIfPresent("toldThrough", \.toldThrough)
        head = try fields.value("head", \.head)
        stateNumber = try fields.value("state", \.stateNumber)
        known = try fields.value("known", \.known)
    }

    /// As the server shows it now.
    mutating func update(_ view: ConversationView) {
        var fresh = StoredConversation(view)
        (fresh.toldThrough, fresh.known) = (toldThrough, known)
        self = fresh
    }

    /// What an entry of the log changes that is newer than what is known.
    mutating func apply(_ entry: LogEntry, own: AccountID) {
        stateNumber = entry.seq
        switch entry.event {
        case .created(let created): (kind, title) = (created.kind, created.title)
        case .membersAdded(let added) where added.accounts.contains(own): isOver = false
        case .memberRemoved(let removed) where removed.account == own: isOver = true
        case .roleChanged(let change) where change.account == own: role = change.role
        case .image(let change): image = change.media
        default: break
        }
    }
}
