import Chat
import Store
import Threads
import Transport
import Wire

/// One device's socket from hello to goodbye. An actor whose executor is the socket's event loop, so that the
/// compiler checks what the loop guarantees; callbacks of the loop enter by `assumeIsolated`, without a switch.
///
/// This file has how it comes and goes; `+requests` what the client sends, `+delivery` what others sent.
actor SocketSession: DeviceLine {
    nonisolated let address: DeviceAddress
    nonisolated let form: WireForm
    nonisolated let socket: WebSocket
    nonisolated let desk: Desk
    /// Under what limits by address count the requests inside.
    nonisolated let remoteAddress: String
    nonisolated let front: SocketFront
    var state = SocketState.arriving
    /// What the client sent and is read after hello.
    var early = EarlyFrames()
    /// What a client that does not keep up is told later.
    var heads = WaitingHeads()
    /// Of which these wait until the page before them is written.
    var pages = WaitingLine<(ClientFrame.Request, Int)>()
    var isReadingPage = false
    var runningRequests = 0
    var badFrames = 0
    /// In which round of the desk something was heard last.
    private(set) var lastHeard: UInt64 = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { desk.loop.asUnownedSerialExecutor() }
    nonisolated var loopIndex: Int { desk.loopIndex }

    init(
        front: SocketFront, desk: Desk, socket: WebSocket, device: DeviceAddress, form: WireForm, remoteAddress: String
    ) {
        self.front = front
        self.desk = desk
        self.socket = socket
        self.address = device
        self.form = form
        self.remoteAddress = remoteAddress
    }

    static nonisolated func == (left: SocketSession, right: SocketSession) -> Bool { left === right }
    nonisolated func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

    /// So many conversations that are read for a socket beyond the first page weigh as much as another socket. What is
    /// beyond a hundred of these weighs nothing: that others put an account into very many must not keep it away.
    static let conversationsPerToken = 50
    static let tokensMax = 100

    // MARK: Coming and going

    /// Looks up where the device stands, in the order of commits, and enters the switchboard there.
    /// - Parameter early: what came before it was known whose socket this is, and is held.
    func begin(_ early: EarlyFrames) {
        self.early = early
        heard()
        desk.assumeIsolated { $0.add(self) }
        ask { [address] (turn) throws(Problem) in
            try turn.arrive(address)
        } then: { [self] (arrival) in
            front.switchboard.connect(self, arrival)
        }
    }

    /// Asks where the device stands, and enters that before anything later is announced.
    private nonisolated func ask(
        _ question: @escaping @Sendable (inout Turn) throws(Problem) -> Arrival,
        then enter: @escaping @Sendable (Arrival) -> Void
    ) {
        front.services.chat.submit(question) { [self] (result) in
            switch result {
            case .success(let arrival): enter(arrival)
            case .failure(let problem): turnAway(problem)
            }
        }
    }

    /// Something is in the way of its arrival.
    private nonisolated func turnAway(_ problem: Problem) {
        let switchboard = front.switchboard
        if problem.code == .rateLimited { switchboard.tell(self, .error(.init(problem: problem))) }
        switchboard.close(self, CloseCode(refusedArrival: problem))
        switchboard.flush()
    }

    /// Has the conversations read that are not known yet: beside the store's writer, page by page, and no further when
    /// the socket has ended.
    private nonisolated func readMemberships(after first: ConversationID) async throws(Problem) {
        let (switchboard, services) = (front.switchboard, front.services)
        let account = address.account
        // Many may have been opened before the first of them is weighed.
        try services.limiters.sockets.require(account, count: 0, now: services.chat.clock())
        var next: ConversationID? = first
        var weight = 0
        while let last = next {
            if weight < Self.tokensMax {
                let count = Memberships.pageCount / Self.conversationsPerToken
                services.limiters.sockets.spend(account, count: count, now: services.chat.clock())
                weight += count
            }
            let page = try await services.chat.look { (look) throws(Problem) in
                try look.memberships(of: account, after: last)
            }
            guard switchboard.listen(self, to: page) else { return }
            next = page.next
        }
        ask { [address] (turn) throws(Problem) in
            try turn.arriveAgain(address)
        } then: { [self] (arrival) in
            switchboard.arrived(self, arrival)
        }
    }

    /// The switchboard has this line.
    func arrived(_ arrival: Arrival) {
        if let next = arrival.memberships.next, state.isArriving {
            Task.immediate(executorPreference: desk.loop) {
                do throws(Problem) {
                    try await self.readMemberships(after: next)
                } catch {
                    self.turnAway(error)
                }
            }
            return
        }
        guard let first = state.arrived(arrival.queue) else {
            // It closed while it was being entered.
            front.switchboard.disconnect(self)
            return
        }
        desk.assumeIsolated { $0.hasArrived(self) }
        front.services.metrics.countSocketOpened()
        tell(
            .hello(
                .init(
                    account: address.account, device: address.device, incarnation: front.services.incarnation,
                    serverTime: front.services.chat.clock())))
        if arrival.oneTimePreKeyCount < Limits.oneTimePreKeysLow {
            tell(.notice(.init(topic: .keysLow, count: UInt64(arrival.oneTimePreKeyCount))))
        }
        act(first)
        socket.hold(byteCount: -early.byteCount)
        for frame in early.taken() {
            frame.bytes.withUnsafeBytes { (bytes) in received(bytes, isBinary: frame.isBinary) }
        }
    }

    func close(_ code: CloseCode, reason: String = "") {
        socket.close(code: code.rawValue, reason: reason)
        // Now, and not when the peer has answered: others of its device may come and go faster than that.
        front.switchboard.disconnect(self)
    }

    /// Says goodbye before a shutdown.
    func leave() {
        tell(.goaway(.init(reason: "shutting down", retryAfterMilliseconds: 1000)))
        close(.goingAway)
    }

    func closed(_ code: UInt16) {
        state.close()
        if code == CloseCode.slowConsumer.rawValue { front.services.metrics.countSlowConsumer() }
        front.switchboard.disconnect(self)
        desk.assumeIsolated { $0.remove(self) }
    }

    /// Any frame is a sign of life.
    func heard() { lastHeard = desk.assumeIsolated { $0.round } }

    // MARK: Frames to the client

    func tell(_ frame: ServerFrame) {
        write(frame.encoded(as: form))
    }

    func write(_ bytes: [UInt8]) {
        switch form {
        case .cbor: socket.send(binary: bytes)
        case .json: socket.send(text: SharedBytes(bytes))
        }
    }
}
