import Client
import Wire

/// All that a screen shows, and what somebody is writing. A value that knows neither terminal nor account: keys and
/// news change it, and it says what is to be done.
struct ScreenState {
    /// Chats of which a draft is kept.
    private static let draftsMax = 64

    /// Whose screen it is, and which of the account's devices.
    let own: Myself
    let surroundings: Surroundings
    var size = ScreenGrid.Size(rowCount: 24, columnCount: 80)

    var chats = ShownChats([]) { (_) in preconditionFailure("there is none") }
    var people: [AccountID: Person] = [:]
    private(set) var chat: ChatID?
    var timeline: ShownTimeline?
    var place = ScrollPlace.newest
    /// Older or newer lines were asked for.
    var isLoading = false

    var editor = LineEditor(scalarCountMax: Limits.textLengthMax)
    private var drafts: [(chat: ChatID, editor: LineEditor)] = []
    var history = InputHistory()

    var connection = ConnectionState.off
    var waitingCount = 0
    var progress: [String: FileProgress] = [:]
    var notice: ScreenNotice?
    /// The first row of the help that is in sight; `nil` where it is not shown.
    var helpRow: Int?
    /// Of a narrow screen, which shows one of both.
    var isListInFront = false

    /// What a screen asks of the machine.
    struct Surroundings: Sendable {
        /// The user's own folder.
        var home: String?
        var now: @Sendable () -> Date
        /// Names in a folder; of folders with `/` at their end.
        var list: @Sendable (String) -> [String]
    }

    init(own: Myself, surroundings: Surroundings) {
        self.own = own
        self.surroundings = surroundings
    }

    /// The lines of the chat that is shown.
    var lines: [Line] { timeline?.chat == chat ? timeline?.snapshot.lines ?? [] : [] }

    /// Goes to another chat, and keeps what was being written in this one.
    mutating func show(_ other: ChatID) -> ScreenAction? {
        isListInFront = false
        guard other != chat else { return nil }
        if let chat {
            drafts.removeAll { $0.chat == chat }
            if !editor.isEmpty { drafts.append((chat, editor)) }
            if drafts.count > Self.draftsMax { drafts.removeFirst() }
        }
        editor = drafts.first { $0.chat == other }?.editor ?? LineEditor(scalarCountMax: Limits.textLengthMax)
        drafts.removeAll { $0.chat == other }
        chat = other
        timeline = nil
        place = .newest
        isLoading = false
        return .show(other)
    }

    // MARK: Names

    /// What a chat is called.
    func title(of chat: ChatID) -> String {
        if let index = chats.index(of: chat) { return chats[index].title }
        return chat.person.flatMap { people[$0]?.handle?.text } ?? chat.description
    }

    /// Who wrote a line.
    func author(of line: Line) -> String {
        let author = line.author
        if author.isOwn { return author.device == own.device ? "me" : "me (device \(author.device))" }
        // Of a chat with one person the list knows the name as well.
        if people[author.account]?.handle == nil, line.id.chat.person == author.account {
            return title(of: line.id.chat)
        }
        return name(of: author.account)
    }

    /// What somebody is called, oneself too.
    func name(of account: AccountID) -> String {
        Output.name(of: account, account == own.account ? own.handle : people[account]?.handle)
    }

    /// Whether the server can read what is said in it: never sealed where that is not known.
    func isOpen(_ chat: ChatID) -> Bool {
        chats.index(of: chat).map { chats[$0].isOpen } ?? (chat.person == nil)
    }

    // MARK: News

    /// - Returns: what is to be done.
    mutating func hear(_ news: ScreenNews) -> ScreenAction? {
        if let chats = news.chats { self.chats = chats }
        if let people = news.people { self.people = people }
        if let connection = news.connection { self.connection = connection }
        if let count = news.waitingCount { waitingCount = count }
        if let progress = news.progress { self.progress = progress }
        if news.isLoaded { isLoading = false }
        if let timeline = news.timeline, timeline.chat == chat {
            self.timeline = timeline
            isLoading = false
        }
        // A warning is not to be pushed away.
        if let notice = news.notice, self.notice?.kind != .warning || notice.kind == .warning { self.notice = notice }
        if news.isOver { return .quit }
        if let found = news.found { return show(found) }
        // Nothing is shown yet: the newest is what one wants to see.
        guard chat == nil, let first = chats.ids.first else { return nil }
        let action = show(first)
        isListInFront = true
        return action
    }
}
