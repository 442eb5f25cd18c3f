import Wire

/// Takes messages back: docs/protocol/content.md, "Deleting".
final class Retraction: Room {
    private let posts: Posts
    private let mailer: Mailer
    private let files: FileMailer
    private let mediaDeletions: MediaDeletions
    private let deliveryTokens: DeliveryTokens
    private let transcript: Transcript
    private let upkeep: Upkeep

    init(
        _ ground: Ground, _ posts: Posts, _ mailer: Mailer, _ files: FileMailer, _ mediaDeletions: MediaDeletions,
        _ deliveryTokens: DeliveryTokens, _ transcript: Transcript, _ upkeep: Upkeep
    ) {
        self.posts = posts
        self.mailer = mailer
        self.files = files
        self.mediaDeletions = mediaDeletions
        self.deliveryTokens = deliveryTokens
        self.transcript = transcript
        self.upkeep = upkeep
        super.init(ground)
    }

    @discardableResult
    func delete(_ id: LineID, forMeOnly: Bool = false) async throws(ClientError) -> Line {
        let own = try ownAddress()
        let place = try transcript.place(of: id)
        if case .conversation(let conversation) = place.chat {
            return try await delete(at: place, of: conversation, own, forMeOnly: forMeOnly)
        }
        // A file that is still on its way goes nowhere; one that has just become a message is deleted as one.
        if let number = try read(.line(place))?.transfer, try read(.transfer(number)) != nil {
            try await files.cancel(fileOf: id)
        }
        guard let line = try read(.line(place)) else { throw .noSuchMessage }
        guard line.removal == nil else { return Line(line, at: place, own: own.account) }
        let isOwn = line.author == own.account
        var transaction = StoreTransaction()
        var edit = TranscriptEdit(store, now: surroundings.now())
        let withdrawn = isOwn ? try withdraw(line, forMeOnly: forMeOnly, into: &transaction) : []
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
        for number in withdrawn { mailer.run.removed(number) }
        for number in told?.numbers ?? [] { mailer.run.added(number) }
        upkeep.lookAfter()
        await mediaDeletions.deleteMedia()
        if let told {
            mailer.run.await(told.0)
            try await mailer.outcome(ofDeletion: told.0)
        }
        return Line(left, at: place, own: own.account)
    }

    /// Takes back what was said in an open conversation. What waits to be posted goes from here, and is deleted where
    /// it was posted after all; what was posted is empty here once it is deleted there.
    private func delete(
        at place: LinePlace, of conversation: ConversationID, _ own: DeviceAddress, forMeOnly: Bool
    ) async throws(ClientError) -> Line {
        guard let line = try read(.line(place)), line.change == nil else { throw .noSuchMessage }
        guard !forMeOnly else { throw .deletedForAllOnly }
        guard line.removal == nil else { return Line(line, at: place, own: own.account) }
        guard place.isWaiting else {
            let (number, name) = try posts.enqueue(deletionOf: SequenceNumber(place.number), of: conversation)
            mailer.run.added(number)
            mailer.run.await(name)
            try await mailer.outcome(ofDeletion: name)
            // It is deleted there, also where nothing can be read here any more.
            let left = (try? read(.line(place))) ?? line.emptied(.deleted)
            return Line(left, at: place, own: own.account)
        }
        var transaction = StoreTransaction()
        var edit = TranscriptEdit(store, now: surroundings.now())
        let number = place.number - LinePlace.firstWaiting
        transaction.remove(.post(number))
        try edit.remove(at: place)
        edit.write(into: &transaction)
        transaction.erase()
        try commit(transaction)
        mailer.run.removed(number)
        upkeep.lookAfter()
        return Line(line.emptied(.deleted), at: place, own: own.account)
    }

    /// Takes out of the outbox what says the same as a line. Whether the server has it already nobody knows, so the
    /// deletion goes out in any case. Where the recipient has it and it is taken out here alone, the copy for the own
    /// other devices goes on its way.
    /// - Returns: the numbers of what is gone.
    private func withdraw(
        _ line: StoredLine, forMeOnly: Bool, into transaction: inout StoreTransaction
    ) throws(ClientError) -> [UInt64] {
        guard let message = line.message, !forMeOnly || line.progress == .queued else { return [] }
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
            deliveryToken: try deliveryTokens.sharedDeliveryToken())
        var counters = try counters()
        let sends = try mailer.outboxEntries(content, capability: nil, line: nil, to: account, own)
        let numbers = try mailer.enqueue(sends, &counters, into: &transaction)
        transaction.put(counters, at: .counters)
        return (content.message, numbers)
    }
}
