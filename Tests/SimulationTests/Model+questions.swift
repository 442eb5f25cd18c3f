import Store
import Wire

/// What questions are answered. The model is that of the moment when the snapshot was taken; what only the memory
/// holds may be newer, so some answers lie between it and the model of now.
extension Model {
    func looked(
        _ request: Request, by address: DeviceAddress, with token: String?, at now: Timestamp, _ answer: Answer,
        later: Model
    ) throws(Violation) {
        do {
            try admit(token, as: address, at: now, answer)
            let reply = try? answer.get()
            switch request {
            case .devices(let account): try checkDevices(of: account, reply)
            case .queue(let number, let limit):
                guard case .envelopes(let envelopes) = reply else { break }
                try checkPage(envelopes, of: address, after: number.rawValue, limit: limit, later: later)
            case .log(let id, let seq, let limit):
                try checkLog(reply, of: id, for: address.account, after: seq.rawValue, limit: limit, at: now, later)
            case .conversations:
                guard case .conversations(let views) = reply else { break }
                let own = Set(conversations.filter { $0.value.members[address.account] != nil }.keys)
                try require(Set(views.map(\.conversation)) == own, "conversations are listed that are others")
                guard own.allSatisfy({ later.conversations[$0] != nil }) else { break }
                for view in views { try check(view, for: address.account) }
            default: break
            }
            if case .failure(let problem) = answer {
                throw Violation("\(request.label) was refused with \(problem.code.rawValue), and nothing forbids it")
            }
        } catch let violation as Violation {
            throw violation
        } catch let refused as Refused {
            guard case .failure(let problem) = answer, problem.code == refused.code else {
                let code = refused.code.rawValue
                throw Violation("\(request.label) must be refused with \(code), and was not: \(answer)")
            }
        } catch {
            throw Violation("\(request.label): \(error)")
        }
    }

    private func admit(
        _ token: String?, as address: DeviceAddress, at now: Timestamp, _ answer: Answer
    ) throws {
        guard let row = token.flatMap({ tokens[$0] }) else { throw Refused(.unauthenticated) }
        try require(row.address == address, "a token is somebody else's")
        guard row.expiresAt <= now else { return }
        // Swept or not.
        if case .failure(let problem) = answer, problem.code == .unauthenticated { throw Refused(.unauthenticated) }
        throw Refused(.tokenExpired)
    }

    private func checkDevices(of account: AccountID, _ reply: Reply?) throws {
        guard let row = accounts[account] else { throw Refused(.notFound) }
        guard case .account(let view) = reply else { return }
        let devices = Dictionary(
            view.deviceList.devices.map { ($0.device, $0.registrationID) }, uniquingKeysWith: { first, _ in first })
        try require(
            devices == row.devices && view.deviceList.epoch == row.epoch, "a device list is not the account's")
    }

    /// What waits for a device goes out in order and whole.
    func checkPage(
        _ envelopes: [Envelope], of address: DeviceAddress, after number: UInt64, limit: Int, later: Model
    ) throws(Violation) {
        guard let queue = queues[address], let now = later.queues[address] else { return }
        guard let first = envelopes.first?.number?.rawValue else {
            return try require(
                max(number, now.delivered) >= queue.head, "a page after \(number) is empty, before \(queue.head)")
        }
        // Acknowledgements are seen at once.
        let floors = max(number, queue.delivered)...max(number, now.delivered)
        try require(
            floors.contains(first - 1), "a page after \(number) begins with \(first), and \(floors) is delivered")
        for (offset, envelope) in envelopes.enumerated() {
            try require(
                envelope.number?.rawValue == first + UInt64(offset), "a page has a gap after \(first) + \(offset)")
            try check(envelope, in: queue)
        }
        let isEnd = first - 1 + UInt64(envelopes.count) == queue.head
        try require(envelopes.count == limit || isEnd, "a page ends after \(envelopes.count), before \(queue.head)")
    }

    /// One envelope against what was sent.
    func check(_ envelope: Envelope, in queue: Queue) throws(Violation) {
        guard let number = envelope.number?.rawValue, number > 0, number <= queue.head else {
            throw Violation("an envelope that nobody sent")
        }
        let item = queue.items[Int(number) - 1]
        let found = Item(
            id: envelope.id, time: envelope.time, sender: envelope.sender?.address ?? item.sender,
            conversation: envelope.conversation, seq: envelope.seq, body: envelope.body)
        try require(found == item && envelope.sender != nil, "envelope \(number) is not the one that was sent")
    }

    private func checkLog(
        _ reply: Reply?, of id: ConversationID, for account: AccountID, after seq: UInt64, limit: Int,
        at now: Timestamp, _ later: Model
    ) throws {
        guard accounts[account] != nil, let conversation = conversations[id], conversation.members[account] != nil
        else { throw Refused(.notFound) }
        // What was removed since takes its tail with it.
        guard case .log(let page) = reply, later.conversations[id] != nil else { return }
        let name = name(of: id)
        try require(page.head.rawValue == conversation.head, "\(name) ends at \(page.head), not \(conversation.head)")
        let expected = conversation.log.enumerated().compactMap { (index, entry) -> LogEntry? in
            guard UInt64(index) >= seq, let entry else { return nil }
            return logEntry(entry, seq: UInt64(index) + 1, of: id, id: MessageID(0)).seen(at: now)
        }.prefix(limit)
        try require(page.items.count == expected.count, "\(name) has \(page.items.count) entries after \(seq)")
        for (found, expected) in zip(page.items, expected) {
            try require(found.isLike(expected), "entry \(found.seq) of \(name) is \(found), not \(expected)")
        }
    }

    func logEntry(_ entry: Entry, seq: UInt64, of id: ConversationID, id message: MessageID) -> LogEntry {
        LogEntry(
            conversation: id, seq: SequenceNumber(seq), id: message, time: entry.time,
            sender: DeviceAddressPayload(entry.sender), event: entry.event)
    }
}

extension LogEntry {
    /// The same but for its id, which nobody foresees.
    func isLike(_ other: LogEntry) -> Bool {
        conversation == other.conversation && seq == other.seq && time == other.time && sender == other.sender
            && event == other.event
    }
}
