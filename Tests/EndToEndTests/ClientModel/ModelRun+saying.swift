import TestKit
import Wire

@testable import Client

// What somebody says, alone or side by side, and what is known of it afterwards.

extension ModelRun {
    /// Says something that nobody has said before, all of it side by side.
    /// - Parameter turns: after which nobody waits for it any more; `nil` where somebody does until it is known.
    func say(_ words: [ModelStep.Word], _ phone: ModelPhone, isBetween: Bool = false, turns: Int? = nil) async throws {
        let texts = ledger.withLock { (ledger) in words.map { (_) in ledger.newText(by: phone.number) } }
        let outcomes = try await outcomes(of: words, texts, phone, turns: turns)
        var names = try zip(texts, outcomes).map { (text, said) in
            try name(of: text, said, phone, wasLeft: turns != nil)
        }
        let unknown = outcomes.indices.filter { if case .unknown = outcomes[$0] { true } else { false } }
        if !unknown.isEmpty {
            // It died before it was known whether they were taken: what it shows afterwards is what counts.
            try await restart(phone)
            let shown = try await phone.read()
            for index in unknown {
                names[index] = shown.lines[chat(words[index].to)]?.first { $0.text == texts[index] }?.message
            }
        }
        var rank: Int?
        for (word, (text, name)) in zip(words, zip(texts, names)) {
            note("p\(phone.number) has said \(text) to \(word.to): \(name.map { "\($0)" } ?? "nothing")")
            guard let name else { continue }
            ledger.withLock {
                $0.said(
                    text, by: phone.number, to: word.to, expiresIn: word.expiresIn, at: phone.clock.now,
                    isBetween: isBetween, as: name, rank: rank)
                rank = $0.messages.last?.rank
            }
        }
    }

    /// Has them said by as many tasks.
    private func outcomes(
        of words: [ModelStep.Word], _ texts: [String], _ phone: ModelPhone, turns: Int?
    ) async throws -> [ModelPhone.Said] {
        try await withThrowingTaskGroup(of: (Int, ModelPhone.Said).self) { (group) in
            for (index, word) in words.enumerated() {
                let chat = chat(word.to)
                group.addTask {
                    (index, try await phone.say(texts[index], to: chat, expiresIn: word.expiresIn))
                }
            }
            if let turns {
                for _ in 0..<turns { await Task.yield() }
                group.cancelAll()
            }
            var outcomes: [Int: ModelPhone.Said] = [:]
            for try await (index, said) in group { outcomes[index] = said }
            return words.indices.compactMap { outcomes[$0] }
        }
    }

    /// What a text is called that was taken; `nil` where it was not, or where nobody knows.
    /// - Throws: ``Finding`` where it became of it what must not.
    private func name(
        of text: String, _ said: ModelPhone.Said, _ phone: ModelPhone, wasLeft: Bool
    ) throws -> ClientID? {
        let isDead = phone.isDoomed && phone.fate.hasStruck
        switch said {
        case .accepted(let line):
            // One whose disk has failed meanwhile knows no better than what it has on it.
            guard line.text == text, line.delivery == .accepted || isDead,
                line.message.flatMap({ accepted.send($0) }) != nil
            else { throw Finding(text: "p\(phone.number): was told that \(line) is accepted") }
            return line.message
        case .queued(let name): return name
        case .unknown(let error):
            // Whoever did not wait may have left before it was taken.
            if wasLeft, error.code == .cancelled { return nil }
            guard isDead else { throw Finding(text: "p\(phone.number): cannot say \(text): \(error)") }
            return nil
        }
    }
}
