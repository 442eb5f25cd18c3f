// What is shown, as it changes. Told after it is durable, once for all that changed meanwhile.

extension Client {
    /// Every chat of this device, as ``chats()`` lists them.
    public nonisolated var chatList: Observed<[Chat]> {
        Observed { [self] in await watch({ $0.chatSource }) { (client) in (try? client.chats()) ?? [] } }
    }

    /// The lines of everything that was taken and that the server has not accepted yet, as ``waitingMessages()`` gives
    /// them.
    public nonisolated var outbox: Observed<[Line]> {
        Observed { [self] in await watch({ $0.outboxSource }) { (client) in (try? client.waitingMessages()) ?? [] } }
    }

    /// How it stands with the server.
    public nonisolated var connection: Observed<ConnectionState> {
        Observed { [self] in await watch({ $0.connectionSource }) { (client) in client.connectionState } }
    }

    private func watch<Value>(
        _ source: @escaping @Sendable (isolated Client) -> Source<Value>,
        _ present: @Sendable (isolated Client) -> Value
    ) -> AsyncStream<Value> {
        guard !isClosed else { return AsyncStream { $0.finish() } }
        beforeShowing()
        return source(self).watch(present(self)) { [weak self] (watcher) in
            Task { await self?.forget(watcher, of: source) }
        }
    }

    private func forget<Value>(_ watcher: UInt64, of source: @Sendable (isolated Client) -> Source<Value>) {
        source(self).forget(watcher)
    }

    /// How it stands with the server has changed.
    func connectionChanged(to state: ConnectionState) {
        connectionState = state
        connectionSource.set(state)
    }

    // MARK: After a commit

    /// Remembers which lines have changed, now that it is durable.
    func committed(_ touched: Set<LinePlace>) {
        staged = []
        guard !touched.isEmpty else { return }
        staleChats.formUnion(touched.lazy.map(\.chat))
        let isWatched = chatSource.isWatched || outboxSource.isWatched || !timelines.isEmpty
        guard isWatched else { return }
        untold.formUnion(touched)
        guard !isTelling else { return }
        isTelling = true
        // After what is going on now: a burst of changes is told once.
        Task { self.tellChanges() }
    }

    private func tellChanges() {
        isTelling = false
        let touched = untold
        untold = []
        guard !isClosed else { return }
        beforeShowing()
        if chatSource.isWatched, let chats = try? chats() { chatSource.set(chats) }
        if outboxSource.isWatched, let lines = try? waitingMessages() { outboxSource.set(lines) }
        for (number, timeline) in timelines {
            var window = timeline.window
            for place in touched where place.chat == window.chat {
                // One that cannot be read stays as it was shown.
                guard let line = try? line(at: place) else { continue }
                window.set(line, number: place.number)
            }
            timelines[number]?.window = window
            timeline.source.set(window.snapshot)
        }
    }

    /// Ends every observation.
    func endObservations() {
        chatSource.finish()
        outboxSource.finish()
        connectionSource.finish()
        for timeline in timelines.values { timeline.source.finish() }
        timelines = [:]
    }

    // MARK: Timelines

    /// A window of a chat, told of everything that changes in it.
    /// - Parameters:
    ///   - opening: where it opens.
    ///   - count: lines to begin with, at most.
    /// - Throws: ``ClientError/noSuchMessage`` for a line that is not there.
    public func timeline(
        of chat: ChatID, at opening: Timeline.Opening = .newest, count: Int = 50
    ) throws(ClientError) -> Timeline {
        let window: TimelineWindow
        let count = Self.pageCount(count)
        switch opening {
        case .newest:
            let lines = try lines(of: chat, limit: count)
            window = TimelineWindow(chat, lines: lines, hasOlder: lines.count == count, hasNewer: false)
        case .line(let id):
            beforeShowing()
            let place = try place(of: id)
            guard place.chat == chat else { throw .noSuchMessage }
            let older = try lines(of: chat, before: place.number, limit: count / 2)
            let newer = try lines(of: chat, after: place.number - 1, limit: count - older.count)
            window = TimelineWindow(
                chat, lines: older + newer, hasOlder: older.count == count / 2,
                hasNewer: newer.count == count - older.count)
        }
        timelineCount += 1
        timelines[timelineCount] = OpenTimeline(window: window)
        return Timeline(chat, number: timelineCount, self)
    }

    /// Lines that are asked for at once, within the bounds of a timeline.
    private static func pageCount(_ wish: Int) -> Int { min(max(wish, 1), ClientLimits.timelineLinesMax) }

    func watch(timeline number: UInt64, for _: Timeline) -> AsyncStream<Timeline.Snapshot> {
        guard let timeline = timelines[number] else { return AsyncStream { $0.finish() } }
        return timeline.source.watch(timeline.window.snapshot) { [weak self] (watcher) in
            Task { await self?.forget(watcher, ofTimeline: number) }
        }
    }

    private func forget(_ watcher: UInt64, ofTimeline number: UInt64) { timelines[number]?.source.forget(watcher) }

    func forget(timeline number: UInt64) { timelines.removeValue(forKey: number)?.source.finish() }

    func grow(timeline number: UInt64, older count: Int) throws(ClientError) {
        guard var timeline = timelines[number], timeline.window.hasOlder else { return }
        let count = Self.pageCount(count)
        let first = timeline.window.lines.first?.number
        let page = try lines(of: timeline.window.chat, before: first, limit: count)
        timeline.window.grow(older: page, hasOlder: page.count == count)
        timelines[number] = timeline
        timeline.source.set(timeline.window.snapshot)
    }

    func grow(timeline number: UInt64, newer count: Int) throws(ClientError) {
        guard var timeline = timelines[number], timeline.window.hasNewer else { return }
        let count = Self.pageCount(count)
        let last = timeline.window.lines.last?.number ?? 0
        let page = try lines(of: timeline.window.chat, after: last, limit: count)
        timeline.window.grow(newer: page, hasNewer: page.count == count)
        timelines[number] = timeline
        timeline.source.set(timeline.window.snapshot)
    }
}

/// A window that somebody looks at, and who is told of it. Belongs to the client's actor.
struct OpenTimeline {
    var window: TimelineWindow
    let source = Source<Timeline.Snapshot>()
}

extension TimelineWindow {
    var snapshot: Timeline.Snapshot { .init(lines: lines, hasOlder: hasOlder, hasNewer: hasNewer) }
}
