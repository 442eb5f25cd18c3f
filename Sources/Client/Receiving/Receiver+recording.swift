import Keys
import Ratchet
import Wire

// What was opened, into its chat.

extension Receiver {
    /// Stages what a message says, or takes out what it takes back, with its number.
    func record(
        _ content: MessageContent, _ franked: FrankedContent?, _ envelope: Envelope, _ sender: DeviceAddress,
        _ own: DeviceAddress, _ seal: SealedMessage?, isSenderHidden: Bool, _ edit: inout TranscriptEdit,
        into transaction: inout StoreTransaction
    ) throws(ClientError) -> SottoEvent? {
        let known = StoreKey.message(content.message, from: sender.account)
        guard try read(known) == nil else {
            try finish(&edit, envelope, into: &transaction)
            return nil
        }
        if let target = content.target {
            transaction.put(KnownMessage(), at: known)
            let removed = try takeOut(target, of: sender.account, &edit, into: &transaction)
            try finish(&edit, envelope, into: &transaction)
            guard let (place, line) = removed else { return nil }
            upkeep.lookAfter()
            return .removed(Line(line, at: place, own: own.account))
        }
        let chat = ChatID.person(content.to ?? sender.account)
        var line = line(content, envelope, sender, isSenderHidden: isSenderHidden)
        let place = try edit.nextPlace(in: chat)
        transaction.put(KnownMessage(at: place), at: known)
        let early = StoreKey.earlyDeletion(content.message, from: sender.account)
        if try read(early) != nil {
            transaction.remove(early)
            let left = line.emptied(.deleted)
            _ = try edit.append(left, to: chat)
            try finish(&edit, envelope, into: &transaction)
            return .removed(Line(left, at: place, own: own.account))
        }
        if let sticker = content.sticker { transaction.put(sticker, content.message, from: sender.account) }
        if let file = content.file {
            transaction.put(file, at: .attachment(content.message, from: sender.account))
            transaction.putCapability(content, from: sender, own)
        }
        // With the line alone: what was seen before has its evidence where its own line is.
        transaction.putEvidence(franked, envelope, seal, at: place)
        if let seconds = content.expiresIn {
            try edit.expire(&line, at: place, after: seconds)
        }
        _ = try edit.append(line, to: chat)
        try finish(&edit, envelope, into: &transaction)
        if let expiresAt = line.expiresAt { upkeep.noteExpiry(expiresAt) }
        return .message(Line(line, at: place, own: own.account))
    }

    /// The line of a message.
    private func line(
        _ content: MessageContent, _ envelope: Envelope, _ sender: DeviceAddress, isSenderHidden: Bool
    ) -> StoredLine {
        var line = StoredLine(author: sender.account, device: sender.device)
        line.message = content.message
        line.text = content.text.isEmpty ? nil : content.text
        line.file = content.file?.note ?? content.sticker?.sticker.file.note
        line.sticker = content.sticker?.note
        line.expiresIn = content.expiresIn
        line.sentAt = content.sentAt
        line.time = envelope.time
        line.isSenderHidden = isSenderHidden
        return line
    }

    /// What came and cannot be read, with whatever opening it has changed.
    /// - Parameter kept: what a later version opens; not kept where as much is kept as may be.
    func note(
        _ envelope: Envelope, _ sender: DeviceAddress?, _ reason: UnreadableReason, keeping kept: KeptContent? = nil,
        into transaction: inout StoreTransaction
    ) throws(ClientError) -> SottoEvent? {
        var edit = TranscriptEdit(store, now: surroundings.now())
        guard let sender else {
            // Without a sender there is no line to write; the queue goes on.
            try finish(&edit, envelope, into: &transaction)
            return nil
        }
        let (place, event) = try appendUnreadable(from: sender, reason, at: envelope.time, &edit)
        var shares: KeptShares?
        if let kept {
            shares = try contentShares(with: kept, from: sender.account)
            if shares != nil { transaction.put(kept, at: .keptContent(place)) }
        }
        try finish(&edit, envelope, into: &transaction)
        if let shares { ground.records.keptContentShares = shares }
        return event
    }

    /// The line of what cannot be read, at the end of its sender's chat.
    func appendUnreadable(
        from sender: DeviceAddress, _ reason: UnreadableReason, at time: Timestamp?, _ edit: inout TranscriptEdit
    ) throws(ClientError) -> (place: LinePlace, event: SottoEvent) {
        let own = try ownAddress()
        var line = StoredLine(author: sender.account, device: sender.device)
        line.reason = reason
        line.time = time
        let place = try edit.append(line, to: .person(sender.account))
        return (place, .unreadable(Line(line, at: place, own: own.account)))
    }

    /// Gives an envelope up: it is in the transcript as unreadable, and the next send begins a new session.
    func refuse(_ envelope: Envelope, _ reason: UnreadableReason) throws(ClientError) -> SottoEvent? {
        var transaction = StoreTransaction()
        let sender = envelope.sender?.address
        if let sender, var stored = try read(.session(sender)), reason != .malformed {
            stored.needsRestart = true
            transaction.put(stored, at: .session(sender))
        }
        return try note(envelope, sender, reason, into: &transaction)
    }

    /// Stages `transaction` with what became of the chats, and the number.
    private func finish(
        _ edit: inout TranscriptEdit, _ envelope: Envelope, into transaction: inout StoreTransaction
    ) throws(ClientError) {
        edit.write(into: &transaction)
        if let number = envelope.number {
            var counters = try counters()
            counters.taken.insert(number)
            let frame = StoreKey.keptFrame(number)
            if try byteCount(of: frame) > 0 { transaction.remove(frame) }
            transaction.put(counters, at: .counters)
        }
        try stage(transaction)
    }
}
