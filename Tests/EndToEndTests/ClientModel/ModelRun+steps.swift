import TestKit
import Wire

@testable import Client

// What the phones do, and how the ledger hears of it.

extension ModelRun {
    /// Takes one step. Where the phone has died of it, it begins again.
    func take(_ step: ModelStep, _ phone: ModelPhone) async throws {
        note("p\(phone.number) \(step)")
        switch step {
        case .say(let account, let seconds):
            try await say(to: account, expiresIn: seconds, phone)
        case .delete(let message, let forMeOnly):
            try await delete(ledger.withLock { $0.messages[message] }, forMeOnly: forMeOnly, phone)
        case .takeBack:
            let last = ledger.withLock { (ledger) in
                ledger.messages.last { $0.author == phone.number && $0.epoch == ledger.epoch && !$0.isBetween }
            }
            if let last { try await delete(last, forMeOnly: false, phone) }
        case .fetch: _ = await phone.fetch()
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

    /// Says something that nobody has said before.
    func say(to account: Int, expiresIn seconds: UInt64?, _ phone: ModelPhone, isBetween: Bool = false) async throws {
        let text = ledger.withLock { $0.newText(by: phone.number) }
        var name: ClientID?
        switch try await phone.say(text, to: Self.names[account], expiresIn: seconds) {
        case .accepted(let line):
            name = line.message
            // One whose disk has failed meanwhile knows no better than what it has on it.
            let isKnown = line.delivery == .accepted || phone.isDoomed && phone.fate.hasStruck
            guard line.text == text, isKnown, name.flatMap({ accepted.send($0) }) != nil else {
                throw Finding(text: "p\(phone.number): was told that \(line) is accepted")
            }
        case .queued(let queued): name = queued
        case .unknown(let error):
            guard phone.isDoomed, phone.fate.hasStruck else {
                throw Finding(text: "p\(phone.number): cannot say \(text): \(error)")
            }
            // It died before it was known whether the message was taken: what it shows afterwards is what counts.
            try await restart(phone)
            let lines = try await phone.read().lines[.person(ids[account])] ?? []
            name = lines.first { $0.text == text }?.message
        }
        note("p\(phone.number) has said \(text) to \(Self.names[account]): \(name.map { "\($0)" } ?? "nothing")")
        guard let name else { return }
        ledger.withLock {
            $0.said(
                text, by: phone.number, to: account, expiresIn: seconds, at: phone.clock.now, isBetween: isBetween,
                as: name)
        }
    }

    /// Takes a message out, if it is still there.
    private func delete(_ message: Ledger.Message, forMeOnly: Bool, _ phone: ModelPhone) async throws {
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
        case .unknown(let error):
            guard phone.isDoomed, phone.fate.hasStruck else {
                throw Finding(text: "p\(phone.number): cannot delete \(message.text): \(error)")
            }
            try await restart(phone)
            guard try await phone.line(id)?.removal == .deleted else { return }
        }
        note("p\(phone.number) has deleted \(message.text)\(isForAll ? " for all" : "")")
        ledger.withLock { $0.deleted(message.number, on: phone.number, isForAll: isForAll) }
    }

    /// What a message is called on a phone.
    func lineID(of message: Ledger.Message, on phone: Int) -> LineID {
        let author = Self.accounts[message.author]
        let peer = author == Self.accounts[phone] ? message.to : author
        return LineID(.person(ids[peer]), .message(message.name, by: ids[author]))
    }
}
