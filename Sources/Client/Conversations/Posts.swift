import Wire

/// What is said in open conversations, and taken back, on its way out. The mailer works through it.
final class Posts: Room {
    private let signed: SignedCalls
    private let logs: OpenLogs

    init(_ ground: Ground, _ signed: SignedCalls, _ logs: OpenLogs) {
        self.signed = signed
        self.logs = logs
        super.init(ground)
    }

    /// Writes down what is to be posted, with its line.
    /// - Returns: its number in the outbox.
    func enqueue(_ post: PostRequest, to id: ConversationID) throws(ClientError) -> UInt64 {
        let own = try ownAddress()
        let send = OpenSend(post, to: id)
        var transaction = StoreTransaction()
        let number = try enqueue([send], into: &transaction)[0]
        if let place = send.waitingPlace(number) {
            var line = StoredLine(author: own.account, device: own.device)
            line.message = post.clientID
            line.text = post.text
            line.media = post.media
            line.expiresIn = post.expiresIn
            line.sentAt = surroundings.now()
            line.progress = .queued
            var edit = TranscriptEdit(store, now: surroundings.now())
            try edit.insert(line, at: place)
            edit.write(into: &transaction)
            transaction.put(KnownMessage(at: place), at: .message(post.clientID, from: own.account, in: id))
        }
        try commit(transaction)
        return number
    }

    /// Writes down what is to be taken back.
    func enqueue(deletionOf seq: SequenceNumber, of id: ConversationID) throws(ClientError) -> (UInt64, ClientID) {
        let send = OpenSend(deletionOf: seq, of: id)
        var transaction = StoreTransaction()
        let number = try enqueue([send], into: &transaction)[0]
        try commit(transaction)
        return (number, send.clientID)
    }

    /// Asks the server once, and writes down what became of it.
    func deliver(_ send: OpenSend, _ number: UInt64) async throws(ClientError) {
        if let target = send.target {
            // It may have waited for long.
            try await logs.requireSame(at: target, of: send.conversation)
            try await signed.run(Endpoints.deleteMessage, send.conversation, target)
            return try settle(deletionOf: target, of: send.conversation, number)
        }
        guard let post = send.post else { return try forget(number) }
        let accepted = try await signed.run(Endpoints.post, send.conversation, body: post)
        guard accepted.clientID == post.clientID, accepted.conversation ?? send.conversation == send.conversation,
            let seq = accepted.seq, seq.rawValue > 0, seq.rawValue < LinePlace.firstWaiting
        else { throw .unexpectedAnswer(status: 200) }
        if try logs.hasGap(before: seq, of: send.conversation) {
            // What was said before it is shown before it; where that cannot be had now, it comes later.
            do throws(ClientError) { try await logs.catchUp(send.conversation) } catch {}
        }
        try logs.settle(number, send, at: seq, accepted.time)
    }

    private func settle(
        deletionOf target: SequenceNumber, of id: ConversationID, _ number: UInt64
    ) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.remove(.post(number))
        let place = LinePlace(.conversation(id), target.rawValue)
        var edit = TranscriptEdit(store, now: surroundings.now())
        if let line = try readable(.line(place)), line.removal == nil {
            _ = try edit.erase(line, at: place, .deleted, into: &transaction)
        }
        edit.write(into: &transaction)
        try commit(transaction)
    }

    /// The server has refused it for good: its line says so.
    func refuse(_ send: OpenSend, _ number: UInt64, _ error: ClientError) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.remove(.post(number))
        var edit = TranscriptEdit(store, now: surroundings.now())
        if let place = send.waitingPlace(number), var line = try readable(.line(place)) {
            line.progress = .refused
            if case .refused(let problem) = error { line.problem = problem.code }
            try edit.replace(line, at: place)
        }
        edit.write(into: &transaction)
        try commit(transaction)
    }

    private func forget(_ number: UInt64) throws(ClientError) {
        var transaction = StoreTransaction()
        transaction.remove(.post(number))
        try commit(transaction)
    }
}
