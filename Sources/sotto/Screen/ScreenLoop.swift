import Client
import Glibc
import Wire

/// The thread of a screen: it waits for keys, signals and news, and draws. It owns the state and the terminal, and
/// nobody else touches either.
struct ScreenLoop {
    let own: Myself
    /// What is shown first; `nil` for the newest chat.
    let chat: ChatID?
    let mailbox: ScreenMailbox
    let actions: AsyncStream<ScreenAction>.Continuation
    private let wake = ScreenSignals.wake

    /// What may be pasted at once: the longest text.
    private static let pasteByteCountMax = Limits.textLengthMax * 4
    /// How long an escape may be the beginning of something, in milliseconds.
    private static let escapeMilliseconds: Int32 = 50

    init(own: Myself, chat: ChatID?, mailbox: ScreenMailbox, actions: AsyncStream<ScreenAction>.Continuation) {
        self.own = own
        self.chat = chat
        self.mailbox = mailbox
        self.actions = actions
    }

    /// Returns when the user leaves, the terminal is gone or the mailbox says so; the terminal is as it was then.
    /// - Returns: false where the terminal could not be driven.
    func run() -> Bool {
        let output = HeldOutput()
        defer { output.end() }
        // Before the library, which takes those that nobody has.
        ScreenSignals.take()
        defer { ScreenSignals.giveBack() }
        guard let screen = CursesScreen(output) else { return false }
        defer { screen.close() }
        var turn = Turn(loop: self, screen: screen)
        turn.begin()
        while !turn.isOver { turn.goOn() }
        return true
    }

    /// What changes from one wait to the next.
    private struct Turn {
        let loop: ScreenLoop
        let screen: CursesScreen
        var state: ScreenState
        var decoder = KeyDecoder(pasteByteCountMax: ScreenLoop.pasteByteCountMax)
        var isOver = false

        init(loop: ScreenLoop, screen: CursesScreen) {
            self.loop = loop
            self.screen = screen
            state = ScreenState(
                own: loop.own,
                surroundings: .init(
                    home: getenv("HOME").map { String(cString: $0) }, now: { Date() },
                    list: { PathWord.names(in: $0) }))
            state.size = screen.size
        }

        mutating func begin() {
            if let chat = loop.chat { perform(state.show(chat)) }
            // Whoever posted before signals were taken has woken nobody.
            if let news = loop.mailbox.take() { perform(state.hear(news)) }
            if !isOver { draw() }
        }

        /// Waits for something, and does what it asks for.
        mutating func goOn() {
            var files = [STDIN_FILENO, loop.wake.readEnd].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let count = poll(&files, 2, decoder.isWaiting ? ScreenLoop.escapeMilliseconds : -1)
            if count == 0 { take(decoder.timeOut()) }
            if count > 0, files[0].revents != 0 { readKeys() }
            loop.wake.drain()
            hear(ScreenSignals.heard())
            if !isOver, let news = loop.mailbox.take() { perform(state.hear(news)) }
            // What was pasted is read whole before it is drawn.
            guard !isOver, !hasMoreKeys else { return }
            decoder.pause()
            draw()
        }

        private var hasMoreKeys: Bool {
            var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            return poll(&waiting, 1, 0) > 0
        }

        private mutating func readKeys() {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = read(STDIN_FILENO, &bytes, bytes.count)
            if count < 0, errno == EINTR || errno == EAGAIN { return }
            // The terminal is gone.
            guard count > 0 else { return isOver = true }
            take(decoder.take(bytes[..<count]))
        }

        private mutating func take(_ keys: [TerminalKey]) {
            for key in keys where !isOver { perform(state.take(key)) }
        }

        private mutating func hear(_ signals: ScreenSignals.Heard) {
            if signals.contains(.hungUp) { isOver = true }
            if signals.contains(.stopping), !isOver { suspend() }
            // It was stopped without being asked: whoever had the terminal meanwhile has changed it.
            if signals.contains(.continued) { screen.leave() }
            if !signals.isEmpty { state.size = screen.size }
        }

        private mutating func perform(_ action: ScreenAction?) {
            switch action {
            case nil: break
            case .quit: isOver = true
            case .redraw: screen.doubt()
            case .suspend: suspend()
            case .some(let action):
                guard case .enqueued = loop.actions.yield(action) else {
                    state.notice = .error("Too much at once. Up brings back what was entered last.")
                    return
                }
            }
        }

        private mutating func suspend() {
            screen.leave()
            ScreenSignals.stop()
            state.size = screen.size
        }

        private func draw() { screen.draw(ScreenLayout.grid(of: state)) }
    }
}
