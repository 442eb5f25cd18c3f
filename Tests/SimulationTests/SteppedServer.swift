@testable import Chat
import Store
import TestKit
import Wire

/// One life of the server: the real store, verbs and switchboard, and around them what `Server` does between a socket
/// and the verbs. Ends with a kill; the next life is another object over what the files still hold.
///
/// Belongs to the one thread of its simulation.
final class SteppedServer: @unchecked Sendable {
    // Unchecked because one thread has all of it.
    let house: SteppedHouse
    let chat: ChatEngine
    let switchboard: Switchboard<Socket>
    unowned let world: Simulation
    /// Nothing leaves it any more.
    var isDead = false
    private(set) var sockets: [Socket] = []
    private var deliveredThrough: [DeviceAddress: QueueNumber] = [:]
    private var isTrimScheduled = false
    private var isWriterScheduled = false
    /// What a server without deduplication calls a send, so that it is new each time.
    private var strangeCount: UInt64 = 0

    static let loopCount = 2
    private static let trimDelay: UInt64 = 50

    init(_ folder: Folder, in world: Simulation) throws(Violation) {
        self.world = world
        // The switchboard is there before the store is, as in the real one.
        let late = Late()
        let switchboard = Switchboard<Socket>(loopCount: Self.loopCount) { (_, batch) in
            late.server?.dispatch(batch.dispatches)
        }
        self.switchboard = switchboard
        house = try SteppedHouse(folder, world.plan, clock: world.now) { switchboard.flush() }
        chat = ChatEngine(store: house.store, clock: { [unowned world] in world.now }) { (effects) in
            switchboard.perform(effects)
        }
        late.server = self
    }

    private final class Late: @unchecked Sendable {
        // Unchecked because one thread has all of it.
        weak var server: SteppedServer?
    }

    // MARK: The store's threads

    /// Has the writer do its next step soon.
    private func wakeWriter() {
        guard !isWriterScheduled else { return }
        isWriterScheduled = true
        world.after(world.dice(3)) { [weak self] in
            guard let self, !isDead else { return }
            isWriterScheduled = false
            if world.wantsCut, house.hasCommands { return world.cut(self) }
            stepWriter()
            if house.hasCommands { wakeWriter() }
        }
    }

    func stepWriter() {
        if house.hasCommands { world.tally.batches += 1 } else { world.tally.flushes += 1 }
        house.stepWriter()
    }

    /// Queues a query: the snapshot is taken a little later, and answered from mostly at once, and sometimes so late
    /// that commits and flushes come between.
    func ask(
        _ query: @escaping @Sendable (Result<ReadableTables, Problem>) -> Void, began: @escaping () -> Void
    ) {
        house.ask(query, began: began)
        wakeReader()
    }

    private func wakeReader() {
        world.after(world.dice(2)) { [weak self] in
            guard let self, !isDead else { return }
            guard let reader = house.beginQuery() else { return wakeReader() }
            world.after(world.dice(9) == 0 ? world.dice(60) : 0) { [weak self] in
                guard let self, !isDead else { return }
                house.endQuery(reader)
            }
        }
    }

    // MARK: Requests

    /// Handles a request as its route does.
    func receive(
        _ request: Request, from address: DeviceAddress, token: String?, _ reply: @escaping @Sendable (Answer) -> Void
    ) {
        guard request.needsToken else { return check(request, by: address, reply) }
        look(request.isQuestion ? request : .whoAmI, by: address, token: token) { [weak self] (answer) in
            guard let self, !isDead else { return }
            guard case .success = answer, !request.isQuestion else { return reply(answer) }
            check(request, by: address, reply)
        }
    }

    private func look(
        _ request: Request, by address: DeviceAddress, token: String?, _ reply: @escaping @Sendable (Answer) -> Void
    ) {
        let now = world.now
        let then = Then()
        ask({ [weak self] (tables) in
            guard let self, let model = then.model else { return }
            let answer: Answer = tables.flatMap { (tables) in
                Result { () throws(Problem) in
                    let look = Look(tables: tables, now: now)
                    guard let presented = token.flatMap({ PresentedToken(text: $0) }) else {
                        throw Problem(.unauthenticated, "No token.")
                    }
                    return try request.ask(look, by: try look.authenticate(presented).0)
                }
            }
            world.looked(request, by: address, token: token, at: now, answer, since: model)
            reply(answer)
        }, began: { [unowned self] in then.model = world.model })
    }

    /// The model as it was when a snapshot was taken.
    final class Then: @unchecked Sendable {
        // Unchecked because one thread has all of it.
        var model: Model?
    }

    /// What is verified before a command runs.
    private func check(_ request: Request, by address: DeviceAddress, _ reply: @escaping @Sendable (Answer) -> Void) {
        let now = world.now
        switch request {
        case .register(let person):
            guard let verified = try? VerifiedRegistration(person.registration(), now: now) else {
                return world.fail("a registration does not verify")
            }
            commit(request, by: address, reply) { (turn) throws(Problem) in
                let made = try turn.register(verified, mode: .open, invite: nil, tokens: MintedTokens())
                return .token(made.tokens.accessToken, expiresAt: made.tokens.accessExpiresAt)
            }
        case .changeDevices(let change):
            ask({ [weak self] (tables) in
                guard let self else { return }
                let verified = tables.flatMap { (tables) in
                    Result { () throws(Problem) in
                        let row = try Look(tables: tables, now: now).accountRow(address.account)
                        return try VerifiedListChange(change, of: row, now: now)
                    }
                }
                guard case .success(let verified) = verified else { return reply(verified.map { _ in .done }) }
                commit(request, by: address, reply) { (turn) throws(Problem) in
                    .account(try turn.changeDevices(verified, of: address.account, by: address))
                }
            }, began: {})
        default: commit(request, by: address, reply) { (turn) throws(Problem) in try request.run(&turn, by: address) }
        }
    }

    // MARK: Commands

    /// Queues a phone's command; the model follows it when it is committed, and then the phone is answered.
    func commit(
        _ request: Request, by address: DeviceAddress, checksFirst: Bool = false,
        _ reply: @escaping @Sendable (Answer) -> Void,
        _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> Reply
    ) {
        let now = world.now
        chat.submit(checksFirst: checksFirst, planted(request, by: address, reply, verb)) { [weak self] (answer) in
            guard let self else { return }
            world.committed(request, by: address, at: now, answer)
            if !isDead, !(world.fault == .earlyAnswer && request.isAccepted) { reply(answer) }
        }
        wakeWriter()
    }

    /// The verb with the fault that is planted, if one is.
    private func planted(
        _ request: Request, by address: DeviceAddress, _ reply: @escaping @Sendable (Answer) -> Void,
        _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> Reply
    ) -> @Sendable (inout Turn) throws(Problem) -> Reply {
        switch (world.fault, request) {
        case (.noDeduplication, .send(var send, let recipient)):
            let client = send.clientID
            strangeCount += 1
            send.clientID = ClientID(bytes: SixteenBytes(high: .max, low: strangeCount))
            let stranger = send
            return { (turn) throws(Problem) in
                var accepted = try turn.send(stranger, from: address, to: recipient)
                accepted.clientID = client
                return .accepted(accepted)
            }
        case (.earlyAnswer, _) where request.isAccepted:
            return { (turn) throws(Problem) in
                do throws(Problem) {
                    let answer = try verb(&turn)
                    reply(.success(answer))
                    return answer
                } catch {
                    reply(.failure(error))
                    throw error
                }
            }
        case (.lostTrim, .acknowledge): return { (_) in .done }
        default: return verb
        }
    }

    /// Queues a command of the server's own.
    func commit(
        _ chore: Chore, by address: DeviceAddress? = nil, _ done: @escaping @Sendable (Answer) -> Void = { (_) in },
        _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> Reply
    ) {
        let now = world.now
        chat.submit(verb) { [weak self] (answer) in
            guard let self else { return }
            world.committed(chore, by: address, at: now, answer)
            if !isDead { done(answer) }
        }
        wakeWriter()
    }

    // MARK: Sockets

    func add(_ socket: Socket) { sockets.append(socket) }
    func remove(_ socket: Socket) { sockets.removeAll { $0 === socket } }

    /// What a commit means for the sockets of one loop; they do it a little later, in the order of commits.
    private func dispatch(_ dispatches: [Dispatch<Socket>]) {
        guard !isDead else { return }
        for dispatch in dispatches {
            switch dispatch {
            case .envelope(let envelope, let socket): socket.offered(envelope)
            case .entry(let entry, let listeners): for socket in listeners { socket.tell(.event(entry)) }
            case .frame(let frame, let socket): socket.tell(frame)
            case .close(let code, let socket): socket.close(code)
            case .arrived(let arrival, let socket): socket.arrived(arrival)
            }
        }
    }

    /// A device has everything up to a number: written down a little later, many at once.
    func delivered(_ device: DeviceAddress, through number: QueueNumber) {
        deliveredThrough[device] = max(number, deliveredThrough[device] ?? number)
        guard !isTrimScheduled else { return }
        isTrimScheduled = true
        world.after(Self.trimDelay) { [weak self] in
            guard let self, !isDead else { return }
            isTrimScheduled = false
            let delivered = deliveredThrough
            deliveredThrough = [:]
            let isLost = world.fault == .lostTrim
            commit(.trim(delivered)) { (turn) throws(Problem) in
                guard !isLost else { return .done }
                for (device, number) in delivered { try turn.tables.trimQueue(of: device, through: number) }
                return .done
            }
        }
    }
}

extension Request {
    /// Answered with an ``Accepted``.
    var isAccepted: Bool {
        switch self {
        case .send, .post: true
        default: false
        }
    }
}
