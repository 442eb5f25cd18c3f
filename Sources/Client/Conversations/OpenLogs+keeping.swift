import Wire

// What entries of a log become here.

extension OpenLogs {
    /// What a part of a log says that is new; of what this device has posted itself nothing.
    struct Kept {
        var events: [SottoEvent] = []
        /// The numbers that go on from what was told: theirs are to be told.
        var news: ClosedRange<UInt64>?
    }

    /// Makes lines of a part of a log.
    /// - Parameters:
    ///   - advances: whether what goes on from what was told counts as told with this.
    ///   - write: commits or stages what changes.
    func keep(
        _ part: LogPart, of id: ConversationID, advances: Bool,
        _ write: (StoreTransaction) throws(ClientError) -> Void
    ) throws(ClientError) -> Kept {
        guard let conversation = try stored(id) else { return Kept() }
        var keeping = Keeping(conversation, id, own: try ownAddress(), TranscriptEdit(store, now: surroundings.now()))
        var kept = Kept()
        for entry in part.entries {
            if let event = try keep(entry, &keeping) { kept.events.append(event) }
        }
        if let covered = part.covered { keeping.conversation.known.insert(covered) }
        keeping.conversation.head = max(keeping.conversation.head, part.head)
        if advances { kept.news = advance(&keeping.conversation, id) }
        try finish(&keeping, write)
        return kept
    }

    /// A post of this device has its place in the log.
    /// - Parameter number: its own, in the outbox.
    func settle(_ number: UInt64, _ send: OpenSend, at seq: SequenceNumber, _ time: Timestamp) throws(ClientError) {
        let own = try ownAddress()
        guard let conversation = try stored(send.conversation) else { return }
        let name = StoreKey.message(send.clientID, from: own.account, in: send.conversation)
        // By the log it may have come already.
        guard let waiting = try read(name)?.place, waiting.isWaiting else { return }
        let id = send.conversation
        var keeping = Keeping(conversation, id, own: own, TranscriptEdit(store, now: surroundings.now()))
        let place = LinePlace(.conversation(id), seq.rawValue)
        guard try keeping.edit.line(at: place) == nil, conversation.known.stretch(around: place.number) == nil else {
            throw .unexpectedAnswer(status: 200)
        }
        try settle(waiting, send.clientID, at: place, time, isDeleted: false, &keeping)
        keeping.conversation.known.insert(seq.rawValue...seq.rawValue)
        // Own posts are told nobody.
        _ = advance(&keeping.conversation, id, through: seq.rawValue)
        keeping.conversation.isOver = false
        keeping.conversation.head = max(keeping.conversation.head, seq)
        try finish(&keeping) { (transaction) throws(ClientError) in try self.commit(transaction) }
    }

    /// What one step does to what is kept of a conversation.
    private struct Keeping {
        var conversation: StoredConversation
        let id: ConversationID
        let own: DeviceAddress
        var edit: TranscriptEdit
        var transaction = StoreTransaction()
        /// Names that this step has given, which the store does not know yet.
        var names: Set<LineID.Name> = []
        var nextExpiry: Timestamp?
        /// Who is in it, where an entry has changed that.
        var members: StoredMembers?
        var posted: [(number: UInt64, name: ClientID)] = []
        var waiting: [OpenSend] = []

        init(_ conversation: StoredConversation, _ id: ConversationID, own: DeviceAddress, _ edit: TranscriptEdit) {
            self.conversation = conversation
            self.id = id
            self.own = own
            self.edit = edit
        }

        var chat: ChatID { .conversation(id) }
    }

    private func finish(
        _ keeping: inout Keeping, _ write: (StoreTransaction) throws(ClientError) -> Void
    ) throws(ClientError) {
        try keeping.edit.set(keeping.conversation, of: keeping.id, activity: surroundings.now())
        keeping.edit.write(into: &keeping.transaction)
        if let members = keeping.members { keeping.transaction.put(members, at: .members(keeping.id)) }
        let numbers = try enqueue(keeping.waiting, into: &keeping.transaction)
        if !keeping.transaction.isEmpty { try write(keeping.transaction) }
        if let expiry = keeping.nextExpiry { upkeep.noteExpiry(expiry) }
        for post in keeping.posted { whenPosted(post.number, post.name) }
        for number in numbers { whenWaiting(number) }
    }

    /// What an entry changes of the conversation and its members, where it is newer than what is known.
    private func apply(_ entry: LogEntry, _ keeping: inout Keeping) throws(ClientError) {
        guard entry.seq > keeping.conversation.stateNumber else { return }
        keeping.conversation.apply(entry, own: keeping.own.account)
        switch entry.event {
        case .membersAdded, .memberRemoved, .roleChanged: break
        default: return
        }
        if keeping.members == nil { keeping.members = try read(.members(keeping.id)) }
        keeping.members?.apply(entry)
    }

    private func keep(_ entry: LogEntry, _ keeping: inout Keeping) throws(ClientError) -> SottoEvent? {
        let place = LinePlace(keeping.chat, entry.seq.rawValue)
        try apply(entry, &keeping)
        let there: StoredLine?
        do {
            there = try keeping.edit.line(at: place)
        } catch .store(.unreadable) {
            // A later version has kept it.
            return nil
        }
        // One that could not be read is read where a later program can.
        let isUnread = there?.reason != nil && there?.removal == nil
        if let kept = there, !isUnread {
            // What was said stays, unless it was taken back meanwhile.
            guard case .message(let message) = entry.event else { return nil }
            if message.isDeleted { return try empty(kept, at: place, .deleted, &keeping) }
            compare(message, kept, entry.sender.address, keeping)
            return nil
        }
        guard isUnread || keeping.conversation.known.stretch(around: place.number) == nil else { return nil }
        switch entry.event {
        case .message(let message): return try keep(message, entry, at: place, &keeping)
        case .messageDeleted(let deletion):
            guard deletion.seq < entry.seq else { return nil }
            let target = LinePlace(keeping.chat, deletion.seq.rawValue)
            guard let line = try keeping.edit.line(at: target) else {
                noteEarlyDeletion(of: target)
                return nil
            }
            return try empty(line, at: target, deletion.reason == .expired ? .expired : .deleted, &keeping)
        case .unknown(let tag):
            // A kind that is known, beyond the bounds of this version. Of others nobody knows whether they have a line.
            guard !isUnread, ConversationEvent.cases.contains(where: { $0.tag == tag }) else { return nil }
            var line = StoredLine(author: entry.sender.account, device: entry.sender.device)
            line.reason = .unknownContent
            line.time = entry.time
            try keeping.edit.insert(line, at: place)
            return .unreadable(Line(line, at: place, own: keeping.own.account))
        default:
            guard LineChange(entry.event) != nil else { return nil }
            var line = StoredLine(author: entry.sender.account, device: entry.sender.device)
            line.change = entry.event
            line.time = entry.time
            try keeping.edit.insert(line, at: place)
            return .change(Line(line, at: place, own: keeping.own.account))
        }
    }

    /// What is left of a message that says nothing any more: of one whose time is over no line.
    private func empty(
        _ line: StoredLine, at place: LinePlace, _ removal: Removal, _ keeping: inout Keeping
    ) throws(ClientError) -> SottoEvent? {
        guard line.removal == nil else {
            // That its time was over is known only now.
            if removal == .expired { try keeping.edit.remove(at: place) }
            return nil
        }
        guard line.change == nil else { return nil }
        let left = try keeping.edit.erase(line, at: place, removal, into: &keeping.transaction)
        return .removed(Line(left, at: place, own: keeping.own.account))
    }

    private func keep(
        _ message: ConversationEvent.Message, _ entry: LogEntry, at place: LinePlace, _ keeping: inout Keeping
    ) throws(ClientError) -> SottoEvent? {
        let sender = entry.sender.address
        let key = StoreKey.message(message.clientID, from: sender.account, in: keeping.id)
        let known = try read(key)?.place
        let name = LineID.Name.message(message.clientID, by: sender.account)
        if let known, known.isWaiting, sender == keeping.own, !keeping.names.contains(name) {
            // Posted by this device: the answer was lost, or is under way.
            if let line = try keeping.edit.line(at: known), !message.isDeleted {
                compare(message, line, sender, keeping)
            }
            try settle(known, message.clientID, at: place, entry.time, isDeleted: message.isDeleted, &keeping)
            return nil
        }
        var line = StoredLine(author: sender.account, device: sender.device)
        if sender == keeping.own { line.progress = .accepted }
        if known == nil, keeping.names.insert(name).inserted {
            line.message = message.clientID
            keeping.transaction.put(KnownMessage(at: place), at: key)
        }
        line.text = message.text
        line.media = message.media
        line.time = entry.time
        let isDeleted = message.isDeleted || earlyDeletions.contains(place)
        if isDeleted {
            line = line.emptied(.deleted)
        } else if let expiresAt = message.expiresAt {
            line.expiresIn = (expiresAt.milliseconds - min(entry.time.milliseconds, expiresAt.milliseconds)) / 1000
            try keeping.edit.expire(&line, at: place, on: expiresAt)
            keeping.nextExpiry = min(keeping.nextExpiry ?? expiresAt, expiresAt)
        }
        try keeping.edit.insert(line, at: place)
        // What this device has posted and kept no line of was posted before it was restored, or taken out here.
        guard !isDeleted, sender != keeping.own else { return nil }
        return .message(Line(line, at: place, own: keeping.own.account))
    }

    /// Own words are never replaced by the server's; that it says something else is told.
    private func compare(
        _ message: ConversationEvent.Message, _ line: StoredLine, _ sender: DeviceAddress, _ keeping: Keeping
    ) {
        guard sender == keeping.own, line.device == sender.device, line.removal == nil else { return }
        if line.text != message.text || line.media != message.media {
            tell(.trouble(SottoError(.unexpectedAnswer(status: 200))))
        }
    }

    private func noteEarlyDeletion(of place: LinePlace) {
        if earlyDeletions.count >= ClientLimits.openDeletionsMax { earlyDeletions = [] }
        earlyDeletions.insert(place)
    }

    /// A post that waited moves to its place in the log. One that was taken back meanwhile is taken back there.
    private func settle(
        _ waiting: LinePlace, _ name: ClientID, at place: LinePlace, _ time: Timestamp, isDeleted: Bool,
        _ keeping: inout Keeping
    ) throws(ClientError) {
        let number = waiting.number - LinePlace.firstWaiting
        let key = StoreKey.message(name, from: keeping.own.account, in: keeping.id)
        keeping.names.insert(.message(name, by: keeping.own.account))
        keeping.transaction.put(KnownMessage(at: place), at: key)
        keeping.transaction.remove(.post(number))
        keeping.posted.append((number, name))
        guard var line = try keeping.edit.line(at: waiting) else {
            var line = StoredLine(author: keeping.own.account, device: keeping.own.device)
            line.message = name
            line.time = time
            line.removal = .deleted
            line.progress = .withdrawn
            try keeping.edit.insert(line, at: place)
            keeping.waiting.append(OpenSend(deletionOf: SequenceNumber(place.number), of: keeping.id))
            return
        }
        line.progress = .accepted
        line.problem = nil
        line.time = time
        try keeping.edit.remove(at: waiting)
        if isDeleted || earlyDeletions.contains(place) {
            try keeping.edit.insert(line.emptied(.deleted), at: place)
            keeping.transaction.erase()
            return
        }
        if let seconds = line.expiresIn {
            let end = time.adding(seconds: seconds)
            try keeping.edit.expire(&line, at: place, on: end)
            keeping.nextExpiry = min(keeping.nextExpiry ?? end, end)
        }
        try keeping.edit.insert(line, at: place)
    }
}
