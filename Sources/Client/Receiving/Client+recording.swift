import Keys
import Ratchet
import Wire

// What was opened, into the transcript.

extension Client {
    /// Commits what a message says, or takes out what it takes back, with the cursor.
    func record(
        _ content: MessageContent, _ franked: FrankedContent?, _ envelope: Envelope, _ sender: DeviceAddress,
        _ own: DeviceAddress, _ seal: SealedMessage?, isSenderHidden: Bool, into transaction: inout StoreTransaction
    ) throws(ClientError) -> ClientEvent? {
        let seen = StoreKey.seen(content.message, from: sender.account)
        guard try read(seen) == nil else {
            _ = try write(nil, envelope, into: &transaction)
            return nil
        }
        transaction.put(surroundings.now(), at: seen)
        if let target = content.target {
            let removed = try takeOut(target, of: sender.account, own, into: &transaction)
            _ = try write(nil, envelope, into: &transaction)
            if removed != nil { lookAfterTranscript() }
            return removed.map { .removed($0) }
        }
        var line = try line(content, sender, own, isSenderHidden: isSenderHidden)
        transaction.put(TranscriptPlace(index: line.index), at: .place(content.message, from: sender.account))
        let early = StoreKey.earlyDeletion(content.message, from: sender.account)
        if try read(early) != nil {
            transaction.remove(early)
            let removed = try write(line.emptied(.deleted), envelope, into: &transaction)
            return removed.map { .removed($0) }
        }
        if let sticker = content.sticker { transaction.put(sticker, content.message, from: sender.account) }
        if let file = content.file {
            transaction.put(file, at: .attachment(content.message, from: sender.account))
            keepCapability(content, from: sender, own, into: &transaction)
        }
        // With the line alone: what was seen before has its evidence where its own line is.
        try keepEvidence(franked, envelope, seal, into: &transaction)
        if let seconds = content.expiresIn { transaction.expire(&line, after: seconds, from: surroundings.now()) }
        let written = try write(line, envelope, into: &transaction)
        if let expiresAt = written?.expiresAt { noteExpiry(expiresAt) }
        return written.map { .message($0) }
    }

    /// The line of a message, at the place that comes next.
    private func line(
        _ content: MessageContent, _ sender: DeviceAddress, _ own: DeviceAddress, isSenderHidden: Bool
    ) throws(ClientError) -> HistoryEntry {
        var line = HistoryEntry(
            index: try counters().nextHistory, kind: sender.account == own.account ? .synced : .received,
            peer: content.to ?? sender.account, device: sender.device)
        line.message = content.message
        line.text = content.text.isEmpty ? nil : content.text
        line.file = content.file?.note ?? content.sticker?.sticker.file.note
        line.sticker = content.sticker?.note
        line.expiresIn = content.expiresIn
        line.sentAt = content.sentAt
        line.isSenderHidden = isSenderHidden
        return line
    }

    /// What came and cannot be read, with whatever opening it has changed.
    func note(
        _ envelope: Envelope, _ sender: DeviceAddress?, _ reason: UnreadableReason,
        into transaction: inout StoreTransaction
    ) throws(ClientError) -> ClientEvent? {
        guard let sender else {
            // Without a sender there is no line to write; the cursor moves on.
            _ = try write(nil, envelope, into: &transaction)
            return nil
        }
        var entry = HistoryEntry(index: 0, kind: .unreadable, peer: sender.account, device: sender.device)
        entry.reason = reason
        return try write(entry, envelope, into: &transaction).map { .unreadable($0) }
    }

    /// Gives an envelope up: it is in the transcript as unreadable, and the next send begins a new session.
    func refuse(_ envelope: Envelope, _ reason: UnreadableReason) throws(ClientError) -> ClientEvent? {
        var transaction = StoreTransaction()
        let sender = envelope.sender?.address
        if let sender, var stored = try read(.session(sender)), reason != .malformed {
            stored.needsRestart = true
            transaction.put(stored, at: .session(sender))
        }
        return try note(envelope, sender, reason, into: &transaction)
    }

    /// Commits `transaction` with the entry and the cursor.
    private func write(
        _ entry: HistoryEntry?, _ envelope: Envelope, into transaction: inout StoreTransaction
    ) throws(ClientError) -> HistoryEntry? {
        var counters = try counters()
        var written = entry
        if entry != nil {
            written?.index = counters.nextHistory
            written?.time = envelope.time
            counters.nextHistory += 1
        }
        if let peer = written?.peer { written?.peerHandle = try read(.contact(peer))?.handle }
        if let written { transaction.put(written, at: .history(written.index)) }
        if let number = envelope.number {
            counters.cursor = max(counters.cursor, number)
            transaction.remove(StoreKey.keptFrame(number))
        }
        transaction.put(counters, at: .counters)
        try commit(transaction)
        return written
    }

    /// A page of the transcript, oldest first.
    /// - Parameter index: only entries with a greater index.
    public func history(after index: UInt64 = 0, limit: Int = 100) throws(ClientError) -> [HistoryEntry] {
        removeExpired()
        let next = try counters().nextHistory
        var entries: [HistoryEntry] = []
        var candidate = index + 1
        while candidate < next, entries.count < limit {
            if let entry = try read(.history(candidate)) { entries.append(entry) }
            candidate += 1
        }
        return entries
    }
}
