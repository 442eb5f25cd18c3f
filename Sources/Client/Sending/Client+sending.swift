import Keys
public import Wire

extension Client {
    /// Seals a text for every device of an account, and for the own other devices, and returns when the server has
    /// accepted it. The recipient may be offline.
    ///
    /// When the server cannot be reached the message stays in the outbox and goes out with the next connection.
    /// - Throws: ``ClientError/queued(_:)``; ``ClientError/refused(_:)``; ``ClientError/untrustedList(_:)`` and
    ///   ``ClientError/untrustedKeys(_:)``, after which nothing was sent.
    @discardableResult
    public func send(_ text: String, to handle: Handle) async throws(ClientError) -> HistoryEntry {
        guard !text.isEmpty else { throw .emptyText }
        guard text.unicodeScalars.count <= Limits.textLengthMax else { throw .textTooLong }
        let (_, own) = try readyProfile()
        let account = try await account(of: handle)
        let (clientID, index) = try enqueue(text, to: account, handle, own)
        outboxRun.await(clientID)
        while true {
            if let outcome = outboxRun.takeOutcome(clientID) {
                try outcome.get()
                guard let entry = try read(.history(index)) else { throw .store(.unreadable(key: "history")) }
                return entry
            }
            if outboxRun.isRunning {
                await withCheckedContinuation { (waiter) in outboxRun.wait(waiter) }
            } else {
                await sendOutbox()
            }
        }
    }

    /// Writes down what is to be sent, sealed already where every session is there.
    private func enqueue(
        _ text: String, to account: AccountID, _ handle: Handle, _ own: DeviceAddress
    ) throws(ClientError) -> (ClientID, index: UInt64) {
        let now = surroundings.now()
        var counters = try counters()
        var transaction = StoreTransaction()
        let clientID = ClientID.random()
        var entry = HistoryEntry(index: counters.nextHistory, kind: .sent, peer: account, device: own.device)
        entry.peerHandle = handle
        entry.message = clientID
        entry.text = text
        entry.sentAt = now
        entry.progress = .queued
        counters.nextHistory += 1
        transaction.put(entry, at: .history(entry.index))
        let content = MessageContent(message: clientID, sentAt: now, text: text)
        var sends = [
            OutboxEntry(
                clientID: clientID, to: account, kind: .message, content: content.encoded(as: .cbor),
                history: entry.index)
        ]
        if account != own.account, let ownList = try knownList(own.account), ownList.devices.count > 1 {
            let copy = MessageContent(message: clientID, sentAt: now, text: text, to: account)
            sends.append(
                OutboxEntry(
                    clientID: .random(), to: own.account, kind: .sync, content: copy.encoded(as: .cbor), history: nil))
        }
        let numbers = sends.indices.map { counters.nextOutbox + UInt64($0) }
        for (var send, number) in zip(sends, numbers) {
            // A session moves on once per transaction: only one of these sends is for a given account.
            let copies = try seal(send.content, to: send.to, bundles: [:], into: &transaction)
            send.copies = copies ?? []
            transaction.put(send, at: .outbox(number))
        }
        counters.nextOutbox += UInt64(sends.count)
        transaction.put(counters, at: .counters)
        try commit(transaction)
        for number in numbers { outboxRun.added(number) }
        return (clientID, entry.index)
    }

    /// Works through the outbox, oldest first, until it is empty or the server cannot be reached.
    ///
    /// One caller at a time; the others wait for its news.
    public func sendOutbox() async {
        guard !outboxRun.isRunning else { return }
        outboxRun.isRunning = true
        if outboxRun.pending == nil {
            let names = store.keys(withPrefix: StoreKey.outboxPrefix)
            outboxRun.load(names.compactMap { StoreKey.outboxNumber($0) })
        }
        var failure: ClientError?
        while failure == nil, let number = outboxRun.pending?.first {
            do {
                try await sendOne(number)
            } catch {
                failure = error
            }
        }
        outboxRun.isRunning = false
        // Whoever waits for more hears why it will not be now.
        outboxRun.postpone(failure?.isPassing == true ? nil : failure)
    }

    /// Sends one entry, or gives it up when the server refuses it for good.
    /// - Throws: what keeps the entries after it from going out as well.
    private func sendOne(_ number: UInt64) async throws(ClientError) {
        let key = StoreKey.outbox(number)
        guard let entry = try read(key) else { return outboxRun.removed(number) }
        do {
            let accepted = try await deliver(key)
            try settle(key, accepted, nil)
            outboxRun.removed(number)
            outboxRun.settle(entry.clientID, .success(()))
        } catch {
            guard !error.isPassing, error.isAboutOneSend else { throw error }
            try settle(key, nil, error)
            outboxRun.removed(number)
            outboxRun.settle(entry.clientID, .failure(error))
        }
    }

    /// Sends one entry until the server takes it: more than once only when the device list has changed.
    /// - Returns: `nil` when there was nobody to send to.
    private func deliver(_ key: StoreKey<OutboxEntry>) async throws(ClientError) -> Accepted? {
        var lastProblem: ClientError = .unexpectedAnswer(status: 409)
        for _ in 0..<ClientLimits.sendTriesMax {
            guard let entry = try await sealed(key) else { return nil }
            do throws(ClientError) {
                let request = SendRequest(clientID: entry.clientID, kind: entry.kind, copies: entry.copies)
                let accepted: Accepted = try await authorized("POST", "/v1/messages/\(entry.to)", body: request)
                guard accepted.clientID == entry.clientID else { throw .unexpectedAnswer(status: 200) }
                return accepted
            } catch {
                guard case .refused(let problem) = error, problem.code == .mismatchedDevices,
                    let mismatch = problem.devices
                else { throw error }
                lastProblem = error
                try await repair(key, mismatch)
            }
        }
        throw lastProblem
    }

    /// The entry with its copies, sealed now if they were not. `nil` when no device is left to send to.
    private func sealed(_ key: StoreKey<OutboxEntry>) async throws(ClientError) -> OutboxEntry? {
        guard let entry = try read(key) else { return nil }
        guard entry.copies.isEmpty else { return entry }
        let bundles = try await bundlesForSending(to: entry.to)
        guard var entry = try read(key) else { return nil }
        guard entry.copies.isEmpty else { return entry }
        var transaction = StoreTransaction()
        guard let copies = try seal(entry.content, to: entry.to, bundles: bundles, into: &transaction) else {
            throw .cannotSeal
        }
        guard !copies.isEmpty else { return nil }
        entry.copies = copies
        transaction.put(entry, at: key)
        try commit(transaction)
        return entry
    }

    /// Brings an entry's copies in line with the device list: what was sealed for devices that stay is kept.
    private func repair(_ key: StoreKey<OutboxEntry>, _ mismatch: DeviceMismatch) async throws(ClientError) {
        guard let stale = try read(key) else { return }
        _ = try await freshList(stale.to)
        let bundles = try await bundlesForSending(to: stale.to, anew: Set(mismatch.stale))
        guard var entry = try read(key) else { return }
        let gone = Set(mismatch.extra + mismatch.stale)
        entry.copies.removeAll { gone.contains($0.device) }
        let kept = Set(entry.copies.map(\.device))
        var transaction = StoreTransaction()
        let sealed = try seal(entry.content, to: entry.to, except: kept, bundles: bundles, into: &transaction)
        guard let added = sealed else { throw .cannotSeal }
        entry.copies = (entry.copies + added).sorted { $0.device < $1.device }
        transaction.put(entry, at: key)
        try commit(transaction)
    }

    /// Takes an entry out of the outbox and says in the transcript what became of it.
    private func settle(
        _ key: StoreKey<OutboxEntry>, _ accepted: Accepted?, _ error: ClientError?
    ) throws(ClientError) {
        guard let entry = try read(key) else { return }
        var transaction = StoreTransaction()
        transaction.remove(key)
        if let index = entry.history, var line = try read(.history(index)) {
            line.progress = error == nil ? .accepted : .refused
            line.time = accepted?.time
            if case .refused(let problem) = error { line.problem = problem.code }
            transaction.put(line, at: .history(index))
        }
        try commit(transaction)
    }
}

extension ClientError {
    /// Whether giving up one send lets the others go on.
    fileprivate var isAboutOneSend: Bool {
        switch self {
        case .refused, .unexpectedAnswer, .untrustedList, .untrustedLog, .untrustedKeys, .noKeys, .cannotSeal: true
        default: false
        }
    }
}
