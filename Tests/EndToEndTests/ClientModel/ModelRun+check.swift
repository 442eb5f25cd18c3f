import TestKit
import Wire

@testable import Client

// What must hold at a quiet point.

extension ModelRun {
    /// Holds everything that is shown and watched to the replay of the ledger.
    /// - Parameter settled: as in ``Replay``.
    func check(settled: Int) async throws {
        let ledger = ledger.withLock { $0 }
        for phone in phones {
            let shown = try await phone.read()
            let replay = Replay(ledger: ledger, accepted: accepted, settled: settled, phone: phone.number)
            var difference = try await difference(shown, replay, phone)
            if difference == nil { difference = await phone.life.difference(from: shown) }
            if difference == nil { difference = await phone.visitor?.difference(from: shown) }
            if let found = difference ?? phone.faults.first {
                throw Finding(text: "p\(phone.number) after epoch \(settled): \(found)")
            }
        }
    }

    private func difference(_ shown: Shown, _ replay: Replay, _ phone: ModelPhone) async throws -> String? {
        let left = replay.ledger.messages.first {
            $0.author == phone.number && replay.neverLeft($0) && accepted.send($0.name) != nil
        }
        if let left { return "\(left.text) was taken back before it could go out, and went out" }
        var expected: [ChatID: [ExpectedLine]] = [:]
        // The earliest and the latest moment at which something may have last come or gone.
        var activity: [ChatID: Timestamp] = [:]
        for message in replay.ledger.messages {
            guard let peer = replay.peer(of: message), let epoch = replay.epoch(of: message) else { continue }
            let chat = chat(peer)
            if let line = replay.line(of: message) { expected[chat, default: []].append(line) }
            let came = message.author == phone.number ? message.sentAt : replay.ledger.clocks[epoch][phone.number]
            if !replay.isOptional(message) { activity[chat] = max(activity[chat] ?? came, came) }
        }
        for group in groups { expected[group.chat, default: []] += [] }
        for (chat, lines) in expected {
            if let found = difference(shown.lines[chat] ?? [], lines, of: chat, phone.number) {
                return "\(chat): \(found)"
            }
            let paged = try await phone.pages(of: chat, size: chat.isOpen ? 7 : 3)
            if paged != shown.lines[chat] ?? [] { return "\(chat): its pages are not its lines" }
        }
        for (chat, lines) in shown.lines where expected[chat] == nil && !lines.isEmpty {
            return "\(chat): nobody has said \(lines.map(\.brief))"
        }
        return difference(list: shown, activity, phone, replay.ledger)
            ?? difference(outbox: shown, expected)
            ?? difference(toldTo: phone, replay)
    }

    /// Between the lines of a chat and what they must be.
    private func difference(
        _ lines: [Line], _ expected: [ExpectedLine], of chat: ChatID, _ phone: Int
    ) -> String? {
        var missing = Dictionary(
            expected.map { (lineID(of: $0.message, on: phone), $0) }, uniquingKeysWith: { (first, _) in first })
        let changes = groups.first { $0.chat == chat }?.changes ?? []
        guard lines.prefix(changes.count).map(\.body) == changes.map({ .change($0) }) else {
            return "begins with \(lines.prefix(changes.count)), not \(changes)"
        }
        var ranks: [ExpectedLine.Order: UInt64] = [:]
        var (epoch, number): (Int, UInt64) = (0, UInt64(changes.count))
        for line in lines.dropFirst(changes.count) {
            guard let rule = missing.removeValue(forKey: line.id) else {
                // Taken back while nobody knew whether the server has it: it may have come after all.
                if let name = line.message, accepted.send(name) == nil, accepted.isDoubtful(name) { continue }
                return "one line too many: \(line.brief) among \(lines.map(\.brief))"
            }
            if let found = rule.difference(from: line) { return "\(line.brief) \(found)" }
            let author = devices[rule.message.author]
            if line.author != LineAuthor(author, isOwn: author.account == devices[phone].account) {
                return "\(line.brief) is of \(line.author)"
            }
            let isLate = rule.ranks.contains { (order, rank) in ranks[order].map { $0 > rank } ?? false }
            if line.number.rawValue <= number || rule.epoch < epoch || isLate {
                return "\(line.brief) is out of order among \(lines.map(\.brief))"
            }
            (number, epoch) = (line.number.rawValue, rule.epoch)
            ranks.merge(rule.ranks) { (_, later) in later }
        }
        guard let lost = missing.values.first(where: { !$0.isOptional }) else { return nil }
        return "\(lost.message.text) is missing among \(lines.map(\.brief))"
    }

    /// Between the list of chats and what their lines say.
    private func difference(
        list shown: Shown, _ activity: [ChatID: Timestamp], _ phone: ModelPhone, _ ledger: Ledger
    ) -> String? {
        for chat in shown.chats {
            if let found = difference(listed: chat, phone.number, ledger) { return found }
            guard chat.last == shown.lines[chat.id]?.last else {
                return "the list shows \(chat.last?.brief as Any) as the last line of \(chat.id)"
            }
            if chat.changedAt < activity[chat.id] ?? chat.changedAt || chat.changedAt > phone.clock.now {
                return "something came or went in \(chat.id) at \(chat.changedAt), the list says"
            }
        }
        let present = Set(shown.chats.map(\.id))
        if !present.isSuperset(of: activity.keys) || !present.isSuperset(of: groups.map(\.chat)) {
            return "a chat is missing in the list"
        }
        let sorted = shown.chats.sorted { $0.changedAt == $1.changedAt ? $0.id < $1.id : $0.changedAt > $1.changedAt }
        return sorted == shown.chats ? nil : "the list of chats is out of order"
    }

    /// Between a chat as the list shows it, without what was said there, and what it is.
    private func difference(listed chat: Chat, _ phone: Int, _ ledger: Ledger) -> String? {
        if let peer = ids.firstIndex(where: { chat.id == .person($0) }) {
            return chat.handle?.text == Self.names[peer] && chat.mode == .sealed
                ? nil : "\(chat.handle as Any) is not who \(chat.id) is with"
        }
        guard let index = groups.firstIndex(where: { $0.chat == chat.id }) else { return "nobody is in \(chat.id)" }
        let role: Role = groups[index].owner == Self.accounts[phone] ? .owner : .member
        guard chat.name == groups[index].name, chat.mode == .open, chat.kind == .group, chat.role == role, !chat.isOver
        else { return "the list shows \(chat) for \(groups[index])" }
        let isFollowed = ledger.followers[Ledger.Follower(phone: phone, group: index)] != nil
        return chat.isFollowed == isFollowed ? nil : "\(chat.name ?? "") is \(isFollowed ? "not " : "")followed"
    }

    /// Between what events have told of what is followed, and what they had to.
    private func difference(toldTo phone: ModelPhone, _ replay: Replay) -> String? {
        guard !phone.mayHaveMissed else { return nil }
        let silent = replay.newsOfFollowed().first { !phone.hasHeard(of: lineID(of: $0, on: phone.number)) }
        return silent.map { "nothing was told of \($0.text), in \($0.to) which is followed" }
    }

    /// Between the outbox and the lines that wait.
    private func difference(outbox shown: Shown, _ expected: [ChatID: [ExpectedLine]]) -> String? {
        let waiting = shown.lines.values.joined().filter { $0.delivery == .queued }
        let messages = Dictionary(
            expected.values.joined().map { ($0.message.name, $0.message) }, uniquingKeysWith: { (first, _) in first })
        let ranks = shown.waiting.compactMap { $0.message.flatMap { messages[$0] }?.rank }
        let isWhole = shown.waiting.count == waiting.count && shown.waiting.allSatisfy(waiting.contains)
        return isWhole && ranks == ranks.sorted()
            ? nil : "the outbox has \(shown.waiting.map(\.brief)), and \(waiting.map(\.brief)) wait"
    }
}

extension LineAuthor {
    fileprivate init(_ address: DeviceAddress, isOwn: Bool) {
        self.init(account: address.account, device: address.device, isOwn: isOwn)
    }
}
