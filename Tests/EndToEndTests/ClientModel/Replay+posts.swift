@testable import Client

// Open conversations: the log is the server's, and a device that reaches it at a quiet point has all of it.

extension Replay {
    /// The last epoch at whose end this phone has seen all of every log.
    private var horizon: Int { (0...settled).last { !ledger.away[$0].contains(phone) } ?? 0 }

    /// When a post was written here or came here; `nil` where it did not.
    func postEpoch(of message: Ledger.Message) -> Int? {
        if message.author == phone { return message.epoch }
        guard let send = accepted.send(message.name), send.epoch <= horizon else { return nil }
        return ledger.firstEpoch(from: send.epoch, through: settled, of: phone)
    }

    /// The line of a post, as it must be now; `nil` where there is none.
    func post(_ message: Ledger.Message) -> ExpectedLine? {
        let isOwn = message.author == phone
        let isWithdrawn = isWithdrawn(message)
        guard !isOwn || outEpoch(of: message) != nil else { return isWithdrawn ? nil : waitingPost(message) }
        let send = accepted.send(message.name)
        if isOwn, send == nil, isWithdrawn { return nil }
        // What its author has sent and the server does not have is lost.
        guard isOwn || send.map({ $0.epoch <= horizon }) ?? false else { return nil }
        let (seq, time) = (send?.seq?.rawValue ?? 0, send?.times.first)
        let isGone = ledger.deletions.contains { (deletion) in
            deletion.message == message.number && mayDelete(message, on: deletion.phone)
                && ledger.firstEpoch(from: deletion.epoch, through: horizon, of: deletion.phone) != nil
        }
        // Of one that was taken back while it waited nothing is left but its place in the log.
        let perhapsForgotten = isOwn && isWithdrawn
        return ExpectedLine(
            message: message, ranks: [.came: seq, .written(by: message.author): UInt64(message.rank)],
            place: .log(seq), epoch: send?.epoch ?? 0, isOptional: false, isGone: isGone,
            deliveries: !isOwn ? [.received] : perhapsForgotten ? [.accepted, .withdrawn] : [.accepted],
            written: !isOwn ? [nil] : perhapsForgotten ? [nil, message.sentAt] : [message.sentAt],
            time: .exactly(time), lasts: isGone ? nil : message.expiresIn,
            endsAt: isGone ? nil : message.expiresIn.flatMap { time?.adding(seconds: $0) })
    }

    private func waitingPost(_ message: Ledger.Message) -> ExpectedLine {
        ExpectedLine(
            message: message, ranks: [.written(by: phone): UInt64(message.rank)], place: .waiting, epoch: .max,
            isOptional: false, isGone: false, deliveries: [.queued], written: [message.sentAt],
            time: .exactly(nil), lasts: message.expiresIn, endsAt: nil)
    }

    /// Whether the server lets a phone's account delete a post.
    private func mayDelete(_ message: Ledger.Message, on phone: Int) -> Bool {
        guard case .group(let group) = message.to else { return false }
        return ledger.accounts[phone] == ledger.accounts[message.author]
            || ledger.accounts[phone] == ModelGroup.owners[group]
    }

    /// Posts of which somebody must have heard who follows since before they came, and misses no event: those that came
    /// in the last epoch, and that nobody has deleted.
    func newsOfFollowed() -> [Ledger.Message] {
        ledger.messages.filter { (message) in
            guard case .group(let group) = message.to, message.author != phone, postEpoch(of: message) == settled,
                let since = ledger.followers[Ledger.Follower(phone: phone, group: group)],
                let send = accepted.send(message.name)
            else { return false }
            return since < send.epoch && !ledger.deletions.contains { $0.message == message.number }
        }
    }
}
