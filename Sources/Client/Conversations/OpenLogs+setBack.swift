import Wire

// A log that ends before what was kept of it.

extension OpenLogs {
    /// Holds what is kept of a conversation against the end of its log, as the server names it when it is asked. What
    /// lies behind that is no entry of the log: an event or an answer was false, or the server was set back. It is
    /// taken out, so that what comes at its numbers is taken, and that is told.
    ///
    /// Heads never go back at a sound server, after an accepted loss neither.
    /// - Parameter before: the head as it was known when this was asked for; what came meanwhile is behind it rightly.
    func hold(
        _ id: ConversationID, to head: SequenceNumber, since before: SequenceNumber?
    ) throws(ClientError) {
        // Another answer may have said so meanwhile.
        guard let before, head < before, let kept = try stored(id), kept.head >= before else { return }
        try takeOut(behind: head, of: id)
        let refused = try dropDeletions(behind: head, of: id)
        // Last: until then it would be found again.
        try change(id) { (conversation) in
            conversation.head = head
            conversation.stateNumber = min(conversation.stateNumber, head)
            conversation.toldThrough = conversation.toldThrough.map { min($0, head) }
            conversation.known.forget(behind: head.rawValue)
        }
        if let through = told[id] { told[id] = min(through, head.rawValue) }
        earlyDeletions = earlyDeletions.filter { $0.chat != .conversation(id) || $0.number <= head.rawValue }
        for (number, name) in refused { whenRefused(number, name, .conversationSetBack(id)) }
        try beforeTelling()
        tell(.trouble(SottoError(.conversationSetBack(id))))
        whenSetBack(id)
    }

    /// Sees to it that a number is in the log what it is here, before something is done there to what it names: a log
    /// that was set back and has grown again has another entry at it.
    /// - Throws: ``ClientError/conversationSetBack(_:)`` where it has, or none; ``ClientError/noSuchMessage`` where
    ///   there is nothing here any more.
    func requireSame(at seq: SequenceNumber, of id: ConversationID) async throws(ClientError) {
        guard let line = try read(.line(LinePlace(.conversation(id), seq.rawValue))) else { throw .noSuchMessage }
        let (part, _) = try await fetch(.after(seq.rawValue - 1), of: id, limit: 1)
        guard let entry = part.entries.first, entry.seq == seq, entry.sender.account == line.author,
            entry.sender.device == line.device
        else { throw .conversationSetBack(id) }
        switch entry.event {
        case .message(let message) where line.message == nil || line.message == message.clientID: return
        // One beyond the bounds of this version.
        case .unknown where line.reason != nil: return
        default: throw .conversationSetBack(id)
        }
    }

    /// Takes out of the outbox what was to be taken back behind a number, where another message may come to stand, and
    /// forgets who is in it: members came and went in entries that are no more.
    /// - Returns: what is gone.
    private func dropDeletions(
        behind head: SequenceNumber, of id: ConversationID
    ) throws(ClientError) -> [(number: UInt64, name: ClientID)] {
        var transaction = StoreTransaction()
        var dropped: [(number: UInt64, name: ClientID)] = []
        for (key, send) in try readableValues(in: StoreShelf<OpenSend>.posts) {
            guard send.conversation == id, let target = send.target, target > head, let number = key.number else {
                continue
            }
            transaction.remove(key)
            dropped.append((number, send.clientID))
        }
        transaction.remove(.members(id))
        try commit(transaction)
        return dropped
    }

    /// Takes out the lines behind a number, but for what waits, with their names and their ends.
    private func takeOut(behind head: SequenceNumber, of id: ConversationID) throws(ClientError) {
        let shelf = StoreShelf<StoredLine>.lines(of: .conversation(id))
        let range = StoreRange(
            places: (head.rawValue + 1)...(LinePlace.firstWaiting - 1), order: .newestFirst,
            limit: ClientLimits.linesSetBackAtOnce)
        while true {
            let numbers = try keys(in: shelf, range).compactMap(\.number)
            guard !numbers.isEmpty else { return }
            var transaction = StoreTransaction()
            var edit = TranscriptEdit(store, now: surroundings.now())
            for number in numbers {
                let place = LinePlace(.conversation(id), number)
                // One of a later version goes as well.
                if let line = try? edit.line(at: place) {
                    if let message = line.message {
                        let name = StoreKey.message(message, from: line.author, in: id)
                        if try read(name)?.place == place { transaction.remove(name) }
                    }
                    if let end = line.expiresAt { try edit.forgetExpiry(end, of: place) }
                }
                try edit.remove(at: place)
            }
            edit.write(into: &transaction)
            try commit(transaction)
        }
    }
}
