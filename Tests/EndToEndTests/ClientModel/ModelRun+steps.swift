import TestKit
import Wire

@testable import Client

// What the phones do, and how the ledger hears of it.

extension ModelRun {
    /// Takes one step. Where the phone has died of it, it begins again.
    func take(_ step: ModelStep, _ phone: ModelPhone) async throws {
        note("p\(phone.number) \(step)")
        switch step {
        case .say(let word): try await say([word], phone)
        case .sayTogether(let words): try await say(words, phone)
        case .sayAndLeave(let word, let turns): try await say([word], phone, turns: turns)
        case .delete(let message, let forMeOnly):
            try await delete(ledger.withLock { $0.messages[message] }, forMeOnly: forMeOnly, phone)
        case .takeBack:
            let last = ledger.withLock { (ledger) in
                ledger.messages.last { $0.author == phone.number && $0.epoch == ledger.epoch && !$0.isBetween }
            }
            if let last { try await delete(last, forMeOnly: false, phone) }
        case .follow(let group, let isFollowed): try await follow(group, isFollowed, phone)
        case .fetch: _ = await phone.fetch()
        case .fetchAndLeave(let turns): await phone.fetch(turns: turns)
        case .listen: await phone.listen()
        case .stopListening: await phone.stopListening()
        case .goOffline: await phone.setOffline(true)
        case .goOnline where isAway(phone): break
        case .goOnline: await phone.setOffline(false)
        case .restart: try await restart(phone)
        case .die(let write, let isDone):
            try await restart(phone, Fate(writes: write, isLastWriteDone: isDone), isDoomed: true)
        case .lose(let answer): try await restart(phone, Fate(answers: answer))
        case .grow(let count): await phone.growTimelines(by: count)
        case .glance(let turns): await phone.glance(turns: turns)
        case .visit(let isHere): await phone.visit(isHere)
        case .cut: phone.cut()
        }
        if phone.isDoomed, phone.fate.hasStruck { try await restart(phone) }
    }

    private func isAway(_ phone: ModelPhone) -> Bool {
        ledger.withLock { $0.away[$0.epoch].contains(phone.number) }
    }

    /// Begins again; what was shown is there again.
    func restart(_ phone: ModelPhone, _ fate: Fate = Fate(), isDoomed: Bool = false) async throws {
        note("p\(phone.number) begins again\(phone.fate.hasStruck ? ", struck" : "")")
        let lost = try await phone.restart(fate, isDoomed: isDoomed)
        if let loss = lost.first { throw Finding(text: "p\(phone.number): a line \(loss)") }
    }

    /// Takes a message out, if it is still there.
    private func delete(_ message: Ledger.Message, forMeOnly: Bool, _ phone: ModelPhone) async throws {
        var forMeOnly = forMeOnly
        if case .group = message.to { forMeOnly = false }
        let id = lineID(of: message, on: phone.number)
        do {
            guard try await phone.line(id)?.removal == nil else { return }
        } catch {
            // Its disk has failed by itself meanwhile: it begins again after this step.
            guard phone.isDoomed, phone.fate.hasStruck else { throw error }
            return
        }
        let isForAll = !forMeOnly && Self.accounts[message.author] == Self.accounts[phone.number]
        switch await phone.delete(id, forMeOnly: forMeOnly) {
        case .done: break
        case .nothing: return
        case .refused:
            if case .group(let group) = message.to, groups[group].owner != Self.accounts[phone.number],
                Self.accounts[message.author] != Self.accounts[phone.number] { return }
            throw Finding(text: "p\(phone.number): may not delete \(message.text)")
        case .unknown(let error):
            guard phone.isDoomed, phone.fate.hasStruck else {
                throw Finding(text: "p\(phone.number): cannot delete \(message.text): \(error)")
            }
            try await restart(phone)
            let line = try await phone.line(id)
            // Of what waits to be deleted in an open conversation nothing is to be seen: it is said again.
            if id.chat.isOpen, let line, line.removal == nil {
                return try await delete(message, forMeOnly: false, phone)
            }
            guard id.chat.isOpen || line?.removal == .deleted else { return }
        }
        note("p\(phone.number) has deleted \(message.text)\(isForAll ? " for all" : "")")
        ledger.withLock { $0.deleted(message.number, on: phone.number, isForAll: isForAll) }
    }

    /// What a message is called on a phone.
    func lineID(of message: Ledger.Message, on phone: Int) -> LineID {
        let author = Self.accounts[message.author]
        let isOwn = author == Self.accounts[phone]
        let chat = if isOwn { chat(message.to) } else { chat(message.to.isPerson ? .person(author) : message.to) }
        return LineID(chat, .message(message.name, by: ids[author]))
    }

    func chat(_ addressee: Addressee) -> ChatID {
        switch addressee {
        case .person(let account): .person(ids[account])
        case .group(let group): groups[group].chat
        }
    }

    /// Follows a group, or does not any more.
    private func follow(_ group: Int, _ isFollowed: Bool, _ phone: ModelPhone) async throws {
        do {
            try await phone.follow(groups[group].id, isFollowed)
        } catch {
            guard phone.isDoomed, phone.fate.hasStruck else {
                throw Finding(text: "p\(phone.number): cannot follow \(groups[group].name): \(error)")
            }
            // What it shows afterwards is what counts.
            try await restart(phone)
        }
        guard let isFollowed = try? await phone.isFollowed(groups[group].id) else { return }
        ledger.withLock { $0.followed(group, on: phone.number, isFollowed) }
    }
}
