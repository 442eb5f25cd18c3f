import Keys
import Threads
import Wire

/// Messages on their way out: the outbox, oldest first.
final class Mailer: Room {
    let signed: SignedCalls
    let contacts: Contacts
    let deliveryTokens: DeliveryTokens
    let certificates: Certificates
    let sealer: Sealer
    let logs: OpenLogs
    let posts: Posts
    let transcript: Transcript
    let upkeep: Upkeep
    var run = OutboxRun()
    /// Sends what the server has put off, once it is time.
    private var resend: Task<Void, Never>?
    /// Makes durable what was accepted.
    private var flushing: Task<Void, Never>?

    init(
        _ ground: Ground, _ signed: SignedCalls, _ contacts: Contacts, _ deliveryTokens: DeliveryTokens,
        _ certificates: Certificates, _ sealer: Sealer, _ logs: OpenLogs, _ posts: Posts, _ transcript: Transcript,
        _ upkeep: Upkeep
    ) {
        self.signed = signed
        self.contacts = contacts
        self.deliveryTokens = deliveryTokens
        self.certificates = certificates
        self.sealer = sealer
        self.logs = logs
        self.posts = posts
        self.transcript = transcript
        self.upkeep = upkeep
        super.init(ground)
        ground.records.whenTakenBack.append { [unowned self] in run.reload() }
        logs.whenPosted = { [unowned self] (number, name) in
            run.removed(number)
            run.settle(name, .success(()))
        }
        logs.whenRefused = { [unowned self] (number, name, error) in
            run.removed(number)
            run.settle(name, .failure(error))
        }
        logs.whenWaiting = { [unowned self] (number) in
            run.added(number)
            ground.errands.begin { (rooms) in await rooms.mailer.sendMessages() }
        }
    }

    /// Sends a text, or a pointer to a file with an empty one or another.
    func send(_ message: OutgoingMessage, to person: PersonReference) async throws(ClientError) -> Line {
        _ = try ownAddress()
        try message.check(for: nil)
        return try await send(message, to: .person(try await contacts.metAccount(of: person)))
    }

    /// The same to a chat: with somebody who was met before, or an open conversation.
    /// - Throws: ``ClientError/noSuchChat``.
    func send(_ message: OutgoingMessage, to chat: ChatID) async throws(ClientError) -> Line {
        let own = try ownAddress()
        try message.check(for: chat)
        switch chat {
        case .person(let account):
            let isKnown = try contacts.knownList(account) != nil
            guard isKnown || account == own.account else { throw .noSuchChat }
            let clientID = try enqueue(message, to: account, own)
            run.await(clientID)
            return try await outcome(of: clientID, at: LineID(chat, .message(clientID, by: own.account)))
        case .conversation(let id):
            guard message.file == nil, message.sticker == nil else { throw .noSuchChat }
            let post = PostRequest(
                clientID: .random(), text: message.text.isEmpty ? nil : message.text, media: message.media,
                expiresIn: message.expiresIn)
            try await logs.learn(id)
            run.added(try posts.enqueue(post, to: id))
            run.await(post.clientID)
            return try await outcome(of: post.clientID, at: LineID(chat, .message(post.clientID, by: own.account)))
        }
    }

    /// Writes down what is to be sent, sealed already where every session is there.
    private func enqueue(
        _ message: OutgoingMessage, to account: AccountID, _ own: DeviceAddress
    ) throws(ClientError) -> ClientID {
        var transaction = StoreTransaction()
        var edit = TranscriptEdit(store, now: surroundings.now())
        let clientID = ClientID.random()
        var line = StoredLine(author: own.account, device: own.device)
        line.message = clientID
        line.text = message.text.isEmpty ? nil : message.text
        line.file = message.file?.note ?? message.sticker?.sticker.file.note
        line.sticker = message.sticker?.note
        line.expiresIn = message.expiresIn
        line.sentAt = surroundings.now()
        line.progress = .queued
        let place = try edit.append(line, to: .person(account))
        edit.write(into: &transaction)
        let numbers = try enqueue(line, at: place, message, to: account, own, into: &transaction)
        try commit(transaction)
        for number in numbers { run.added(number) }
        return clientID
    }

    /// Puts the sends of a message into the outbox, and what its line leads to beside it. Nothing else may count
    /// anything in `transaction`.
    /// - Returns: the numbers in the outbox, for ``OutboxRun/added(_:)`` once the transaction is committed.
    func enqueue(
        _ line: StoredLine, at place: LinePlace, _ message: OutgoingMessage, to account: AccountID,
        _ own: DeviceAddress, into transaction: inout StoreTransaction
    ) throws(ClientError) -> [UInt64] {
        var counters = try counters()
        let clientID = line.message ?? .random()
        transaction.put(KnownMessage(at: place), at: .message(clientID, from: own.account))
        if let sticker = message.sticker { transaction.put(sticker, clientID, from: own.account) }
        if let file = message.file {
            transaction.put(file, at: .attachment(clientID, from: own.account))
            if let deletion = MediaDeletion(of: file, capability: message.deleteCapability) {
                transaction.put(deletion, at: .capability(clientID, from: own.account))
            }
        }
        let content = MessageContent(
            message: clientID, sentAt: line.sentAt ?? surroundings.now(), text: message.text,
            file: message.file, sticker: message.sticker, expiresIn: message.expiresIn,
            deliveryToken: try deliveryTokens.sharedDeliveryToken())
        let sends = try outboxEntries(
            content, capability: message.deleteCapability, line: place, to: account, own)
        let numbers = try enqueue(sends, &counters, into: &transaction)
        transaction.put(counters, at: .counters)
        return numbers
    }

    /// Puts sends at the outbox's end, sealed already where every session is there.
    /// - Returns: their numbers.
    func enqueue(
        _ sends: [OutboxEntry], _ counters: inout Counters, into transaction: inout StoreTransaction
    ) throws(ClientError) -> [UInt64] {
        let numbers = sends.indices.map { counters.nextOutbox + UInt64($0) }
        for (send, number) in zip(sends, numbers) {
            // A session moves on once per transaction: only one of these sends is for a given account.
            transaction.put(try sealedAtHand(send, into: &transaction), at: .outbox(number))
        }
        counters.nextOutbox += UInt64(sends.count)
        return numbers
    }

    /// What is sent of a message: to its recipient, and to the own other devices where there are any.
    /// - Parameter capability: deletes the bytes of its file; for the own devices alone.
    func outboxEntries(
        _ content: MessageContent, capability: String?, line: LinePlace?, to account: AccountID, _ own: DeviceAddress
    ) throws(ClientError) -> [OutboxEntry] {
        var content = content
        let clientID = content.message
        guard account != own.account else {
            content.deleteCapability = capability
            return [
                OutboxEntry(
                    clientID: clientID, to: account, kind: .message, content: content.encoded(as: .cbor),
                    line: line)
            ]
        }
        let bytes = content.encoded(as: .cbor)
        let key = FrankingKey()
        var sends = [
            OutboxEntry(
                clientID: clientID, to: account, kind: .message,
                content: FrankedContent(bytes, under: key).encoded(as: .cbor), line: line,
                commitment: key.commitment(to: bytes, by: own))
        ]
        if let ownList = try contacts.knownList(own.account), ownList.devices.count > 1 {
            content.to = account
            // Never in the recipient's copy: whoever has it may delete the bytes that others still want.
            content.deleteCapability = capability
            sends.append(
                OutboxEntry(
                    clientID: .random(), to: own.account, kind: .sync, content: content.encoded(as: .cbor),
                    line: nil))
        }
        return sends
    }

    /// The entry sealed, where nothing has to be asked of the server for that.
    private func sealedAtHand(
        _ entry: OutboxEntry, into transaction: inout StoreTransaction
    ) throws(ClientError) -> OutboxEntry {
        let pass = try certificates.passAtHand(to: entry.to)
        // Its certificate has to be fetched first.
        let token = try deliveryTokens.peerToken(entry.to)
        guard token == nil || pass != nil else { return entry }
        var entry = entry
        entry.copies = try sealer.seal(entry, bundles: [:], pass: pass, into: &transaction) ?? []
        entry.certifiedAt = entry.copies.isEmpty ? nil : pass?.receivedAt
        return entry
    }

    /// Works through the outbox, oldest first, until its end or until the server cannot be reached. What the server
    /// refuses for now is left, with all that is for the same account, and tried again later. Goes on for all when
    /// whoever has begun it is cancelled.
    func sendMessages() async { _ = await beginMessages()?.value() }

    /// Begins what ``sendMessages()`` waits for; `nil` where it has begun already.
    func beginMessages() async -> Undertaking<Void?>? {
        guard !run.isRunning else { return nil }
        run.begin()
        return ground.errands.undertake { (rooms) in await rooms.mailer.runOutbox() }
    }

    /// As the other, after what others have begun.
    /// - Returns: why nothing more goes out where that does not pass by itself.
    func sendAllMessages() async -> ClientError? {
        while run.isRunning, !Task.isCancelled { await run.news.waitUnlessCancelled() }
        await sendMessages()
        return run.failure
    }

    /// Waits for what is under way, without beginning anything.
    /// - Returns: as ``sendAllMessages()``.
    func settle() async -> ClientError? {
        while run.isRunning, !Task.isCancelled { await run.news.waitUnlessCancelled() }
        return run.failure
    }

    fileprivate func runOutbox() async {
        if run.pending == nil {
            do {
                run.load(try outboxNumbers())
            } catch {
                return run.end(error)
            }
        }
        var failure: ClientError?
        while failure == nil, let number = run.next {
            do {
                try await sendOne(number)
            } catch {
                failure = error
            }
        }
        // Whoever waits for more hears why it will not be now.
        run.end(failure?.isPassing == true ? nil : failure)
        if let seconds = run.retrySeconds { sendMessages(after: seconds) }
    }

    /// As the other, once the server wants to be asked again. Only while somebody listens: the next connect sends what
    /// waits in any case.
    private func sendMessages(after seconds: UInt64) {
        guard ground.isListening, resend == nil else { return }
        let milliseconds = min(max(seconds, 1), ClientLimits.resendSecondsMax) * 1000
        // Cancelled with the listening.
        resend = ground.errands.begin(after: milliseconds, surroundings.sleep) { (rooms) in
            await rooms.mailer.sendMessagesAgain()
        }
    }

    /// As ``sendMessages()``, unless the server has asked for a pause.
    func sendUnlessPutOff() async {
        guard resend == nil else { return }
        await sendMessages()
    }

    /// What was put off is left to the next connection.
    func stopResending() {
        resend?.cancel()
        resend = nil
    }

    private func sendMessagesAgain() async {
        guard !Task.isCancelled else { return }
        resend = nil
        await sendMessages()
    }

    /// Sends one entry, puts it off, or gives it up when the server refuses it for good.
    /// - Throws: what keeps the entries after it from going out as well.
    private func sendOne(_ number: UInt64) async throws(ClientError) {
        guard let item = try outboxItem(number) else { return run.removed(number) }
        guard !run.isHeld(item) else { return run.hold(number, item, retryAfterSeconds: nil) }
        let key = StoreKey.outbox(number)
        do {
            switch item {
            case .sealed: try settle(key, try await deliver(key), nil)
            case .open(let send): try await posts.deliver(send, number)
            }
            run.removed(number)
            run.settle(item.clientID, .success(()))
        } catch {
            if let problem = error.passingOfOneSend {
                return run.hold(number, item, retryAfterSeconds: problem.retryAfterSeconds)
            }
            // Whoever said that was not the server: it stays, as if that were out of reach.
            if case .unexpectedAnswer(_, isForeign: true) = error {
                return run.hold(number, item, retryAfterSeconds: nil)
            }
            guard !error.isPassing, error.isAboutOneSend else { throw error }
            switch item {
            case .sealed: try settle(key, nil, error)
            case .open(let send): try posts.refuse(send, number, error)
            }
            run.removed(number)
            run.settle(item.clientID, .failure(error))
        }
    }

    /// Takes an entry out of the outbox and says in the transcript what became of it.
    private func settle(
        _ key: StoreKey<OutboxEntry>, _ accepted: Accepted?, _ error: ClientError?
    ) throws(ClientError) {
        guard let entry = try read(key) else { return }
        var transaction = StoreTransaction()
        transaction.remove(key)
        let shown = accepted == nil ? nil : try senderShown(entry)
        var expiresAt: Timestamp?
        var edit = TranscriptEdit(store, now: surroundings.now())
        if let place = entry.line, var line = try readable(.line(place)) {
            line.progress = error == nil ? .accepted : .refused
            line.time = accepted?.time
            line.isSenderHidden = entry.certifiedAt != nil
            line.senderShown = shown
            if case .refused(let problem) = error { line.problem = problem.code }
            if case .unexpectedAnswer = error { line.hasBadAnswer = true }
            if let seconds = line.expiresIn {
                try edit.expire(&line, at: place, after: seconds)
                expiresAt = line.expiresAt
            }
            try edit.replace(line, at: place)
        }
        edit.write(into: &transaction)
        if error == nil, shown == nil, store.loss == nil {
            try stage(transaction, mayBeLost: true)
            flushSoon()
        } else {
            try commit(transaction)
        }
        if let expiresAt { upkeep.noteExpiry(expiresAt) }
        if let shown { tell(.senderShown(to: entry.to, shown)) }
    }

    /// What the server has accepted is durable there, and accepted once more where this device forgets that it was: so
    /// it need not wait for the disk here, and goes along with the next commit.
    private func flushSoon() {
        guard flushing == nil else { return }
        flushing = ground.errands.begin(after: ClientLimits.acceptedMilliseconds, surroundings.sleep) { (rooms) in
            rooms.mailer.flushAccepted()
        }
    }

    private func flushAccepted() {
        flushing = nil
        guard !ground.isClosed, !ground.records.staged.isEmpty else { return }
        // What a disk refuses now is sent once more, under its name.
        try? flush()
    }
}

extension ClientError {
    /// What the server said, where it may pass and says nothing of what is for other accounts.
    fileprivate var passingOfOneSend: Problem? {
        guard case .refused(let problem) = self, problem.code == .rateLimited || problem.code == .internalError else {
            return nil
        }
        return problem
    }

    /// Whether giving up one send lets the others go on.
    fileprivate var isAboutOneSend: Bool {
        switch self {
        case .refused, .unexpectedAnswer, .untrustedList, .untrustedLog, .untrustedKeys, .noKeys, .cannotSeal,
            .conversationSetBack, .noSuchMessage:
            true
        default: false
        }
    }
}
