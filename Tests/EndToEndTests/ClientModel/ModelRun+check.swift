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
        var expected: [ChatID: [ExpectedLine]] = [:]
        // The earliest and the latest moment at which something may have last come or gone.
        var activity: [ChatID: Timestamp] = [:]
        for message in replay.ledger.messages {
            guard let peer = replay.peer(of: message), let epoch = replay.epoch(of: message) else { continue }
            let chat = ChatID.person(ids[peer])
            if let line = replay.line(of: message) { expected[chat, default: []].append(line) }
            let came = message.author == phone.number ? message.sentAt : replay.ledger.clocks[epoch][phone.number]
            if !replay.isOptional(message) { activity[chat] = max(activity[chat] ?? came, came) }
        }
        for (chat, lines) in expected {
            if let found = difference(shown.lines[chat] ?? [], lines, phone.number) { return "\(chat): \(found)" }
            let paged = try await phone.pages(of: chat, size: 3)
            if paged != shown.lines[chat] ?? [] { return "\(chat): its pages are not its lines" }
        }
        for (chat, lines) in shown.lines where expected[chat] == nil && !lines.isEmpty {
            return "\(chat): nobody has said \(lines.map(\.brief))"
        }
        return difference(list: shown, activity, phone)
            ?? difference(outbox: shown, expected)
    }

    /// Between the lines of a chat and what they must be.
    private func difference(_ lines: [Line], _ expected: [ExpectedLine], _ phone: Int) -> String? {
        var missing = Dictionary(
            expected.map { (lineID(of: $0.message, on: phone), $0) }, uniquingKeysWith: { (first, _) in first })
        var ranks: [ExpectedLine.Stream: UInt64] = [:]
        var (epoch, number): (Int, UInt64) = (0, 0)
        for line in lines {
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
            if line.number <= number || rule.epoch < epoch || ranks[rule.stream].map({ $0 >= rule.rank }) == true {
                return "\(line.brief) is out of order among \(lines.map(\.brief))"
            }
            (number, epoch, ranks[rule.stream]) = (line.number, rule.epoch, rule.rank)
        }
        guard let lost = missing.values.first(where: { !$0.isOptional }) else { return nil }
        return "\(lost.message.text) is missing among \(lines.map(\.brief))"
    }

    /// Between the list of chats and what their lines say.
    private func difference(
        list shown: Shown, _ activity: [ChatID: Timestamp], _ phone: ModelPhone
    ) -> String? {
        for chat in shown.chats {
            guard let peer = ids.firstIndex(where: { chat.id == .person($0) }), chat.handle?.text == Self.names[peer]
            else { return "\(chat.handle as Any) is not who \(chat.id) is with" }
            guard chat.last == shown.lines[chat.id]?.last else {
                return "the list shows \(chat.last?.brief as Any) as the last line of \(chat.id)"
            }
            if chat.changedAt < activity[chat.id] ?? chat.changedAt || chat.changedAt > phone.clock.now {
                return "something came or went in \(chat.id) at \(chat.changedAt), the list says"
            }
        }
        if Set(activity.keys).isSubset(of: shown.chats.map(\.id)) == false { return "a chat is missing in the list" }
        let sorted = shown.chats.sorted { $0.changedAt == $1.changedAt ? $0.id < $1.id : $0.changedAt > $1.changedAt }
        return sorted == shown.chats ? nil : "the list of chats is out of order"
    }

    /// Between the outbox and the lines that wait.
    private func difference(outbox shown: Shown, _ expected: [ChatID: [ExpectedLine]]) -> String? {
        let lines = Dictionary(
            shown.lines.values.joined().map { ($0.message, $0) }, uniquingKeysWith: { (first, _) in first })
        let waiting = expected.values.joined().map(\.message).sorted { $0.number < $1.number }
            .compactMap { lines[$0.name] }.filter { $0.delivery == .queued }
        return waiting == shown.waiting
            ? nil : "the outbox has \(shown.waiting.map(\.brief)), and \(waiting.map(\.brief)) wait"
    }
}

extension LineAuthor {
    fileprivate init(_ address: DeviceAddress, isOwn: Bool) {
        self.init(account: address.account, device: address.device, isOwn: isOwn)
    }
}
