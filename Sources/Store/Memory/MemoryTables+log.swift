import Wire

extension MemoryTables {
    // MARK: Reading

    func head(of conversation: ConversationID) -> SequenceNumber { state.logs[conversation]?.head ?? SequenceNumber(0) }

    func entries(of conversation: ConversationID, _ range: LogRange, limit: Int) -> [LogEntry] {
        let entries = state.logs[conversation]?.entries ?? []
        let limit = max(0, limit)
        switch range {
        case .newest:
            return Array(entries.suffix(limit))
        case .before(let seq):
            return Array(entries[..<entries.firstIndex(atOrAfter: seq)].suffix(limit))
        case .after(let seq):
            guard seq.rawValue < .max else { return [] }
            return Array(entries[entries.firstIndex(atOrAfter: SequenceNumber(seq.rawValue + 1))...].prefix(limit))
        case .around(let seq):
            // Half of the page before, the rest from `seq` on; what one side lacks the other fills up.
            let middle = entries.firstIndex(atOrAfter: seq)
            let before = min(middle, max(limit / 2, limit - (entries.count - middle)))
            return Array(entries[(middle - before)...].prefix(limit))
        }
    }

    func envelopes(
        for device: DeviceAddress, after number: QueueNumber, limit: Int, byteCountMax: Int
    ) -> [Envelope] {
        guard let queue = state.queues[device] else { return [] }
        let skipped = number.rawValue.subtractingReportingOverflow(queue.deliveredThrough.rawValue)
        let first = skipped.overflow ? 0 : Int(min(skipped.partialValue, UInt64(queue.waiting.count)))
        var page: [Envelope] = []
        var byteCount = 0
        for envelope in queue.waiting.dropFirst(first).prefix(max(0, limit)) {
            if !page.isEmpty, byteCount + envelope.body.count > byteCountMax { break }
            byteCount += envelope.body.count
            page.append(envelope)
        }
        return page
    }

    func queueState(of device: DeviceAddress) -> QueueState {
        let queue = state.queues[device] ?? .init()
        return QueueState(
            head: queue.head, deliveredThrough: queue.deliveredThrough, count: UInt64(queue.waiting.count))
    }

    func accepted(from sender: DeviceAddress, clientID: ClientID) -> AcceptedRow? {
        state.accepted[.init(sender: sender, clientID: clientID)]
    }

    // MARK: Writing

    func append(_ draft: EnvelopeDraft) -> AppendedEnvelopes {
        writeCount += 1
        precondition(draft.copies.count <= Limits.devicesPerSendMax, "a send to too many devices")
        let id = state.messageIDs.next(at: draft.time)
        let seq = draft.conversation.map { takeSeq(of: $0) }
        if let sender = draft.sender { remember(sender, draft.clientID, id, draft.time, draft.conversation, seq) }
        var numbers: [QueueNumber] = []
        for copy in draft.copies {
            guard var queue = state.queues.removeValue(forKey: copy.recipient) else {
                preconditionFailure("a copy for no device")
            }
            queue.head = QueueNumber(queue.head.rawValue + 1)
            queue.waiting.append(
                Envelope(
                    number: queue.head, id: id, time: draft.time, sender: draft.sender.map { DeviceAddressPayload($0) },
                    kind: draft.kind, conversation: draft.conversation, seq: seq, isUrgent: draft.isUrgent,
                    commitment: draft.commitment, body: copy.body))
            numbers.append(queue.head)
            state.queues[copy.recipient] = queue
        }
        if !numbers.isEmpty { state.waitingCopies[id] = numbers.count }
        return AppendedEnvelopes(id: id, seq: seq, numbers: numbers)
    }

    func append(_ draft: EntryDraft) -> AppendedEntry {
        writeCount += 1
        let id = state.messageIDs.next(at: draft.time)
        let seq = takeSeq(of: draft.conversation)
        state.logs[draft.conversation]?.entries.append(
            LogEntry(
                conversation: draft.conversation, seq: seq, id: id, time: draft.time,
                sender: DeviceAddressPayload(draft.sender), event: draft.event))
        state.entryCount += 1
        if case .message(let message) = draft.event, let end = message.expiresAt {
            state.expiring[MessagePlace(conversation: draft.conversation, seq: seq)] = end
        }
        if let clientID = draft.clientID { remember(draft.sender, clientID, id, draft.time, draft.conversation, seq) }
        return AppendedEntry(id: id, seq: seq)
    }

    func redact(_ seq: SequenceNumber, of conversation: ConversationID) -> LogEntry? {
        guard let entries = state.logs[conversation]?.entries else { return nil }
        let index = entries.firstIndex(atOrAfter: seq)
        guard entries.indices.contains(index), entries[index].seq == seq, let tombstone = entries[index].tombstone,
            tombstone != entries[index]
        else { return nil }
        writeCount += 1
        state.logs[conversation]?.entries[index] = tombstone
        state.expiring[MessagePlace(conversation: conversation, seq: seq)] = nil
        return entries[index]
    }

    func hasExpiredMessages(by now: Timestamp) -> Bool { state.expiring.values.contains { $0 <= now } }

    func takeExpiredMessages(by now: Timestamp, limit: Int) -> [MessagePlace] {
        writeCount += 1
        let expired = state.expiring.filter { $0.value <= now }.sorted { $0.value < $1.value }.prefix(max(0, limit))
        for (place, _) in expired { state.expiring[place] = nil }
        return expired.map(\.key)
    }

    func trimQueue(of device: DeviceAddress, through number: QueueNumber) {
        writeCount += 1
        guard var queue = state.queues.removeValue(forKey: device) else { return }
        let through = min(number, queue.head)
        if through > queue.deliveredThrough {
            let goneCount = Int(through.rawValue - queue.deliveredThrough.rawValue)
            for envelope in queue.waiting.prefix(goneCount) { release(envelope.id) }
            queue.waiting = queue.waiting.dropFirst(goneCount)
            queue.deliveredThrough = through
        }
        state.queues[device] = queue
    }

    func removeExpired(now: Timestamp, limit: Int) -> Int {
        writeCount += 1
        var left = max(0, limit)
        let tokens = state.tokens.filter { $0.value.expiresAt <= now }.keys.prefix(left)
        for hash in tokens { state.tokens[hash] = nil }
        left -= tokens.count
        let invites = state.invites.filter { $0.value.expiresAt <= now }.keys.prefix(left)
        for hash in invites { state.invites[hash] = nil }
        left -= invites.count
        let replies = state.savedReplies.filter { $0.value.expiresAt <= now }.keys.prefix(left)
        for key in replies { state.savedReplies[key] = nil }
        left -= replies.count
        let reports = state.reports.filter { $0.reportedAt.adding(seconds: Limits.reportDays * 86_400) <= now }
            .prefix(left).map(\.number)
        state.reports.removeAll { reports.contains($0.number) }
        left -= reports.count
        for device in Array(state.queues.keys) where left > 0 {
            let old = state.queues[device]?.waiting.prefix(left)
                .prefix { $0.time.adding(seconds: Limits.queueDays * 86_400) <= now }
            guard let last = old?.last?.number else { continue }
            left -= old?.count ?? 0
            trimQueue(of: device, through: last)
        }
        state.accepted = state.accepted.filter { $0.value.time.adding(seconds: Limits.idempotencySeconds) > now }
        return max(0, limit) - left
    }

    // MARK: Details

    private func takeSeq(of conversation: ConversationID) -> SequenceNumber {
        guard let head = state.logs[conversation]?.head else { preconditionFailure("a message in no conversation") }
        let seq = SequenceNumber(head.rawValue + 1)
        state.logs[conversation]?.head = seq
        return seq
    }

    private func remember(
        _ sender: DeviceAddress, _ clientID: ClientID, _ id: MessageID, _ time: Timestamp,
        _ conversation: ConversationID?, _ seq: SequenceNumber?
    ) {
        let key = MemoryState.AcceptedKey(sender: sender, clientID: clientID)
        precondition(state.accepted[key] == nil, "a send stored twice")
        state.accepted[key] = AcceptedRow(id: id, time: time, conversation: conversation, seq: seq)
    }

    /// One copy of a row is gone.
    func release(_ id: MessageID) {
        guard let count = state.waitingCopies[id] else { return }
        state.waitingCopies[id] = count > 1 ? count - 1 : nil
    }
}

extension [LogEntry] {
    /// By halving; entries are in the order of their seq.
    fileprivate func firstIndex(atOrAfter seq: SequenceNumber) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle].seq < seq { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
