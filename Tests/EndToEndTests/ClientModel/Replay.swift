import Client
import Wire

/// What a phone must show, worked out of the ledger and of what the server accepted, by the rules that docs/library.md
/// promises: nothing is lost, nothing doubled, the order of each sender is kept; what is deleted is gone on all
/// devices, and so is what has run out.
struct Replay {
    let ledger: Ledger
    let accepted: AcceptedSends
    /// The last epoch at whose end everything has come to everybody who was there.
    let settled: Int
    let phone: Int

    private var account: Int { ledger.accounts[phone] }

    /// With whom a message stands on this phone; `nil` where it is none of its business.
    func peer(of message: Ledger.Message) -> Addressee? {
        let author = ledger.accounts[message.author]
        if author == account || !message.to.isPerson { return message.to }
        return message.to == .person(account) ? .person(author) : nil
    }

    /// When a message was written here or came here; `nil` where it did not.
    func epoch(of message: Ledger.Message) -> Int? {
        guard message.to.isPerson else { return postEpoch(of: message) }
        if message.author == phone { return message.epoch }
        guard peer(of: message) != nil else { return nil }
        let sent: Int?
        if ledger.accounts[message.author] == account {
            sent = outEpoch(of: message)
        } else {
            sent = accepted.send(message.name)?.epoch
        }
        return sent.flatMap { ledger.firstEpoch(from: $0, through: settled, of: phone) }
    }

    /// When its author's phone knew that the server has it.
    func outEpoch(of message: Ledger.Message) -> Int? {
        ledger.firstEpoch(from: message.epoch, through: settled, of: message.author)
    }

    /// When a message was deleted here, or its deletion came here.
    private func deletionEpoch(of message: Ledger.Message) -> Int? {
        ledger.deletions.compactMap { (deletion) -> Int? in
            guard deletion.message == message.number else { return nil }
            if deletion.phone == phone { return deletion.epoch }
            guard deletion.isForAll,
                let sent = ledger.firstEpoch(from: deletion.epoch, through: settled, of: deletion.phone)
            else { return nil }
            return ledger.firstEpoch(from: sent, through: settled, of: phone)
        }.min()
    }

    /// Whether it may as well not have come: its author took it back while it was on its way here.
    func isOptional(_ message: Ledger.Message) -> Bool {
        message.author != phone && ledger.accounts[message.author] == account && isWithdrawn(message)
    }

    /// Whether its author took it back before it was sure to have gone out.
    func isWithdrawn(_ message: Ledger.Message) -> Bool {
        let out = outEpoch(of: message) ?? .max
        return ledger.deletions.contains {
            $0.message == message.number && $0.phone == message.author && $0.epoch <= out
        }
    }

    /// Whether its author took it back while away: nobody may ever get it.
    func neverLeft(_ message: Ledger.Message) -> Bool {
        let out = outEpoch(of: message) ?? .max
        return !message.isBetween && ledger.deletions.contains {
            $0.message == message.number && $0.phone == message.author && $0.epoch < out
        }
    }

    /// The line of a message, as it must be now; `nil` where there is none.
    func line(of message: Ledger.Message) -> ExpectedLine? {
        guard message.to.isPerson else { return post(message) }
        guard let epoch = epoch(of: message) else { return nil }
        let isOwn = message.author == phone
        let isCopy = !isOwn && ledger.accounts[message.author] == account
        let deleted = deletionEpoch(of: message)
        var lasts: UInt64?
        var endsAt: Timestamp?
        if let seconds = message.expiresIn, isOwn || deleted.map({ $0 > epoch }) ?? true {
            let start = isOwn ? outEpoch(of: message) : epoch
            let end = start.map { ledger.clocks[$0][phone].adding(seconds: seconds) }
            if let start, let end {
                let over = ledger.clocks.indices.first { $0 > start && ledger.clocks[$0][phone] >= end }
                if let over, deleted.map({ $0 >= over }) ?? true { return nil }
            }
            if deleted == nil { (lasts, endsAt) = (seconds, end) }
        }
        let send = accepted.send(message.name)
        let (deliveries, time): ([Delivery], ExpectedLine.Time)
        if isOwn {
            (deliveries, time) = progress(of: message, deleted: deleted, send?.times ?? [])
        } else {
            deliveries = [.received]
            time = isCopy ? .among(accepted.syncTimes(of: message.author)) : .exactly(send?.times.first)
        }
        return ExpectedLine(
            message: message, ranks: ranks(of: message, send), epoch: epoch, isOptional: isOptional(message),
            isGone: deleted != nil, deliveries: deliveries, written: [message.sentAt], time: time, lasts: lasts,
            endsAt: endsAt)
    }

    /// What came has the order of the server; what this account has written, on whichever device, that of its writing.
    private func ranks(
        of message: Ledger.Message, _ send: AcceptedSends.Send?
    ) -> [ExpectedLine.Order: UInt64] {
        guard ledger.accounts[message.author] == account else { return [.came: send?.id.rawValue ?? 0] }
        var ranks: [ExpectedLine.Order: UInt64] = [.written(by: message.author): UInt64(message.rank)]
        if let send { ranks[.taken(from: message.author)] = send.id.rawValue }
        return ranks
    }

    /// How far an own message has come.
    private func progress(
        of message: Ledger.Message, deleted: Int?, _ times: [Timestamp]
    ) -> ([Delivery], ExpectedLine.Time) {
        let out = outEpoch(of: message)
        let known: ExpectedLine.Time = times.count == 1 ? .exactly(times[0]) : .among(Set(times))
        if message.isBetween, out == nil {
            return (deleted == nil ? [.queued, .accepted] : [.accepted, .withdrawn], .perhaps(times))
        }
        guard let deleted else { return out == nil ? ([.queued], .exactly(nil)) : ([.accepted], known) }
        if deleted < out ?? .max { return ([.withdrawn], .exactly(nil)) }
        return deleted == out ? ([.accepted, .withdrawn], .perhaps(times)) : ([.accepted], known)
    }

    /// Messages that stand here with a text for certain, to be deleted by somebody.
    var deletable: [Ledger.Message] {
        ledger.messages.filter { (message) in line(of: message).map { !$0.isGone && !$0.isOptional } ?? false }
    }
}
