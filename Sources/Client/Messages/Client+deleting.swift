import Wire

// Messages that are taken back: docs/protocol/content.md, "Deleting".

extension Client {
    /// Takes a message out of this device's transcript, with the key of its file. One of the own account is deleted
    /// for everybody: the recipient's devices and the own other ones are told, and the server drops the file's bytes.
    /// One that came from somebody else is deleted on this device alone, and nobody hears of it.
    ///
    /// What the server cannot be told now waits, and goes out with the next connection.
    /// - Parameters:
    ///   - id: the message.
    ///   - forMeOnly: leaves everybody else's copy as it is, also of an own message.
    /// - Returns: what is left of the line.
    /// - Throws: ``ClientError/noSuchMessage``; ``ClientError/queued(_:)`` where the others hear of it later; else as
    ///   ``send(_:to:expiresIn:)``. The line is empty all the same.
    @discardableResult
    public func delete(_ id: LineID, forMeOnly: Bool = false) async throws(ClientError) -> Line {
        let (_, own) = try readyProfile()
        let place = try place(of: id)
        // A file that is still on its way goes nowhere; one that has just become a message is deleted as one.
        if let number = try read(.line(place))?.transfer, try read(.transfer(number)) != nil {
            try await cancel(fileOf: id)
        }
        guard let line = try read(.line(place)) else { throw .noSuchMessage }
        guard line.removal == nil else { return Line(line, at: place, own: own.account) }
        let isOwn = line.author == own.account
        var transaction = StoreTransaction()
        var edit = TranscriptEdit(store, now: surroundings.now())
        let withdrawn = isOwn ? try withdraw(line, into: &transaction) : []
        var told: (ClientID, numbers: [UInt64])?
        if isOwn, !forMeOnly, let message = line.message, case .person(let account) = place.chat {
            if let deletion = try read(.capability(message, from: own.account)) {
                transaction.put(deletion, at: .mediaDeletion(deletion.media))
            }
            // Nobody has got what the server has refused.
            if line.progress != .refused {
                told = try enqueueDeletion(of: message, to: account, own, into: &transaction)
            }
        }
        let left = try edit.erase(line, at: place, .deleted, into: &transaction)
        edit.write(into: &transaction)
        try commit(transaction)
        for number in withdrawn { outboxRun.removed(number) }
        for number in told?.numbers ?? [] { outboxRun.added(number) }
        lookAfterTranscript()
        await deleteMedia()
        if let told {
            outboxRun.await(told.0)
            try await outcome(of: told.0)
        }
        return Line(left, at: place, own: own.account)
    }

    /// Takes out of the outbox what says the same as a line. Whether the server has it already nobody knows, so the
    /// deletion goes out in any case.
    /// - Returns: the numbers of what is gone.
    private func withdraw(
        _ line: StoredLine, into transaction: inout StoreTransaction
    ) throws(ClientError) -> [UInt64] {
        guard let message = line.message else { return [] }
        var numbers: [UInt64] = []
        for key in try keys(in: .outbox) {
            guard let number = key.number, let entry = try read(key) else { continue }
            // The copy for the own devices has another name outside, and the same inside.
            let isCopy = entry.kind == .sync && (try? MessageContent.decode(entry.content))?.message == message
            guard entry.clientID == message || isCopy else { continue }
            transaction.remove(key)
            numbers.append(number)
        }
        return numbers
    }

    private func enqueueDeletion(
        of target: ClientID, to account: AccountID, _ own: DeviceAddress, into transaction: inout StoreTransaction
    ) throws(ClientError) -> (ClientID, numbers: [UInt64]) {
        let content = MessageContent(
            message: .random(), sentAt: surroundings.now(), text: "", target: target,
            deliveryToken: try sharedDeliveryToken())
        var counters = try counters()
        let sends = try outboxEntries(content, capability: nil, line: nil, to: account, own)
        let numbers = try enqueue(sends, &counters, into: &transaction)
        transaction.put(counters, at: .counters)
        return (content.message, numbers)
    }

    // MARK: Hearing of it

    /// A deletion that came. What it names is taken out; what it names and has not come yet will be empty when it
    /// does.
    /// - Returns: what is left of the line, where there was one.
    func takeOut(
        _ target: ClientID, of sender: AccountID, _ edit: inout TranscriptEdit,
        into transaction: inout StoreTransaction
    ) throws(ClientError) -> (LinePlace, StoredLine)? {
        guard let place = try read(.message(target, from: sender))?.place else {
            try rememberDeletion(of: target, by: sender, into: &transaction)
            return nil
        }
        // Known, and gone already.
        guard let line = try edit.line(at: place), line.removal == nil else { return nil }
        return (place, try edit.erase(line, at: place, .deleted, into: &transaction))
    }

    /// Of each account so many, the oldest go first.
    private func rememberDeletion(
        of target: ClientID, by sender: AccountID, into transaction: inout StoreTransaction
    ) throws(ClientError) {
        let known = try values(in: .earlyDeletions(from: sender))
        if known.count >= ClientLimits.earlyDeletionsMax, let oldest = known.min(by: { $0.value < $1.value }) {
            transaction.remove(oldest.key)
        }
        transaction.put(surroundings.now(), at: .earlyDeletion(target, from: sender))
    }

    // MARK: The server's bytes

    /// Deletes at the server the files of messages that were deleted here. What it cannot be asked for now waits.
    ///
    /// Asked on the connection that does not say who asks: the capability is enough.
    func deleteMedia() async {
        guard let anonymousNetwork else { return }
        dropUnclaimedMedia()
        for key in (try? keys(in: .mediaDeletions)) ?? [] {
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
