import Wire

@testable import Client
@testable import sotto

/// States of a screen with chats and lines in them, in the machine's time zone of a test.
enum ScreenSamples {
    static let alice = Myself(
        handle: .sample,
        address: DeviceAddress(account: AccountID(bytes: SixteenBytes(high: 1, low: 1)), device: .sample))
    static let bob = AccountID.sample
    static let noon = Date(timeIntervalSince1970: 1_795_000_000)
    static let chat = ChatID.person(bob)
    static let garden = ChatID.conversation(.sample)

    static func line(
        _ number: UInt64, _ body: LineBody, in chat: ChatID = chat, isOwn: Bool = false,
        delivery: Delivery = .received, at date: Date? = noon
    ) -> Line {
        Line(
            id: LineID(chat, number: SequenceNumber(number)), number: SequenceNumber(number),
            author: LineAuthor(account: bob, device: .sample, isOwn: isOwn), body: body, delivery: delivery,
            sentAt: date, time: date, expiry: nil, trust: LineTrust(isSenderHidden: true, senderShown: nil))
    }

    static func texts(_ range: ClosedRange<UInt64>) -> [Line] { range.map { line($0, .text("text \($0)")) } }

    /// Alice's screen, with bob and an open conversation in the list, and bob's chat shown.
    static func state(
        _ rowCount: Int, _ columnCount: Int, lines: [Line] = [], hasOlder: Bool = false, hasNewer: Bool = false,
        list: @escaping @Sendable (String) -> [String] = { (_) in [] }
    ) -> ScreenState {
        var state = ScreenState(
            own: alice, surroundings: .init(home: "/h", now: { noon }, list: list))
        state.size = .init(rowCount: rowCount, columnCount: columnCount)
        var news = ScreenNews()
        let last = lines.last
        news.chats = ShownChats([chat, garden]) { (index) in
            index == 0
                ? ShownChat(id: chat, title: "bob", isOpen: false, isOver: false, last: last, activity: noon)
                : ShownChat(
                    id: garden, title: "#garden", isOpen: true, isOver: true,
                    last: line(9, .text("tomatoes"), in: garden), activity: noon.addingTimeInterval(-86_400))
        }
        news.people = [bob: Person(account: bob, handle: Handle(text: "bob"), verification: .verified(at: noon))]
        news.connection = .live
        _ = state.hear(news)
        tell(&state, lines, hasOlder: hasOlder, hasNewer: hasNewer)
        state.isListInFront = false
        return state
    }

    /// What there is to see of bob's chat.
    static func tell(_ state: inout ScreenState, _ lines: [Line], hasOlder: Bool = false, hasNewer: Bool = false) {
        var news = ScreenNews()
        news.timeline = ShownTimeline(
            chat: chat, snapshot: .init(lines: lines, hasOlder: hasOlder, hasNewer: hasNewer))
        _ = state.hear(news)
    }

    static func rows(_ state: ScreenState) -> [String] {
        let grid = ScreenLayout.grid(of: state)
        return grid.rows.indices.map { grid.text(ofRow: $0) }
    }
}

extension ScreenState {
    /// Types a text and what follows.
    mutating func type(_ text: String, _ keys: TerminalKey...) -> ScreenAction? {
        for character in text { _ = take(.text(String(character))) }
        var action: ScreenAction?
        for key in keys { action = take(key) }
        return action
    }
}
