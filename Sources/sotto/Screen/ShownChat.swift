import Client

/// A chat as the list shows it.
struct ShownChat: Sendable {
    let id: ChatID
    /// The handle of the other side, or `#` and what the conversation is called: what others call that is no handle.
    let title: String
    let isOpen: Bool
    /// The server has it no more for this account.
    let isOver: Bool
    let last: Line?
    let activity: Date
}

extension ShownChat {
    init(_ chat: Chat) {
        id = chat.id
        title = chat.handle?.text ?? ChatTarget.name(chat.name, of: chat.id)
        // Never sealed where that is not known.
        isOpen = chat.mode != .sealed
        isOver = chat.isOver
        last = chat.last
        activity = chat.activity
    }
}

/// All chats, the latest first. There may be thousands, of which a screen shows a few: the rest of each is read when it
/// is asked for.
struct ShownChats: Sendable {
    let ids: [ChatID]
    private let chat: @Sendable (Int) -> ShownChat
    private let places: [ChatID: Int]

    /// - Parameter chat: gives each by its place in `ids`.
    init(_ ids: [ChatID], _ chat: @escaping @Sendable (Int) -> ShownChat) {
        self.ids = ids
        self.chat = chat
        places = Dictionary(zip(ids, ids.indices), uniquingKeysWith: { (first, _) in first })
    }

    init(_ chats: [Chat]) { self.init(chats.map(\.id)) { ShownChat(chats[$0]) } }

    subscript(index: Int) -> ShownChat { chat(index) }

    func index(of id: ChatID?) -> Int? { id.flatMap { places[$0] } }
}
