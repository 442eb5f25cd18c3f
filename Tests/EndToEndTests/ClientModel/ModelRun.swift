import TestKit
import Wire

@testable import Client

/// One life of five clients under a seed. The seed decides what they do; how their tasks meet it does not, and what is
/// checked does not depend on it.
final class ModelRun: Sendable {
    /// What was found.
    struct Finding: Error {
        let text: String
    }

    /// The account of each phone, and what the accounts are called.
    static let accounts = [0, 0, 1, 1, 2]
    static let names = ["anna", "berta", "carla"]

    let seed: UInt64
    let house: House
    let phones: [ModelPhone]
    let ids: [AccountID]
    let devices: [DeviceAddress]
    let groups: [ModelGroup]
    let accepted = AcceptedSends()
    let ledger = Guarded(Ledger(accounts: accounts))
    /// What happened, in the order in which it was heard of.
    let trace = Guarded<[String]>([])

    /// Says at once what happens: of one that never ends one wants to know where it is.
    private let isLoud: Bool

    init(seed: UInt64, isLoud: Bool = false) async throws {
        self.seed = seed
        self.isLoud = isLoud
        house = try await House()
        var phones: [ModelPhone] = []
        var devices: [DeviceAddress] = []
        for (number, account) in Self.accounts.enumerated() {
            let first = Self.accounts.firstIndex(of: account).flatMap { $0 < number ? phones[$0] : nil }
            let phone = try await ModelPhone(
                number, house, as: first == nil ? Self.names[account] : nil, joining: first, accepted)
            phones.append(phone)
            devices.append(try await phone.address())
        }
        for phone in phones {
            for (account, name) in Self.names.enumerated() where account != Self.accounts[phone.number] {
                try await phone.meet(name)
            }
        }
        self.phones = phones
        self.devices = devices
        ids = Self.names.indices.map { (account) in devices[Self.accounts.firstIndex(of: account) ?? 0].account }
        groups = try await ModelGroup.begin(phones, ids)
    }

    /// Lives through some epochs.
    /// - Throws: ``Finding``.
    func run(epochs: Int) async throws {
        var chance = SplitMix(seed: seed)
        begin(away: [])
        ledger.withLock { $0.set(clocks: phones.map(\.clock.now)) }
        for epoch in 0..<epochs {
            try await act(&chance)
            try await settle()
            try await check(settled: epoch)
            // At last everybody is back.
            let isLast = epoch == epochs - 1
            begin(away: Set(phones.indices.filter { (_) in Int.random(in: 0..<6, using: &chance) == 0 && !isLast }))
            try await sendBetween(&chance)
            moveClocks(&chance)
            try await check(settled: epoch)
        }
        try await settle()
        try await check(settled: epochs)
        for phone in phones { await phone.close() }
        house.server.stop()
    }

    func note(_ text: String) {
        trace.withLock { $0.append(text) }
        if isLoud { print(text) }
    }

    private func begin(away: Set<Int>) {
        let epoch = ledger.withLock { (ledger) in
            ledger.begin(away: away)
            return ledger.epoch
        }
        accepted.begin(epoch: epoch)
        note("epoch \(epoch), away: \(away.sorted())")
    }

    private func moveClocks(_ chance: inout SplitMix) {
        let seconds = ([3, 200, 2_000, 90_000, 90_000] as [UInt64]).randomElement(using: &chance) ?? 0
        for phone in phones { phone.clock.advance(seconds: seconds + UInt64.random(in: 0...20, using: &chance)) }
        ledger.withLock { $0.set(clocks: phones.map(\.clock.now)) }
        note("clocks move by \(seconds) s")
    }

    // MARK: One epoch

    /// Everybody does something, all at once.
    private func act(_ chance: inout SplitMix) async throws {
        let now = ledger.withLock { $0 }
        try await withThrowingTaskGroup(of: Void.self) { (group) in
            for phone in phones {
                let isAway = now.away[now.epoch].contains(phone.number)
                let deletable = Replay(
                    ledger: now, accepted: accepted, settled: now.epoch - 1, phone: phone.number).deletable
                let people = Self.names.indices.filter { $0 != Self.accounts[phone.number] }
                let peers = people.map(Addressee.person) + groups.indices.map(Addressee.group)
                let steps = (0..<Int.random(in: 2...7, using: &chance)).map { (_) in
                    ModelStep.draw(&chance, peers: peers, deletable: deletable, isAway: isAway)
                }
                group.addTask { [self] in
                    await phone.begin(isAway: isAway)
                    for step in steps { try await take(step, phone) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Everybody who is there sends and fetches until nothing moves.
    private func settle() async throws {
        let away = ledger.withLock { $0.away[$0.epoch] }
        let present = phones.filter { !away.contains($0.number) }
        for phone in phones {
            await phone.stopListening()
            if phone.isDoomed || phone.fate.hasStruck { try await restart(phone) }
        }
        for phone in present { await phone.setOffline(false) }
        for _ in 0..<8 {
            let before = accepted.count
            for phone in present { await phone.sendAll() }
            var count: Int? = 0
            for phone in present {
                let fetched = await phone.fetch()
                count = count.flatMap { (count) in fetched.map { count + $0 } }
                await phone.look(at: groups)
            }
            // A post that was taken back and has turned up is deleted.
            for phone in present { await phone.sendAll() }
            if count == 0, accepted.count == before { return }
        }
        throw Finding(text: "there is no end of what comes")
    }

    /// Some send while their clock stands and nobody fetches, and lose the answer: the server has what they will send
    /// again later, when what hid its sender may have aged.
    private func sendBetween(_ chance: inout SplitMix) async throws {
        let away = ledger.withLock { $0.away[$0.epoch] }
        for phone in phones where !away.contains(phone.number) && Bool.random(using: &chance) {
            let peer = (Self.accounts[phone.number] + Int.random(in: 1...2, using: &chance)) % Self.names.count
            try await restart(phone, Fate(answers: Int.random(in: 0...1, using: &chance)))
            try await say([.init(to: .person(peer), expiresIn: nil)], phone, isBetween: true)
            try await restart(phone)
        }
    }
}
