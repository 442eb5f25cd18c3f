import Wire

/// Open conversations as they are kept here: entries of their logs become lines, each at its seq.
/// docs/decisions/0025-client-model.md, "Open conversations, kept".
///
/// Everything in them is the server's word. What it said once stays: an entry that is kept is never replaced, only
/// emptied where it was deleted, and taken out where the log does not reach it any more.
final class OpenLogs: Room {
    let conversations: Conversations
    let upkeep: Upkeep
    /// What is no open conversation: it is asked for once.
    private var others: Set<ConversationID> = []
    /// How many timelines show a conversation, which is followed for as long.
    private var onlookers: [ConversationID: Int] = [:]
    /// Up to where those were told; of those that are followed anyway the store has it.
    var told: [ConversationID: UInt64] = [:]
    /// Whether all that is new comes by itself.
    var isLive = false
    /// Called before something is told: what came before it is told first.
    var beforeTelling: () throws(ClientError) -> Void = {}
    /// Entries that are not here and were deleted: they may be under way, in a page from before.
    var earlyDeletions: Set<LinePlace> = []
    /// Hears what became of a post that waited, by another way than its answer.
    var whenPosted: (_ number: UInt64, _ name: ClientID) -> Void = { _, _ in }
    /// Hears what is not sent any more, and why.
    var whenRefused: (_ number: UInt64, _ name: ClientID, ClientError) -> Void = { _, _, _ in }
    /// Hears of a conversation of which the log ends before what was kept of it.
    var whenSetBack: (ConversationID) -> Void = { _ in }
    /// Hears what is to be sent.
    var whenWaiting: (_ number: UInt64) -> Void = { _ in }

    init(_ ground: Ground, _ conversations: Conversations, _ upkeep: Upkeep) {
        self.conversations = conversations
        self.upkeep = upkeep
        super.init(ground)
        // What was told of may be gone.
        ground.records.whenTakenBack.append { [unowned self] in told = [:] }
    }

    /// What is kept of a conversation; `nil` where nothing is.
    func stored(_ id: ConversationID) throws(ClientError) -> StoredConversation? {
        try read(.chat(.conversation(id)))?.conversation
    }

    // MARK: Which there are

    /// Sees to it that a conversation has its chat here.
    /// - Throws: ``ClientError/noSuchChat`` for one that is not open; what the server refuses with.
    func learn(_ id: ConversationID) async throws(ClientError) {
        guard try stored(id) == nil else { return }
        guard !others.contains(id) else { throw .noSuchChat }
        try adopt(try await conversations.conversation(id))
    }

    /// Keeps what the server says of a conversation.
    /// - Parameter head: as it was known when this was asked for.
    func adopt(_ view: ConversationView, since head: SequenceNumber? = nil) throws(ClientError) {
        guard view.mode == .open else {
            noteOther(view.conversation)
            throw .noSuchChat
        }
        try hold(view.conversation, to: view.head, since: head)
        var edit = TranscriptEdit(store, now: surroundings.now())
        try adopt(view, &edit)
        try commit(edit)
    }

    private func adopt(_ view: ConversationView, _ edit: inout TranscriptEdit) throws(ClientError) {
        guard view.head.rawValue < LinePlace.firstWaiting else { throw .unexpectedAnswer(status: 200) }
        var conversation = try edit.conversation(view.conversation) ?? StoredConversation(view)
        // More may have come while this was under way.
        guard view.head >= conversation.head else { return }
        conversation.update(view)
        try edit.set(conversation, of: view.conversation, activity: view.createdAt)
    }

    private func noteOther(_ id: ConversationID) {
        if others.count >= ClientLimits.otherConversationsMax { others = [] }
        others.insert(id)
    }

    /// Asks which there are. What the server has no more for this account is over.
    /// - Returns: those that are kept, in an order.
    private func refresh() async throws(ClientError) -> [ConversationID] {
        let before = try heads()
        let listing = try await conversations.conversations(.open, isPatient: false)
        var edit = TranscriptEdit(store, now: surroundings.now())
        for view in listing.items where view.mode == .open {
            try hold(view.conversation, to: view.head, since: before[view.conversation])
            try adopt(view, &edit)
        }
        let present = Set(listing.items.map(\.conversation))
        if !listing.isCut {
            for id in before.keys where !present.contains(id) {
                guard var conversation = try edit.conversation(id) else { continue }
                conversation.isOver = true
                try edit.set(conversation, of: id, activity: surroundings.now())
            }
        }
        try commit(edit)
        return present.union(before.keys).sorted { ChatID.conversation($0) < ChatID.conversation($1) }
    }

    /// The open conversations that are kept here, and how far the server said that each has come.
    private func heads() throws(ClientError) -> [ConversationID: SequenceNumber] {
        var heads: [ConversationID: SequenceNumber] = [:]
        try ground.records.visitReadable(in: .chatRows) { (row) in
            guard case .conversation(let id) = row.id else { return }
            if let conversation = row.detail?.conversation { heads[id] = conversation.head }
        }
        return heads
    }

    private func commit(_ edit: TranscriptEdit) throws(ClientError) {
        var transaction = StoreTransaction()
        edit.write(into: &transaction)
        if !transaction.isEmpty { try commit(transaction) }
    }

    func change(
        _ id: ConversationID, _ change: (inout StoredConversation) -> Void
    ) throws(ClientError) {
        var edit = TranscriptEdit(store, now: surroundings.now())
        guard var conversation = try edit.conversation(id) else { return }
        change(&conversation)
        try edit.set(conversation, of: id, activity: surroundings.now())
        try commit(edit)
    }

    /// The server has it no more for this account.
    func noteOver(_ id: ConversationID) throws(ClientError) { try change(id) { $0.isOver = true } }

    // MARK: Following

    /// From now on everything that is said in it is fetched at each connect, and told.
    func follow(_ id: ConversationID) async throws(ClientError) {
        try await learn(id)
        guard try stored(id)?.toldThrough == nil else { return }
        do throws(ClientError) {
            try await fetch(.newest, of: id, limit: Limits.pageItemsDefault)
        } catch {
            // Then from what is here on, with the next connection.
            guard error.isPassing else { throw error }
        }
        try change(id) { $0.toldThrough = $0.known.newest.map { SequenceNumber($0.upperBound) } ?? $0.head }
    }

    func unfollow(_ id: ConversationID) throws(ClientError) {
        if onlookers[id] != nil { told[id] = try stored(id)?.toldThrough?.rawValue }
        try change(id) { $0.toldThrough = nil }
    }

    /// Somebody looks at it.
    func look(at id: ConversationID) throws(ClientError) {
        if onlookers[id] == nil { told[id] = try stored(id)?.known.newest?.upperBound }
        onlookers[id, default: 0] += 1
    }

    func ceaseLooking(at id: ConversationID) {
        guard let count = onlookers[id] else { return }
        onlookers[id] = count > 1 ? count - 1 : nil
        if count == 1 { told[id] = nil }
    }

    /// Whether nothing of it is to be missed.
    func isWanted(_ id: ConversationID) throws(ClientError) -> Bool {
        guard let conversation = try stored(id), !conversation.isOver else { return false }
        return conversation.toldThrough != nil || onlookers[id] != nil
    }

    /// The number up to which everything was told of one that is wanted; `nil` where nothing of it is here.
    private func toldThrough(_ conversation: StoredConversation, _ id: ConversationID) -> UInt64? {
        conversation.toldThrough?.rawValue ?? told[id]
    }

    /// Whether everything up to a number was told of one that is wanted.
    func isReached(_ seq: SequenceNumber, in id: ConversationID) throws(ClientError) -> Bool {
        guard let conversation = try stored(id), let told = toldThrough(conversation, id) else { return false }
        return told >= seq.rawValue
    }

    /// Whether a page has what is missing before a post of this device in one that is wanted.
    func hasGap(before seq: SequenceNumber, of id: ConversationID) throws(ClientError) -> Bool {
        guard try isWanted(id), let conversation = try stored(id), let told = toldThrough(conversation, id) else {
            return false
        }
        let end = ground.listeners.isEmpty ? conversation.known.end(after: told) : told
        return seq.rawValue > end + 1 && seq.rawValue - end <= UInt64(Limits.pageItemsMax)
    }

    /// Writes down that everything up to a number counts as told, where that goes on from what was told before.
    /// - Parameter last: a post of this device, which counts as told where nothing before it is to be told.
    /// - Returns: the numbers between.
    func advance(
        _ conversation: inout StoredConversation, _ id: ConversationID, through last: UInt64? = nil
    ) -> ClosedRange<UInt64>? {
        guard let from = toldThrough(conversation, id) else { return nil }
        let end = conversation.known.end(after: from)
        guard end > from, last.map({ $0 == from + 1 && $0 == end }) ?? true else { return nil }
        if conversation.toldThrough != nil { conversation.toldThrough = SequenceNumber(end) } else { told[id] = end }
        return (from + 1)...end
    }

    /// Those of which nothing is to be missed.
    func wanted() throws(ClientError) -> [ConversationID] {
        var wanted: [ConversationID] = []
        for id in try heads().keys where try isWanted(id) { wanted.append(id) }
        return wanted
    }

    /// The server says how far a conversation has come.
    func noteHead(_ seq: SequenceNumber, of id: ConversationID) throws(ClientError) {
        guard seq.rawValue < LinePlace.firstWaiting else { return }
        try change(id) { $0.head = max($0.head, seq) }
    }

    /// What follows from a live entry.
    enum Taken {
        /// It is staged; told once it is durable.
        case kept([SottoEvent])
        /// Entries before it are missing.
        case gap
        /// Nothing is known of its conversation.
        case stranger
    }

    /// A live entry.
    func take(_ entry: LogEntry) throws(ClientError) -> Taken {
        let (id, number) = (entry.conversation, entry.seq.rawValue)
        guard number > 0, number < LinePlace.firstWaiting, !others.contains(id) else { return .kept([]) }
        guard let conversation = try stored(id) else {
            if case .created(let created) = entry.event, created.mode != .open {
                noteOther(id)
                return .kept([])
            }
            return .stranger
        }
        var isNext = false
        if try isWanted(id), let told = toldThrough(conversation, id), number > told {
            // Also where somebody has fetched it, or what is behind it, and nobody was told.
            let known = conversation.known
            guard number == told + 1, known.end(after: told) == told, known.end(after: number) == number else {
                return .gap
            }
            isNext = true
        }
        let part = LogPart(entries: [entry], covered: number...number, head: max(entry.seq, conversation.head))
        let kept = try keep(part, of: id, advances: isNext) { (transaction) throws(ClientError) in
            try self.stage(transaction)
        }
        return .kept(kept.events)
    }

    /// Tells what those that are wanted gained meanwhile.
    func catchUp() async throws(ClientError) {
        for id in try await refresh() where try isWanted(id) { try await catchUpOrTell(id) }
    }

    /// A conversation that cannot be read any more keeps nobody from the others, and ends no listener.
    func catchUpOrTell(_ id: ConversationID) async throws(ClientError) {
        do throws(ClientError) {
            try await catchUp(id)
        } catch {
            guard !error.isPassing else { throw error }
            tell(.trouble(SottoError(error)))
        }
    }

    /// Tells what was not told yet, and fetches what is missing of it; of one of which nothing is here its newest page,
    /// which nobody is told. Of very many only so many are fetched, and the newest page behind a hole: a log without an
    /// end would fill the disk. While nobody listens it only fetches: what nobody hears is not told.
    func catchUp(_ id: ConversationID) async throws(ClientError) {
        var room = ClientLimits.caughtUpEntriesMax
        while try isWanted(id), var conversation = try stored(id) {
            guard let told = toldThrough(conversation, id) else {
                try await fetch(.newest, of: id, limit: Limits.pageItemsDefault)
                self.told[id] = try stored(id)?.known.newest?.upperBound
                return
            }
            guard !ground.listeners.isEmpty else {
                try await fetch(.after(conversation.known.end(after: told)), of: id, limit: Limits.pageItemsMax)
                return
            }
            // What somebody has fetched meanwhile.
            if let news = advance(&conversation, id) {
                try change(id) { $0.toldThrough = conversation.toldThrough }
                try beforeTelling()
                try tellLines(in: news, of: id)
                continue
            }
            guard room > 0 else { return try await leaveHole(behind: told, of: id) }
            let (part, kept) = try await fetch(.after(told), of: id, limit: Limits.pageItemsMax, advances: true)
            // Of a page without entries as well: what it covers is known without having been sent.
            room -= max(part.entries.count, 1)
            try beforeTelling()
            // Of what nobody was told nobody needs to hear that it is gone.
            for case .removed(let line) in kept.events where line.number.rawValue <= told { tell(.removed(line)) }
            if let news = kept.news { try tellLines(in: news, of: id) }
            // Another one may have got further meanwhile; without any news it would be asked for ever.
            guard let end = kept.news?.upperBound, end < part.head.rawValue else { return }
        }
    }

    /// Goes on from the newest page of a log that is too far ahead: it is told, and that what is before it is not.
    private func leaveHole(behind number: UInt64, of id: ConversationID) async throws(ClientError) {
        let (part, _) = try await fetch(.newest, of: id, limit: Limits.pageItemsDefault)
        guard let covered = part.covered, covered.upperBound > number,
            let conversation = try stored(id), toldThrough(conversation, id) == number
        else { return }
        let first = max(covered.lowerBound, number + 1)
        try change(id) { (conversation) in
            if conversation.toldThrough != nil { conversation.toldThrough = SequenceNumber(covered.upperBound) }
        }
        if told[id] != nil { told[id] = covered.upperBound }
        try beforeTelling()
        if first > number + 1 { tell(.passedOver(.conversation(id), through: SequenceNumber(first - 1))) }
        try tellLines(in: first...covered.upperBound, of: id)
    }

    /// Tells lines that are new, whoever fetched them: somebody who looked may have been first.
    private func tellLines(in numbers: ClosedRange<UInt64>, of id: ConversationID) throws(ClientError) {
        let own = try ownAddress()
        let shelf = StoreShelf<StoredLine>.lines(of: .conversation(id))
        var first = numbers.lowerBound
        while first <= numbers.upperBound {
            let range = StoreRange(places: first...numbers.upperBound, limit: Limits.pageItemsMax)
            let lines = try readableValues(in: shelf, range)
            for (key, line) in lines where line.author != own.account || line.device != own.device {
                guard line.removal == nil, let number = key.number else { continue }
                let shown = Line(line, at: LinePlace(.conversation(id), number), own: own.account)
                switch shown.body {
                case .change: tell(.change(shown))
                case .unreadable: tell(.unreadable(shown))
                default: tell(.message(shown))
                }
            }
            guard let last = lines.last?.key.number, lines.count == Limits.pageItemsMax else { return }
            first = last + 1
        }
    }

    // MARK: Fetching

    /// Fetches a part of a log and keeps it.
    /// - Parameter advances: whether what goes on from what was told is to be told.
    /// - Returns: it, and what it says that is new.
    @discardableResult
    func fetch(
        _ place: LogPart.Place, of id: ConversationID, limit: Int, advances: Bool = false
    ) async throws(ClientError) -> (LogPart, Kept) {
        let before = try stored(id)?.head
        let part: LogPart
        do throws(ClientError) {
            part = try await conversations.log(of: id, place, limit: min(max(limit, 1), Limits.pageItemsMax))
        } catch {
            if case .refused(let problem) = error, problem.code == .notFound { try noteOver(id) }
            throw error
        }
        try hold(id, to: part.head, since: before)
        let kept = try keep(part, of: id, advances: advances) { (transaction) throws(ClientError) in
            try self.commit(transaction)
        }
        return (part, kept)
    }
}
