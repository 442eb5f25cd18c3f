import Wire

// Messages that are taken back: docs/protocol/content.md, "Deleting".

extension Client {
    /// Takes a message out of this device's transcript, with the key of its file. One of the own account is deleted
    /// for everybody: the recipient's devices and the own other ones are told, and the server drops the file's bytes.
    /// One that came from somebody else is deleted on this device alone, and nobody hears of it.
    ///
    /// What the server cannot be told now waits, and goes out with the next connection.
    /// - Parameters:
    ///   - index: of the message in the transcript.
    ///   - forMeOnly: leaves everybody else's copy as it is, also of an own message.
    /// - Returns: what is left of the line.
    /// - Throws: ``ClientError/noSuchMessage``; ``ClientError/queued(_:)`` where the others hear of it later; else as
    ///   ``send(_:to:expiresIn:)``. The line is empty all the same.
    @discardableResult
    public func delete(_ index: UInt64, forMeOnly: Bool = false) async throws(ClientError) -> HistoryEntry {
        let (_, own) = try readyProfile()
        guard try read(.history(index)) != nil else { throw .noSuchMessage }
        // A file that is still on its way goes nowhere; one that has just become a message is deleted as one.
        if try read(.transfer(index)) != nil { try await cancel(fileOf: index) }
        guard let line = try read(.history(index)) else { throw .noSuchMessage }
        guard line.removal == nil else { return line }
        var transaction = StoreTransaction()
        let withdrawn = try withdraw(line, into: &transaction)
        var told: (ClientID, numbers: [UInt64])?
        if line.isOwn, !forMeOnly, let message = line.message {
            if let deletion = try read(.capability(message, from: own.account)) {
                transaction.put(deletion, at: .mediaDeletion(deletion.media))
            }
            // Nobody has got what the server has refused.
            if line.progress != .refused { told = try enqueueDeletion(of: message, line, own, into: &transaction) }
        }
        let left = transaction.erase(line, .deleted, own: own.account)
        try commit(transaction)
        for number in withdrawn { outboxRun.removed(number) }
        for number in told?.numbers ?? [] { outboxRun.added(number) }
        lookAfterTranscript()
        await deleteMedia()
        if let told {
            outboxRun.await(told.0)
            try await outcome(of: told.0)
        }
        return left
    }

    /// Takes out of the outbox what says the same as a line. Whether the server has it already nobody knows, so the
    /// deletion goes out in any case.
    /// - Returns: the numbers of what is gone.
    private func withdraw(
        _ line: HistoryEntry, into transaction: inout StoreTransaction
    ) throws(ClientError) -> [UInt64] {
        guard line.isOwn, let message = line.message else { return [] }
        var numbers: [UInt64] = []
        for name in store.keys(withPrefix: StoreKey.outboxPrefix) {
            guard let number = StoreKey.outboxNumber(name), let entry = try read(.outbox(number)) else { continue }
            // The copy for the own devices has another name outside, and the same inside.
            let isCopy = entry.kind == .sync && (try? MessageContent.decode(entry.content))?.message == message
            guard entry.clientID == message || isCopy else { continue }
            transaction.remove(StoreKey.outbox(number))
            numbers.append(number)
        }
        return numbers
    }

    private func enqueueDeletion(
        of target: ClientID, _ line: HistoryEntry, _ own: DeviceAddress, into transaction: inout StoreTransaction
    ) throws(ClientError) -> (ClientID, numbers: [UInt64]) {
        let content = MessageContent(
            message: .random(), sentAt: surroundings.now(), text: "", target: target,
            deliveryToken: try sharedDeliveryToken())
        var counters = try counters()
        let sends = try outboxEntries(content, capability: nil, history: nil, to: line.peer, own)
        let numbers = try enqueue(sends, &counters, into: &transaction)
        transaction.put(counters, at: .counters)
        return (content.message, numbers)
    }

    // MARK: Hearing of it

    /// A deletion that came. What it names is taken out; what it names and has not come yet will be empty when it
    /// does.
    /// - Returns: what is left of the line, where there was one.
    func takeOut(
        _ target: ClientID, of sender: AccountID, _ own: DeviceAddress, into transaction: inout StoreTransaction
    ) throws(ClientError) -> HistoryEntry? {
        if let line = try line(of: target, from: sender) {
            return line.removal == nil ? transaction.erase(line, .deleted, own: own.account) : nil
        }
        // Known, and gone already.
        guard try read(.place(target, from: sender)) == nil else { return nil }
        try rememberDeletion(of: target, by: sender, into: &transaction)
        return nil
    }

    /// Of each account so many, the oldest go first.
    private func rememberDeletion(
        of target: ClientID, by sender: AccountID, into transaction: inout StoreTransaction
    ) throws(ClientError) {
        let names = store.keys(withPrefix: StoreKey<Timestamp>.earlyDeletionPrefix(sender))
        if names.count >= ClientLimits.earlyDeletionsMax {
            var oldest: (name: String, time: Timestamp)?
            for name in names {
                guard let time = try read(StoreKey<Timestamp>(name)) else { continue }
                if oldest.map({ time < $0.time }) ?? true { oldest = (name, time) }
            }
            if let oldest { transaction.remove(oldest.name) }
        }
        transaction.put(surroundings.now(), at: .earlyDeletion(target, from: sender))
    }

    /// The line of a message; `nil` for one that never came or has gone.
    private func line(of message: ClientID, from account: AccountID) throws(ClientError) -> HistoryEntry? {
        if let place = try read(.place(message, from: account)) { return try read(.history(place.index)) }
        // Written before places were kept, or never.
        let (_, own) = try readyProfile()
        let isKnown = try read(.seen(message, from: account)) != nil
        guard isKnown || account == own.account else { return nil }
        var index = try counters().nextHistory
        let end = index > ClientLimits.linesSearchedMax ? index - ClientLimits.linesSearchedMax : 1
        while index > end {
            index -= 1
            guard let line = try read(.history(index)), line.message == message else { continue }
            if (line.isOwn ? own.account : line.peer) == account { return line }
        }
        return nil
    }

    // MARK: The server's bytes

    /// Deletes at the server the files of messages that were deleted here. What it cannot be asked for now waits.
    ///
    /// Asked on the connection that does not say who asks: the capability is enough.
    func deleteMedia() async {
        guard let anonymousNetwork else { return }
        dropUnclaimedMedia()
        for name in store.keys(withPrefix: StoreKey<MediaDeletion>.mediaDeletionPrefix) {
            let key = StoreKey<MediaDeletion>(name)
            guard let deletion = try? read(key) else { continue }
            do throws(ClientError) {
                try await ServerCalls(network: anonymousNetwork).run(
                    Endpoints.deleteMedia, deletion.media,
                    as: .init(headers: [Endpoints.deleteCapability(deletion.capability)]))
            } catch {
                // What was refused for good is gone already, or will never be ours to delete.
                guard case .refused = error, !error.isPassing else { return }
            }
            var transaction = StoreTransaction()
            transaction.remove(key)
            guard (try? commit(transaction)) != nil else { return }
        }
    }
}
