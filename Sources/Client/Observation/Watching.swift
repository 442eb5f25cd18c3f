/// What is shown, as it changes: told after it is durable, once for all that changed meanwhile.
final class Watching: Room {
    private let transcript: Transcript
    private let files: FileMailer
    private let chatSource = Source<[Chat]>()
    private let outboxSource = Source<[Line]>()
    private let connectionSource = Source<ConnectionState>()
    private var timelines: [UInt64: OpenTimeline] = [:]
    private var timelineCount: UInt64 = 0
    /// Lines that have changed, and that was not told yet.
    private var untold: Set<LinePlace> = []
    private var isTelling = false
    private(set) var connectionState = ConnectionState.off

    init(_ ground: Ground, _ transcript: Transcript, _ files: FileMailer) {
        self.transcript = transcript
        self.files = files
        super.init(ground)
        ground.records.whenDurable.append { [unowned self] (touched) in committed(touched) }
    }

    /// Every chat of this device, as ``Transcript/chats()`` lists them.
    func watchChats() -> AsyncStream<[Chat]> { watch(\.chatSource, (try? transcript.chats()) ?? []) }

    /// What waits to be sent, as ``FileMailer/waitingMessages()`` gives it.
    func watchOutbox() -> AsyncStream<[Line]> { watch(\.outboxSource, (try? files.waitingMessages()) ?? []) }

    /// How it stands with the server.
    func watchConnection() -> AsyncStream<ConnectionState> { watch(\.connectionSource, connectionState) }

    private func watch<Value>(
        _ source: any KeyPath<Watching, Source<Value>> & Sendable, _ present: Value
    ) -> AsyncStream<Value> {
        guard !ground.isClosed else { return AsyncStream { $0.finish() } }
        return self[keyPath: source].watch(present) { [errands = ground.errands] (watcher) in
            errands.begin { (rooms) in rooms.watching[keyPath: source].forget(watcher) }
        }
    }

    /// How it stands with the server has changed.
    func connectionChanged(to state: ConnectionState) {
        connectionState = state
        connectionSource.set(state)
    }

    // MARK: After a commit

    /// Remembers which lines have changed, now that it is durable.
    private func committed(_ touched: Set<LinePlace>) {
        guard !touched.isEmpty else { return }
        let isWatched = chatSource.isWatched || outboxSource.isWatched || !timelines.isEmpty
        guard isWatched else { return }
        untold.formUnion(touched)
        guard !isTelling else { return }
        isTelling = true
        // After what is going on now: a burst of changes is told once.
        ground.errands.begin { (rooms) in rooms.watching.tellChanges() }
    }

    private func tellChanges() {
        isTelling = false
        let touched = untold
        untold = []
        guard !ground.isClosed else { return }
        transcript.beforeShowing()
        if chatSource.isWatched, let chats = try? transcript.chats() { chatSource.set(chats) }
        if outboxSource.isWatched, let lines = try? files.waitingMessages() { outboxSource.set(lines) }
        for (number, timeline) in timelines {
            var window = timeline.window
            for place in touched where place.chat == window.chat {
                let line: Line?
                // One that cannot be read stays as it was shown; one that is not there any more does not.
                do { line = try transcript.line(at: place) } catch { continue }
                window.set(line, number: place.number)
            }
            timelines[number]?.window = window
            timeline.source.set(window.snapshot)
        }
    }

    /// Ends every observation.
    func end() {
        chatSource.finish()
        outboxSource.finish()
        connectionSource.finish()
        for timeline in timelines.values { timeline.source.finish() }
        timelines = [:]
    }

    // MARK: Timelines

    func timeline(
        of chat: ChatID, at opening: Timeline.Opening = .newest, count: Int = 50
    ) throws(ClientError) -> UInt64 {
        let window: TimelineWindow
        let count = Self.pageCount(count)
        switch opening {
        case .newest:
            let lines = try transcript.lines(of: chat, limit: count)
            window = TimelineWindow(chat, lines: lines, hasOlder: lines.count == count, hasNewer: false)
        case .line(let id):
            transcript.beforeShowing()
            let place = try transcript.place(of: id)
            guard place.chat == chat else { throw .noSuchMessage }
            let older = try transcript.lines(of: chat, before: place.number, limit: count / 2)
            let newer = try transcript.lines(of: chat, after: place.number - 1, limit: count - older.count)
            window = TimelineWindow(
                chat, lines: older + newer, hasOlder: older.count == count / 2,
                hasNewer: newer.count == count - older.count)
        }
        timelineCount += 1
        timelines[timelineCount] = OpenTimeline(window: window)
        return timelineCount
    }

    /// Lines that are asked for at once, within the bounds of a timeline.
    private static func pageCount(_ wish: Int) -> Int { min(max(wish, 1), ClientLimits.timelineLinesMax) }

    func watch(timeline number: UInt64) -> AsyncStream<Timeline.Snapshot> {
        guard let timeline = timelines[number] else { return AsyncStream { $0.finish() } }
        return timeline.source.watch(timeline.window.snapshot) { [errands = ground.errands] (watcher) in
            errands.begin { (rooms) in rooms.watching.forget(watcher, ofTimeline: number) }
        }
    }

    private func forget(_ watcher: UInt64, ofTimeline number: UInt64) { timelines[number]?.source.forget(watcher) }

    func forget(timeline number: UInt64) { timelines.removeValue(forKey: number)?.source.finish() }

    func grow(timeline number: UInt64, older count: Int) throws(ClientError) {
        guard var timeline = timelines[number], timeline.window.hasOlder else { return }
        let count = Self.pageCount(count)
        let page = try transcript.lines(of: timeline.window.chat, before: timeline.window.start, limit: count)
        timeline.window.grow(older: page, hasOlder: page.count == count)
        timelines[number] = timeline
        timeline.source.set(timeline.window.snapshot)
    }

    func grow(timeline number: UInt64, newer count: Int) throws(ClientError) {
        guard var timeline = timelines[number], timeline.window.hasNewer else { return }
        let count = Self.pageCount(count)
        let page = try transcript.lines(of: timeline.window.chat, after: timeline.window.end, limit: count)
        timeline.window.grow(newer: page, hasNewer: page.count == count)
        timelines[number] = timeline
        timeline.source.set(timeline.window.snapshot)
    }
}

/// A window that somebody looks at, and who is told of it. Belongs to the owner.
struct OpenTimeline {
    var window: TimelineWindow
    let source = Source<Timeline.Snapshot>()
}

extension TimelineWindow {
    var snapshot: Timeline.Snapshot { .init(lines: lines, hasOlder: hasOlder, hasNewer: hasNewer) }
}
