import Client
import Wire

/// What is to be done for whoever sits at the terminal; ``ScreenState`` decides, and does nothing of it itself.
enum ScreenAction: Equatable, Sendable {
    /// Shows another chat.
    case show(ChatID)
    /// Finds somebody by handle, and shows the chat with them.
    case find(String)
    case say(String, ChatID)
    case sendFile(path: String, caption: String, ChatID)
    /// Of the line with that number; without a path under its own name.
    case download(SequenceNumber, path: String?, ChatID)
    case delete(SequenceNumber, ChatID)
    case cancel(SequenceNumber, ChatID)
    case resume
    case loadOlder(ChatID)
    case loadNewer(ChatID)
    case redraw
    case suspend
    case quit
}

/// What has become another one, the newest of each kind alone.
struct ScreenNews: Sendable {
    var chats: ShownChats?
    var people: [AccountID: Person]?
    var timeline: ShownTimeline?
    var connection: ConnectionState?
    var waitingCount: Int?
    /// Files under way by what they are called here; replaces those before.
    var progress: [String: FileProgress]?
    /// Shows that chat, once it was found.
    var found: ChatID?
    /// Nothing more is being loaded.
    var isLoaded = false
    var notice: ScreenNotice?
    /// The screen is to end.
    var isOver = false
}

/// What there is to see of a chat.
struct ShownTimeline: Sendable {
    let chat: ChatID
    let snapshot: Timeline.Snapshot
}
