import Chat
import Store
import Wire

/// A phone's connection as the server has it: does with frames and commits what `Session` does, with the real
/// ``DeliveryCursor``, and tells the phone in order.
final class Socket: DeviceLine, @unchecked Sendable {
    // Unchecked because one thread has all of it.
    let address: DeviceAddress
    let loopIndex: Int
    private unowned let world: Simulation
    /// Gone once it is killed, and with it whatever this could say.
    private weak var server: SteppedServer?
    private weak var phone: Phone?
    private var cursor: DeliveryCursor?
    private(set) var isClosed = false
    /// In the switchboard, as of the last commit.
    private(set) var isEntered = false
    /// Entries that it must be told, in order.
    private(set) var expected: [LogEntry] = []
    /// When the last frame comes to the phone, so that none overtakes it.
    private var lastArrival: UInt64 = 0

    init(_ address: DeviceAddress, of phone: Phone, loopIndex: Int, on server: SteppedServer) {
        self.address = address
        self.loopIndex = loopIndex
        self.server = server
        world = server.world
        self.phone = phone
    }

    static func == (left: Socket, right: Socket) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

    // MARK: Coming and going

    func begin() {
        guard let server else { return }
        server.add(self)
        let (device, limit) = (address, world.plan.pageCount)
        server.commit(.arrive(limit: limit), by: device) { [weak server] (answer) in
            guard let server else { return }
            guard case .success(.arrival(let arrival)) = answer else { return self.turnAway(answer, on: server) }
            server.switchboard.connect(self, arrival)
            self.isEntered = arrival.memberships.next == nil
        } _: { (turn) throws(Problem) in .arrival(try turn.arrive(device, limit: limit)) }
    }

    /// Its conversations are read page by page, and what happens meanwhile does not get lost.
    private func readMemberships(after last: ConversationID) {
        guard let server else { return }
        let (device, limit) = (address, world.plan.pageCount)
        server.ask({ [weak self] (tables) in
            let page = tables.flatMap { (tables) in
                Result { () throws(Problem) in
                    try Look(tables: tables, now: .init(milliseconds: 0)).memberships(
                        of: device.account, after: last, limit: limit)
                }
            }
            guard let self, let server = self.server, !server.isDead else { return }
            guard case .success(let page) = page else { return world.fail("a page of memberships is not read") }
            guard server.switchboard.listen(self, to: page) else { return }
            if let next = page.next { return readMemberships(after: next) }
            server.commit(.arriveAgain, by: device) { [weak server] (answer) in
                guard let server else { return }
                guard case .success(.arrival(let arrival)) = answer else { return self.turnAway(answer, on: server) }
                server.switchboard.arrived(self, arrival)
                self.isEntered = !self.isClosed
            } _: { (turn) throws(Problem) in .arrival(try turn.arriveAgain(device)) }
        }, began: {})
    }

    func arrived(_ arrival: Arrival) {
        guard !isClosed else { return closeDesk() }
        if let next = arrival.memberships.next { return readMemberships(after: next) }
        let cursor = DeliveryCursor(last: arrival.queue.deliveredThrough, head: arrival.queue.head)
        self.cursor = cursor
        act(cursor.start())
    }

    private func turnAway(_ answer: Answer, on server: SteppedServer) {
        guard case .failure(let problem) = answer else { return world.fail("an arrival is answered by something else") }
        server.switchboard.close(self, CloseCode(refusedArrival: problem))
        server.switchboard.flush()
    }

    /// The server closes it.
    func close(_ code: CloseCode) {
        deliver { (phone, socket) in phone.closed(socket, code) }
        closed()
    }

    /// It is gone, whoever ended it.
    func closed() {
        guard !isClosed else { return }
        isClosed = true
        isEntered = false
        closeDesk()
    }

    private func closeDesk() {
        server?.switchboard.disconnect(self)
        server?.remove(self)
    }

    // MARK: What the server tells

    /// An entry was committed that its account hears of.
    func expect(_ entry: LogEntry) {
        if isEntered, !isClosed { expected.append(entry) }
    }

    func tell(_ frame: ServerFrame) {
        guard !isClosed else { return }
        if case .event(let entry) = frame {
            // Before hello: the phone reads the log after it.
            guard cursor != nil else { return }
            guard !expected.isEmpty, entry.isLike(expected.removeFirst()) else {
                return world.fail("a socket is told of entry \(entry.seq) out of turn")
            }
        }
        deliver { (phone, socket) in phone.heard(frame, over: socket) }
    }

    private func deliver(_ body: @escaping (Phone, Socket) -> Void) {
        let arrival = max(lastArrival, world.time + world.dice(Int(world.delayMax)))
        lastArrival = arrival
        world.after(arrival - world.time) { [weak self] in
            // What was under way is lost with the line.
            guard let self, let phone, phone.socket === self else { return }
            body(phone, self)
        }
    }

    func offered(_ envelope: Envelope) {
        guard let number = envelope.number, let action = cursor?.offered(number) else { return }
        if action == .write { return tell(.envelope(envelope)) }
        act(action)
    }

    private func act(_ action: DeliveryCursor.Action) {
        switch action {
        case .write, .ignore: break
        case .caughtUp(let number): tell(.queueEmpty(.init(through: number)))
        case .read(let number): read(after: number)
        }
    }

    private func read(after number: QueueNumber) {
        guard let server else { return }
        let device = address
        let then = SteppedServer.Then()
        let limit = world.plan.pageCount
        let world = world
        server.ask({ [weak self] (tables) in
            let page = tables.flatMap { (tables) in
                Result { () throws(Problem) in
                    try tables.envelopes(for: device, after: number, limit: limit, byteCountMax: 1 << 20)
                }
            }
            guard let self, let model = then.model else { return }
            guard case .success(let envelopes) = page else { return world.fail("a page of a queue is not read") }
            world.paged(envelopes, of: device, after: number, limit: limit, since: model)
            received(envelopes)
        }, began: { then.model = world.model })
    }

    private func received(_ envelopes: [Envelope]) {
        guard !isClosed else { return }
        for envelope in envelopes { tell(.envelope(envelope)) }
        if let action = cursor?.read(through: envelopes.last?.number, isEnd: envelopes.isEmpty) { act(action) }
    }

    // MARK: What the phone says

    /// A send or a post.
    func received(_ request: Request) {
        guard !isClosed, let server else { return }
        let device = address
        server.commit(request, by: device, checksFirst: true) { [weak self] (answer) in
            guard let self, let server = self.server else { return }
            switch answer {
            case .success(.accepted(let accepted)): server.switchboard.tell(self, .accepted(accepted))
            case .success: break
            case .failure(let problem):
                guard let client = request.clientID else { return }
                server.switchboard.tell(self, .refused(.init(clientID: client, problem: problem)))
            }
        } _: { (turn) throws(Problem) in try request.run(&turn, by: device) }
    }

    func delivered(through number: QueueNumber) {
        guard !isClosed, let server, let cursor else { return }
        server.delivered(address, through: min(number, cursor.last))
    }
}

extension Request {
    var clientID: ClientID? {
        switch self {
        case .send(let request, _): request.clientID
        case .post(let request, _): request.clientID
        default: nil
        }
    }
}
