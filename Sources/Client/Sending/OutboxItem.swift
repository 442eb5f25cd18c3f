import Wire

/// What waits in the outbox, sealed or for an open conversation.
enum OutboxItem {
    case sealed(OutboxEntry)
    case open(OpenSend)

    /// What it is for: in its order.
    var chat: ChatID {
        switch self {
        case .sealed(let entry): .person(entry.to)
        case .open(let send): .conversation(send.conversation)
        }
    }

    /// The name that whoever waits for it knows.
    var clientID: ClientID {
        switch self {
        case .sealed(let entry): entry.clientID
        case .open(let send): send.clientID
        }
    }

    /// The line that it is.
    /// - Parameter number: its own, in the outbox.
    func line(_ number: UInt64) -> LinePlace? {
        switch self {
        case .sealed(let entry): entry.line
        case .open(let send): send.waitingPlace(number)
        }
    }
}

extension Room {
    /// What waits at a number of the outbox; `nil` where nothing does, or nothing any more, and for what a later
    /// version has written, which keeps nothing else from going out.
    final func outboxItem(_ number: UInt64) throws(ClientError) -> OutboxItem? {
        if let entry = try readable(StoreKey.outbox(number)) { return .sealed(entry) }
        return try readable(StoreKey.post(number)).map { .open($0) }
    }

    /// Puts what is for open conversations at the outbox's end. Nothing else may count anything in `transaction`.
    /// - Returns: their numbers.
    final func enqueue(
        _ sends: [OpenSend], into transaction: inout StoreTransaction
    ) throws(ClientError) -> [UInt64] {
        guard !sends.isEmpty else { return [] }
        var counters = try counters()
        let numbers = sends.indices.map { counters.nextOutbox + UInt64($0) }
        for (send, number) in zip(sends, numbers) { transaction.put(send, at: .post(number)) }
        counters.nextOutbox += UInt64(sends.count)
        transaction.put(counters, at: .counters)
        return numbers
    }

    /// The numbers of all that waits, oldest first.
    final func outboxNumbers() throws(ClientError) -> [UInt64] {
        let sealed = try keys(in: StoreShelf<OutboxEntry>.outbox).compactMap(\.number)
        let open = try keys(in: StoreShelf<OpenSend>.posts).compactMap(\.number)
        return (sealed + open).sorted()
    }
}
