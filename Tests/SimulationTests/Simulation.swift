@testable import Chat
import TestKit
import Wire

/// One seed's world: a server that dies and comes back, phones, the lines between them, and a clock that only this
/// moves. Everything happens on one thread, in the order of the agenda; the seed decides all of it.
final class Simulation: @unchecked Sendable {
    // Unchecked because one thread has all of it.
    static let start: UInt64 = 1_795_167_000_000

    let seed: UInt64
    let fault: PlantedFault?
    let plan: Plan
    private var random: SplitMix
    private var agenda = Agenda()
    /// What the clock has jumped, in milliseconds.
    private var jumped: UInt64 = 0
    /// Counts what loses everything under way.
    private(set) var networkEpoch = 0

    var model = Model()
    var server: SteppedServer?
    private(set) var phones: [Phone] = []
    var tally = Tally()
    private(set) var trace: Trace
    private(set) var violation: Violation?
    /// The next commit is cut short.
    var wantsCut = false
    /// Nothing goes wrong any more, and the phones finish what they began.
    private(set) var isCalm = false

    /// - Parameter keepsTrace: whether all lines are kept, and not only the last.
    init(seed: UInt64, fault: PlantedFault? = nil, keepsTrace: Bool = false) {
        self.seed = seed
        self.fault = fault
        random = SplitMix(seed: seed)
        plan = Plan(&random)
        tally.seeds = 1
        trace = Trace(keptCount: keepsTrace ? .max : 60)
    }

    // MARK: For everybody in it

    var now: Timestamp { Timestamp(milliseconds: Self.start + agenda.now + jumped) }
    var time: UInt64 { agenda.now }
    var delayMax: UInt64 { isCalm ? 2 : plan.delayMax }

    func after(_ milliseconds: UInt64, _ act: @escaping () -> Void) { agenda.after(milliseconds, act) }

    /// A number from zero to `max`.
    func dice(_ max: Int) -> UInt64 { UInt64.random(in: 0...UInt64(max), using: &random) }

    func pick<C: Collection>(_ list: C) -> C.Element? { list.randomElement(using: &random) }

    func happens(_ permille: Int) -> Bool { !isCalm && dice(999) < permille }

    /// Dice of its own for what may ask a different number of times in two runs of one seed.
    func otherDice() -> SplitMix { SplitMix(seed: random.next()) }

    func note(_ line: @autoclosure () -> String) { trace.note("\(time) \(line())") }

    func show(_ line: @autoclosure () -> String) { trace.show("\(time) \(line())") }

    func fail(_ text: String) { fail(Violation(text)) }

    func fail(_ violation: Violation) {
        if self.violation == nil { self.violation = violation }
    }

    // MARK: The run

    func run() {
        // Its queues may hold what holds this.
        defer { server = nil }
        do {
            let folder = try Folder.fresh()
            server = try SteppedServer(folder, in: self)
        } catch {
            return fail("no server: \(error)")
        }
        for index in 0..<plan.accountCount { activate(account: index, device: 0, isFirst: true) }
        beginHousekeeping()
        while tally.steps < plan.stepCount, violation == nil {
            mishap()
            step()
        }
        settle()
        if violation == nil { finish() }
    }

    private func step() {
        tally.steps += 1
        if let act = agenda.next() { act() } else { fail("nothing is to happen any more") }
    }

    /// Lets everybody finish: whatever was asked is answered in the end.
    private func settle() {
        isCalm = true
        wantsCut = false
        activateAll()
        var left = 60_000
        while violation == nil, server == nil || !phones.allSatisfy(\.isSettled) || !model.doomed.isEmpty || owes {
            step()
            left -= 1
            if left == 0 {
                let words = phones.filter { !$0.isSettled }.map { "\($0.name) \($0.unsettled)" }
                fail("not everything comes to its end: \(words)")
            }
        }
    }

    /// Has a phone for every device there is, also where the answer to a link was lost.
    private func activateAll() {
        for (index, person) in People.all.people.enumerated() {
            for device in model.accounts[person.account]?.devices.keys.sorted() ?? [] {
                activate(account: index, device: Int(device.rawValue) - 1, isFirst: false)
            }
        }
    }

    /// Whether a socket is to be told of an entry yet.
    private var owes: Bool { server?.sockets.contains { !$0.expected.isEmpty } ?? true }

    /// Has a phone for a device, from when somebody knows of the device.
    func activate(account index: Int, device: Int, isFirst: Bool) {
        guard People.all.people.indices.contains(index), device < People.devicesMax else { return }
        let address = People.all.devices[index][device].address
        guard !phones.contains(where: { $0.address == address }) else { return }
        let phone = Phone(account: index, device: device, isRegistered: !isFirst, in: self)
        phones.append(phone)
        after(dice(20)) { phone.wake() }
    }

    // MARK: What the server does

    func committed(_ request: Request, by address: DeviceAddress, at now: Timestamp, _ answer: Answer) {
        guard violation == nil else { return }
        tally.commands += 1
        if case .failure(let problem) = answer {
            tally.refusals += 1
            note("\(name(address)) \(request.label) refused \(problem.code.rawValue)")
        } else {
            note("\(name(address)) \(request.label)\(request.conversation.map { " in \(model.name(of: $0))" } ?? "")")
        }
        if case .success(.accepted(let accepted)) = answer {
            if accepted.isReplay { tally.replays += 1 }
            if case .send = request { tally.sends += 1 } else { tally.posts += 1 }
        }
        do {
            try model.committed(request, by: address, at: now, answer)
        } catch {
            fail(error)
        }
        tellNews()
        if isCalm, case .changeDevices = request { activateAll() }
    }

    func committed(_ chore: Chore, by address: DeviceAddress?, at now: Timestamp, _ answer: Answer) {
        guard violation == nil else { return }
        tally.commands += 1
        note("\(address.map { name($0) } ?? "server") \(chore.label)")
        do {
            try model.committed(chore, by: address, at: now, answer)
        } catch {
            fail(error)
        }
        tellNews()
    }

    /// Each socket that hears of a conversation is to be told of its new entries, in their order.
    private func tellNews() {
        for (entry, audience) in model.news {
            for socket in server?.sockets ?? [] where audience.contains(socket.address.account) { socket.expect(entry) }
        }
        model.news = []
    }

    func looked(
        _ request: Request, by address: DeviceAddress, token: String?, at now: Timestamp, _ answer: Answer,
        since model: Model
    ) {
        guard violation == nil else { return }
        tally.looks += 1
        do {
            try model.looked(request, by: address, with: token, at: now, answer, later: self.model)
        } catch {
            fail(error)
        }
    }

    func paged(
        _ envelopes: [Envelope], of device: DeviceAddress, after number: QueueNumber, limit: Int, since model: Model
    ) {
        guard violation == nil else { return }
        do {
            try model.checkPage(envelopes, of: device, after: number.rawValue, limit: limit, later: self.model)
        } catch {
            fail(error)
        }
    }

    /// What a device is called in the trace.
    func name(_ address: DeviceAddress) -> String {
        let index = People.all.people.firstIndex { $0.account == address.account } ?? 0
        return "p\(index).\(address.device)"
    }

    // MARK: Time

    func jump(seconds: UInt64) {
        tally.jumps += 1
        jumped += seconds * 1_000
        note("the clock jumps by \(seconds) s")
        // No line outlives it.
        if seconds >= 600 { loseEverythingUnderWay() }
    }

    func loseEverythingUnderWay() {
        networkEpoch += 1
        for phone in phones { phone.lineBroke() }
    }

    var jumpedDays: UInt64 { jumped / 86_400_000 }
}
