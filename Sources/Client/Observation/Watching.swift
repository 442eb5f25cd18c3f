/// What is shown, as it changes: told after it is durable, once for all that changed meanwhile.
final class Watching: Room {
    private let transcript: Transcript
    private let files: FileMailer
    private let logs: OpenLogs
    let conversations: Conversations
    let safetyNumbers: SafetyNumbers
    private let chatSource = Source<[Chat]>()
    private let outboxSource = Source<[Line]>()
    let peopleSource = Source<[Person]>()
    var memberSources: [ConversationID: Source<[ConversationMember]>] = [:]
    /// Those of their members whose names the server was asked for since they came.
    var namesAsked: [ConversationID: Set<AccountID>] = [:]
    private let connectionSource = Source<ConnectionState>()
    private var timelines: [UInt64: OpenTimeline] = [:]
    private var timelineCount: UInt64 = 0
    /// Lines that have changed, and that was not told yet.
    private var untold = Touched()
    private var isTelling = false
    private(set) var connectionState = ConnectionState.off

    init(
        _ ground: Ground, _ transcript: Transcript, _ files: FileMailer, _ logs: OpenLogs,
        _ conversations: Conversations, _ safetyNumbers: SafetyNumbers
    ) {
        self.transcript = transcript
        self.files = files
        self.logs = logs
        self.conversations = conversations
        self.safetyNumbers = safetyNumbers
        super.init(ground)
        ground.records.whenDurable.append { [unowned self] (touched) in committed(touched) }
        // Elsewhere they are asked for when somebody looks.
        logs.whenSetBack = { [unowned self] (id) in if memberSources[id] != nil { refreshMembers(of: id) } }
    }

    /// Every chat of this device, as ``Transcript/chats()`` lists them.
    func watchChats() -> AsyncStream<[Chat]> { watch(\.chatSource, (try? transcript.chats()) ?? []) }

    /// What waits to be sent, as ``FileMailer/waitingMessages()`` gives it.
    func watchOutbox() -> AsyncStream<[Line]> { watch(\.outboxSource, (try? files.waitingMessages()) ?? []) }

    /// How it stands with the server.
    func watchConnection() -> AsyncStream<ConnectionState> { watch(\.connectionSource, connectionState) }

    func watch<Value>(
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
        if state == .live { refreshMembers() }
        connectionSource.set(state)
    }

    // MARK: After a commit

    /// Remembers which lines have changed, now that it is durable.
    private func committed(_ touched: Touched) {
        guard !touched.isEmpty else { return }
        let isWatched = chatSource.isWatched || outboxSource.isWatched || !timelines.isEmpty
        guard isWatched || peopleSource.isWatched || !memberSources.isEmpty else { return }
        untold.formUnion(touched)
        guard !isTelling else { return }
        isTelling = true
        // After what is going on now: a burst of changes is told once.
        ground.errands.begin { (rooms) in rooms.watching.tellChanges() }
    }

    private func tellChanges() {
        isTelling = false
        let touched = untold
        untold = Touched()
        guard !ground.isClosed else { return }
        transcript.beforeShowing()
        if chatSource.isWatched, let chats = try? transcript.chats() { chatSource.set(chats) }
        if outboxSource.isWatched, let lines = try? files.waitingMessages() { outboxSource.set(lines) }
        if touched.hasPeople, peopleSource.isWatched, let people = try? people() { peopleSource.set(people) }
        let changed = touched.lines.compactMap { (place) -> ConversationID? in
            guard case .conversation(let id) = place.chat, place.number == 0 else { return nil }
            return id
        }
        tellMembers(of: touched.hasPeople ? Set(memberSources.keys) : Set(changed))
        for (number, timeline) in timelines {
            var window = timeline.window
            // In their order: a line that joins says where the window ends.
            let places = touched.lines.filter { $0.chat == window.chat }.sorted { $0.number < $1.number }
            for place in places {
                let line: Line?
                // One that cannot be read stays as it was shown.
                do { line = try transcript.line(at: place) } catch { continue }
                let bound = (try? bound(around: place.number, of: window.chat)) ?? place.number...place.number
                window.set(line, number: place.number, within: bound)
            }
            joinNewest(&window)
            timelines[number]?.window = window
            timeline.source.set(window.snapshot)
        }
    }

    /// Once the hole behind a window is filled it is at the newest again.
    private func joinNewest(_ window: inout TimelineWindow) {
        guard window.isBehindHole, let bound = try? bound(around: window.end, of: window.chat),
            bound.upperBound == .max
        else { return }
        let limit = ClientLimits.timelineLinesMax
        guard let page = try? transcript.lines(of: window.chat, after: window.end, limit: limit, within: bound) else {
            return
        }
        window.grow(newer: page, hasNewer: page.count == limit)
    }

    /// Ends every observation.
    func end() {
        chatSource.finish()
        outboxSource.finish()
        connectionSource.finish()
        peopleSource.finish()
        for source in memberSources.values { source.finish() }
        memberSources = [:]
        for timeline in timelines.values { timeline.source.finish() }
        timelines = [:]
    }

    // MARK: Reading

    /// Lines before a number, or the newest, ascending. Those of an open conversation are fetched where they are not
    /// here; where the server cannot be reached, what is here has to do.
    func lines(of chat: ChatID, before number: UInt64?, limit: Int) async throws(ClientError) -> [Line] {
        guard case .conversation(let id) = chat, limit > 0 else {
            return try transcript.lines(of: chat, before: number, limit: limit)
        }
        let count = Self.pageCount(limit)
        return try await loading { () async throws(ClientError) in
            if let number { try await logs.load(before: number, of: id, count: count) } else {
                try await logs.loadNewest(of: id, count: count)
            }
        } then: { () throws(ClientError) in
            let bound = try bound(around: number.map { max($0, 1) - 1 } ?? .max, of: chat)
            return try transcript.lines(of: chat, before: number, limit: count, within: bound)
        }
    }

    /// The same of those behind a number.
    func lines(of chat: ChatID, after number: UInt64, limit: Int) async throws(ClientError) -> [Line] {
        guard case .conversation(let id) = chat, limit > 0, number < .max else {
            return try transcript.lines(of: chat, after: number, limit: limit)
        }
        let count = Self.pageCount(limit)
        return try await loading { () async throws(ClientError) in
            try await logs.load(after: number, of: id, count: count)
        } then: { () throws(ClientError) in
            try transcript.lines(of: chat, after: number, limit: count, within: try bound(around: number + 1, of: chat))
        }
    }

    /// One line, as ``Transcript/line(_:)``; of an open conversation fetched by its number.
    func line(_ id: LineID) async throws(ClientError) -> Line? {
        if let line = try transcript.line(id) { return line }
        guard case .conversation(let conversation) = id.chat, case .number(let number) = id.name else { return nil }
        try await logs.load(around: number.rawValue, of: conversation, count: 2)
        return try transcript.line(id)
    }

    /// What is here is shown, whatever keeps the rest away.
    private func tellTrouble(_ error: ClientError) {
        if !error.isPassing { tell(.trouble(SottoError(error))) }
    }

    /// - Throws: why nothing was fetched, where nothing is here either.
    private func loading(
        _ load: () async throws(ClientError) -> Void, then read: () throws(ClientError) -> [Line]
    ) async throws(ClientError) -> [Line] {
        do throws(ClientError) {
            try await load()
        } catch {
            let lines = try read()
            guard !lines.isEmpty else { throw error }
            tellTrouble(error)
            return lines
        }
        return try read()
    }

    // MARK: Timelines

    func timeline(
        of chat: ChatID, at opening: Timeline.Opening = .newest, count: Int = 50
    ) async throws(ClientError) -> UInt64 {
        let count = Self.pageCount(count)
        let place = try await place(opening, of: chat, count: count)
        let failure = await failure { () async throws(ClientError) in
            try await load(chat, around: place, count: count)
        }
        let window: TimelineWindow
        let head = try head(of: chat)
        if let place {
            let bound = try bound(around: place, of: chat)
            let older = try transcript.lines(of: chat, before: place, limit: count / 2, within: bound)
            let newer = try transcript.lines(
                of: chat, after: place - 1, limit: count - older.count, within: bound)
            window = TimelineWindow(
                chat, lines: older + newer, hasOlder: older.count == count / 2 || bound.lowerBound > 1,
                hasNewer: try isMore(after: newer.last?.number.rawValue ?? place, chat, bound)
                    || bound.upperBound < .max,
                head: head)
        } else {
            let bound = try bound(around: .max, of: chat)
            let lines = try transcript.lines(of: chat, limit: count, within: bound)
            window = TimelineWindow(
                chat, lines: lines, hasOlder: lines.count == count || bound.lowerBound > 1, hasNewer: false,
                head: head)
        }
        if let failure {
            guard !window.lines.isEmpty else { throw failure }
            tellTrouble(failure)
        }
        timelineCount += 1
        timelines[timelineCount] = OpenTimeline(window: window)
        if case .conversation(let id) = chat { try logs.look(at: id) }
        return timelineCount
    }

    /// The number that a timeline opens at; `nil` for the newest.
    private func place(
        _ opening: Timeline.Opening, of chat: ChatID, count: Int
    ) async throws(ClientError) -> UInt64? {
        let id: LineID
        switch opening {
        case .newest: return nil
        case .date(let date): return try await place(Timestamp(date), of: chat)
        case .line(let line): id = line
        }
        transcript.beforeShowing()
        guard id.chat == chat else { throw .noSuchMessage }
        let failure = await failure { () async throws(ClientError) in
            guard case .conversation(let conversation) = chat, case .number(let number) = id.name else { return }
            try await logs.load(around: number.rawValue, of: conversation, count: count)
        }
        do { return try transcript.place(of: id).number } catch { throw failure ?? error }
    }

    /// The number of the first line that is not older than a moment; `nil` where all are.
    private func place(_ time: Timestamp, of chat: ChatID) async throws(ClientError) -> UInt64? {
        guard case .conversation(let id) = chat else { return try transcript.number(at: time, of: chat) }
        return try await logs.number(at: time, of: id)
    }

    /// Fetches what is not here, of an open conversation.
    private func load(_ chat: ChatID, around place: UInt64?, count: Int) async throws(ClientError) {
        guard case .conversation(let id) = chat else { return }
        guard let place else { return try await logs.loadNewest(of: id, count: count) }
        try await logs.load(around: place, of: id, count: count)
    }

    /// The numbers around one between which there is no hole.
    private func bound(around number: UInt64, of chat: ChatID) throws(ClientError) -> ClosedRange<UInt64> {
        guard case .conversation(let id) = chat else { return 0...(.max) }
        return try logs.bound(around: number, of: id) ?? number...number
    }

    /// The last number of the log that is here.
    private func head(of chat: ChatID) throws(ClientError) -> UInt64 {
        guard case .conversation(let id) = chat else { return 0 }
        return try logs.stored(id)?.known.newest?.upperBound ?? 0
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

    func forget(timeline number: UInt64) {
        guard let timeline = timelines.removeValue(forKey: number) else { return }
        if case .conversation(let id) = timeline.window.chat { logs.ceaseLooking(at: id) }
        timeline.source.finish()
    }

    func grow(timeline number: UInt64, older count: Int) async throws(ClientError) {
        let count = Self.pageCount(count)
        guard let window = timelines[number]?.window, window.hasOlder else { return }
        let failure = await failure { () async throws(ClientError) in
            guard case .conversation(let id) = window.chat else { return }
            try await logs.load(before: window.start, of: id, count: count)
        }
        try grow(number, after: failure) { (window) throws(ClientError) in
            guard window.hasOlder else { return true }
            let bound = try bound(around: window.start, of: window.chat)
            let page = try transcript.lines(of: window.chat, before: window.start, limit: count, within: bound)
            window.grow(older: page, hasOlder: page.count == count || bound.lowerBound > 1)
            return !page.isEmpty
        }
    }

    func grow(timeline number: UInt64, newer count: Int) async throws(ClientError) {
        let count = Self.pageCount(count)
        guard let window = timelines[number]?.window, window.hasNewer else { return }
        let failure = await failure { () async throws(ClientError) in
            guard case .conversation(let id) = window.chat else { return }
            try await logs.load(after: window.end, of: id, count: count)
        }
        try grow(number, after: failure) { (window) throws(ClientError) in
            guard window.hasNewer else { return true }
            let bound = try bound(around: window.end, of: window.chat)
            let page = try transcript.lines(of: window.chat, after: window.end, limit: count, within: bound)
            let isMore = try isMore(after: page.last?.number.rawValue ?? window.end, window.chat, bound)
            window.grow(newer: page, hasNewer: bound.upperBound < .max || isMore)
            return !page.isEmpty
        }
    }

    /// Grows a window by what is here; it may have changed while something was fetched.
    /// - Parameter grow: gives whether it found anything.
    /// - Throws: why nothing was fetched, where nothing is here either.
    private func grow(
        _ number: UInt64, after failure: ClientError?,
        _ grow: (inout TimelineWindow) throws(ClientError) -> Bool
    ) throws(ClientError) {
        guard var timeline = timelines[number] else { return }
        let isFound = try grow(&timeline.window)
        if let failure, !isFound { throw failure }
        timelines[number] = timeline
        timeline.source.set(timeline.window.snapshot)
    }

    private func isMore(
        after number: UInt64, _ chat: ChatID, _ bound: ClosedRange<UInt64>
    ) throws(ClientError) -> Bool {
        try !transcript.lines(of: chat, after: number, limit: 1, within: bound).isEmpty
    }

    /// Why something was not done; `nil` where it was.
    private func failure(_ body: () async throws(ClientError) -> Void) async -> ClientError? {
        do throws(ClientError) {
            try await body()
            return nil
        } catch {
            return error
        }
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
