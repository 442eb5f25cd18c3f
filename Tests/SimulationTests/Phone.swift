import TestKit
import Wire

/// A model phone: what a good client does, after docs/protocol, with nothing of its cryptography. It keeps what it
/// was told and what came, and holds each against the other. It never dies; its lines do.
final class Phone {
    /// Something it sends, until it is answered. A retry carries the same client id.
    struct Outgoing {
        var request: Request
        var ordinal: UInt64
        /// Who gets a copy, whichever of its tries was accepted.
        var recipients: Set<DeviceAddress>
        var target: AccountID?
        var firstTriedAt: Timestamp
        var accepted: Accepted?
        /// Refused for good, or nobody knows any more.
        var isOver = false
        var isUnderWay = false

        var isSettled: Bool { accepted != nil || isOver }
    }

    struct Received {
        var id: MessageID
        var parcel: Parcel
    }

    let account: Int
    let device: Int
    unowned let world: Simulation
    var token: String?
    var isRegistered: Bool
    /// Unlinked, or its account is deleted.
    var isGone = false
    /// Waits for an answer, other than to a send.
    var isBusy = false
    var socket: Socket?

    var outbox: [Outgoing] = []
    var knownDevices: [AccountID: DeviceListPayload] = [:]
    var conversations: [ConversationView] = []
    var readThrough: [ConversationID: UInt64] = [:]
    /// By queue number.
    private(set) var received: [UInt64: Received] = [:]
    private var numbers: [Parcel: UInt64] = [:]
    /// Of each sender, what it said comes before something that came already.
    private var overtaken: [DeviceAddress: Set<UInt64>] = [:]
    /// The last queue number it has.
    private(set) var last: UInt64 = 0
    /// What an answered acknowledgement was for.
    var acknowledged: UInt64 = 0

    init(account: Int, device: Int, isRegistered: Bool, in world: Simulation) {
        self.account = account
        self.device = device
        self.isRegistered = isRegistered
        self.world = world
    }

    var person: Person { People.all.people[account] }
    var address: DeviceAddress { People.all.devices[account][device].address }
    var name: String { "p\(account).\(device + 1)" }

    // MARK: Lines

    /// Whatever comes over the socket is lost from here on, both ways.
    func lineBroke() {
        guard let old = socket else { return }
        socket = nil
        for index in outbox.indices { outbox[index].isUnderWay = false }
        // The server hears of it when it hears of it.
        world.after(world.dice(50)) { old.closed() }
    }

    func connect() {
        guard socket == nil, let server = world.server else { return }
        let fresh = Socket(
            address, of: self, loopIndex: (account + device) % SteppedServer.loopCount, on: server)
        socket = fresh
        world.after(world.dice(Int(world.delayMax))) { [weak server] in
            guard let server, !server.isDead, self.socket === fresh else { return }
            fresh.begin()
        }
    }

    func closed(_ socket: Socket, _ code: CloseCode) {
        self.socket = nil
        for index in outbox.indices { outbox[index].isUnderWay = false }
        world.note("\(name) is closed \(code.rawValue)")
    }

    /// Asks over HTTP, where anything may be lost, late or doubled; `nil` when no answer came in time.
    func call(_ request: Request, done: @escaping (Answer?) -> Void) {
        let exchange = Exchange(done)
        let (world, address, token, epoch) = (world, address, token, world.networkEpoch)
        for _ in 0..<(world.happens(world.plan.doubledPermille) ? 2 : 1) {
            if world.happens(world.plan.lostPermille) {
                world.tally.lost += 1
                continue
            }
            if exchange.isSent { world.tally.doubled += 1 }
            exchange.isSent = true
            world.after(world.dice(Int(world.delayMax))) {
                guard epoch == world.networkEpoch, let server = world.server else { return }
                server.receive(request, from: address, token: token) { (answer) in
                    if world.happens(world.plan.lostPermille) { return world.tally.lost += 1 }
                    world.after(world.dice(Int(world.delayMax))) {
                        if epoch == world.networkEpoch { exchange.end(answer) }
                    }
                }
            }
        }
        world.after(world.delayMax * 2 + 150 + world.dice(100)) { exchange.end(nil) }
    }

    private final class Exchange: @unchecked Sendable {
        // Unchecked because one thread has all of it.
        private var done: ((Answer?) -> Void)?
        var isSent = false

        init(_ done: @escaping (Answer?) -> Void) { self.done = done }

        func end(_ answer: Answer?) {
            let done = done
            self.done = nil
            done?(answer)
        }
    }

    // MARK: What comes

    func heard(_ frame: ServerFrame, over socket: Socket) {
        switch frame {
        case .envelope(let envelope): take(envelope)
        case .accepted(let accepted): answered(accepted.clientID, .success(.accepted(accepted)))
        case .refused(let refused): answered(refused.clientID, .failure(refused.problem))
        case .event(let entry):
            world.show("\(name) hears of \(entry.seq) in \(world.model.name(of: entry.conversation))")
        default: break
        }
    }

    /// Takes the next envelope of the queue, drops one that came before, and sees that it is whole and in order.
    func take(_ envelope: Envelope) {
        guard let number = envelope.number?.rawValue, let parcel = Parcel(envelope.body) else {
            return world.fail("\(name) got something that nobody sent")
        }
        if number <= last {
            if let known = received[number], known.parcel != parcel || known.id != envelope.id {
                world.fail("\(name) got another envelope under number \(number) than before")
            }
            return
        }
        world.tally.delivered += 1
        world.note("\(name) gets \(number): \(parcel.ordinal) of \(world.name(parcel.sender))")
        if number != last + 1, world.model.queues[address]?.expired ?? 0 < number - 1, world.model.hasDevice(address) {
            return world.fail("\(name) got \(number) after \(last)")
        }
        if let earlier = numbers[parcel] {
            let what = "\(parcel.ordinal) of \(world.name(parcel.sender))"
            return world.fail("\(name) got \(what) twice: under \(earlier) and \(number)")
        }
        if envelope.sender?.address != parcel.sender {
            return world.fail("\(name) got an envelope under another sender's name")
        }
        if let before = received[last], before.id >= envelope.id { world.fail("\(name) got ids out of order") }
        if overtaken[parcel.sender]?.contains(parcel.ordinal) == true {
            world.fail("\(name) got \(parcel.ordinal) of \(world.name(parcel.sender)) after what was sent later")
        }
        overtaken[parcel.sender, default: []].insert(parcel.after)
        received[number] = Received(id: envelope.id, parcel: parcel)
        numbers[parcel] = number
        last = number
    }

    /// An answer to a send or a post.
    func answered(_ client: ClientID, _ answer: Answer) {
        guard let index = outbox.firstIndex(where: { $0.request.clientID == client }) else { return }
        outbox[index].isUnderWay = false
        switch answer {
        case .success(.accepted(let accepted)):
            guard let earlier = outbox[index].accepted else { return outbox[index].accepted = accepted }
            let isSame = earlier.id == accepted.id && earlier.time == accepted.time
                && (accepted.seq == nil || earlier.seq == accepted.seq)
            if !isSame { world.fail("\(name) heard two answers to \(outbox[index].ordinal)") }
        case .success: break
        case .failure(let problem):
            // An answer that was given before stays true, whatever a later try hears.
            guard outbox[index].accepted == nil else { return }
            switch problem.code {
            case .mismatchedDevices: outbox[index].target.map { knownDevices[$0] = nil }
            case .unauthenticated, .tokenExpired: token = nil
            default: outbox[index].isOver = true
            }
        }
    }
}
