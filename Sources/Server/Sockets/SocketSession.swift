import Chat
import Store
import Transport
import Wire

/// One device's socket from hello to goodbye. An actor whose executor is the socket's event loop, so that the
/// compiler checks what the loop guarantees; callbacks of the loop enter by `assumeIsolated`, without a switch.
actor SocketSession: DeviceLine {
    /// Requests inside the socket that may run at once.
    static let runningRequestsMax = 32
    /// Frames that do not read, after which the peer is taken for broken.
    static let badFramesMax = 32
    /// Bytes that may wait in the socket before the next page of the backlog is read.
    static let backlogByteCountMark = 512 * 1024
    /// Bytes that may be queued before what others sent and posted is kept back: a page fits above it, and answers to
    /// what the client asks itself.
    static let queuedByteCountMark = 2 * 1024 * 1024
    static let pageEnvelopesMax = 512

    nonisolated let address: DeviceAddress
    nonisolated let form: WireForm
    nonisolated let socket: WebSocket
    nonisolated let desk: Desk
    /// Under what limits by address count the requests inside.
    private let remoteAddress: String
    private let front: SocketFront
    private var cursor: DeliveryCursor?
    /// The page to read once the socket has drained.
    private var pendingRead: QueueNumber?
    private var heads = WaitingHeads()
    private var runningRequests = 0
    private var badFrames = 0
    private var isClosed = false
    private(set) var lastHeardTick: UInt64 = 0

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

    // MARK: Coming and going

    /// Looks up where the device stands, in the order of commits, and enters the switchboard there.
    func begin() {
        heard()
        desk.assumeIsolated { $0.add(self) }
        let device = address
        let switchboard = front.switchboard
        front.services.chat.submit { (turn) throws(Problem) in
            try turn.arrive(device)
        } done: { [self] (result) in
            switch result {
            case .success(let arrival):
                switchboard.connect(self, arrival)
            case .failure(let problem):
                let isGone = problem.code == .unauthenticated
                switchboard.close(self, isGone ? .deviceUnlinked : .restart)
                switchboard.flush()
            }
        }
    }

    /// The switchboard has this line; everything committed from here on is offered.
    func arrived(_ arrival: Arrival) {
        guard !isClosed else {
            // It closed while it was being entered.
            front.switchboard.disconnect(self)
            return
        }
        front.services.metrics.countSocketOpened()
        tell(
            .hello(
                .init(
                    account: address.account, device: address.device, incarnation: front.services.incarnation,
                    serverTime: front.services.chat.clock())))
        if arrival.oneTimePreKeyCount < Limits.oneTimePreKeysLow {
            tell(.notice(.init(topic: .keysLow, count: UInt64(arrival.oneTimePreKeyCount))))
        }
        let cursor = DeliveryCursor(last: arrival.queue.deliveredThrough, head: arrival.queue.head)
        self.cursor = cursor
        act(cursor.start())
    }

    func close(_ code: CloseCode, reason: String = "") {
        socket.close(code: code.rawValue, reason: reason)
    }

    /// Says goodbye before a shutdown.
    func leave() {
        tell(.goaway(.init(reason: "shutting down", retryAfterMilliseconds: 1000)))
        close(.goingAway)
    }

    func closed(_ code: UInt16) {
        isClosed = true
        if code == CloseCode.slowConsumer.rawValue { front.services.metrics.countSlowConsumer() }
        front.switchboard.disconnect(self)
        desk.assumeIsolated { $0.remove(self) }
    }

    /// Any frame is a sign of life.
    func heard() { lastHeardTick = desk.assumeIsolated { $0.tick } }

    // MARK: Frames from the client

    func received(_ bytes: UnsafeRawBufferPointer, isBinary: Bool) {
        heard()
        do throws(WireError) {
            guard isBinary == (form == .cbor) else {
                throw WireError(.malformed(offset: 0, "a message of the other kind than the subprotocol's"))
            }
            let value = try WireValue.parse(bytes, as: form)
            let frame = try ClientFrame(wire: value, in: WireContext(form: form, refusesUnknownFields: true))
            handle(frame, byteCount: bytes.count)
        } catch {
            badFrames += 1
            tell(.error(.init(problem: Problem(error))))
            if badFrames >= Self.badFramesMax { close(.policyViolation, reason: "too many frames that do not read") }
        }
    }

    private func handle(_ frame: ClientFrame, byteCount: Int) {
        switch frame {
        case .send(let send) where send.request.isEphemeral: pass(send, byteCount)
        case .send(let send):
            submit(send.request.clientID, byteCount) { [address] (turn) throws(Problem) in
                try turn.send(send.request, from: address, to: send.to)
            }
        case .post(let post):
            submit(post.request.clientID, byteCount) { [address] (turn) throws(Problem) in
                try turn.post(post.request, to: post.conversation, by: address)
            }
        case .delivered(let delivered):
            guard let cursor else { return }
            desk.assumeIsolated { $0.delivered(address, through: min(delivered.through, cursor.last)) }
        case .request(let request): run(request)
        case .ping(let ping): tell(.pong(ping))
        case .authenticate: break  // Known already.
        }
    }

    /// A send or post: answered from the commit, in its order.
    private func submit(
        _ clientID: ClientID, _ byteCount: Int,
        _ verb: @escaping @Sendable (inout Turn) throws(Problem) -> Accepted
    ) {
        let services = front.services
        let switchboard = front.switchboard
        do {
            try services.limiters.sends.take(address, now: services.chat.clock())
        } catch {
            services.metrics.countRefused()
            return tell(.refused(.init(clientID: clientID, problem: error)))
        }
        services.chat.submit(checksFirst: true, byteCount: 256 + byteCount, verb) { [self] (result) in
            switch result {
            case .success(let accepted):
                services.metrics.countAccepted(isReplay: accepted.isReplay)
                switchboard.tell(self, .accepted(accepted))
            case .failure(let problem):
                services.metrics.countRefused()
                switchboard.tell(self, .refused(.init(clientID: clientID, problem: problem)))
                // A store that takes no commands ends no batch either.
                switchboard.flush()
            }
        }
    }

    /// An ephemeral send: answered beside the store, as soon as it was checked.
    private func pass(_ send: ClientFrame.Send, _ byteCount: Int) {
        let services = front.services
        let clientID = send.request.clientID
        do throws(Problem) {
            try services.limiters.sends.take(address, now: services.chat.clock())
            try beginRequest()
        } catch {
            services.metrics.countRefused()
            return tell(.refused(.init(clientID: clientID, problem: error)))
        }
        Task.immediate(executorPreference: desk.loop) {
            do throws(Problem) {
                let accepted = try await services.chat.pass(byteCount: 256 + byteCount) {
                    [address] (look) throws(Problem) in
                    try look.pass(send.request, from: address, to: send.to)
                }
                services.metrics.countAccepted(isReplay: false)
                tell(.accepted(accepted))
            } catch {
                services.metrics.countRefused()
                tell(.refused(.init(clientID: clientID, problem: error)))
            }
            runningRequests -= 1
        }
    }

    private func beginRequest() throws(Problem) {
        guard runningRequests < Self.runningRequestsMax else {
            throw Problem(.rateLimited, "At most \(Self.runningRequestsMax) requests at once.", retryAfterSeconds: 1)
        }
        runningRequests += 1
    }

    private func run(_ request: ClientFrame.Request) {
        do throws(Problem) {
            try beginRequest()
        } catch {
            return answer(request.id, error.reply(requestID: String(request.id)))
        }
        let form = form
        let inner = Request(
            id: String(request.id), method: request.method, target: request.path,
            body: request.body.map { .value($0, form) } ?? .none, authorization: nil, socketDevice: address,
            idempotencyKey: request.idempotencyKey?.description, remoteAddress: remoteAddress)
        Task.immediate(executorPreference: desk.loop) {
            let reply = await front.router.reply(to: inner)
            runningRequests -= 1
            answer(request.id, reply)
        }
    }

    private func answer(_ id: UInt64, _ reply: Reply) {
        var body: WireValue?
        switch reply.body {
        case .none: break
        case .record(let record): body = try? WireValue.parse(record.encoded(as: form), as: form)
        case .bytes(let bytes, _): body = .text(String(decoding: bytes, as: UTF8.self))
        }
        tell(.response(.init(id: id, status: UInt64(reply.status), body: body)))
    }

    // MARK: Frames to the client

    func tell(_ frame: ServerFrame) {
        write(frame.encoded(as: form))
    }

    private func write(_ bytes: [UInt8]) {
        switch form {
        case .cbor: socket.send(binary: bytes)
        case .json: socket.send(text: SharedBytes(bytes))
        }
    }

    /// An envelope was committed for this device.
    func offered(_ envelope: Envelope) {
        let isBehind = isBehind
        guard let number = envelope.number else {
            // Of the moment only: there is no later for it.
            if !isBehind { deliver(envelope) }
            return
        }
        guard let action = cursor?.offered(number, isBehind: isBehind) else { return }
        if action == .write {
            front.services.metrics.countDelivered(1)
            return deliver(envelope)
        }
        act(action)
    }

    private func deliver(_ envelope: Envelope) {
        tell(.envelope(front.services.stamped(envelope, for: address.account)))
    }

    private func act(_ action: DeliveryCursor.Action) {
        switch action {
        case .write, .ignore: break
        case .caughtUp(let number): tell(.queueEmpty(.init(through: number)))
        case .read(let number):
            if socket.bufferedByteCount > Self.backlogByteCountMark {
                readLater(after: number)
            } else {
                readBacklog(after: number)
            }
        }
    }

    private func readLater(after number: QueueNumber) {
        pendingRead = number
        tellWhenDrained()
    }

    private func tellWhenDrained() { socket.notifyWhenDrained(below: Self.backlogByteCountMark / 2) }

    func drained() {
        sendHeads()
        guard let number = pendingRead else { return }
        pendingRead = nil
        readBacklog(after: number)
    }

    // MARK: A client that does not keep up

    /// Whether what others send and post is kept back for now.
    nonisolated var isBehind: Bool {
        socket.isBehind(left: Self.backlogByteCountMark, queued: Self.queuedByteCountMark)
    }

    /// An entry was committed for which there is no room: the client hears how far the log has come, when it has read.
    func passOver(_ entry: LogEntry) {
        guard !isClosed else { return }
        if heads.isEmpty {
            desk.assumeIsolated { $0.fallsBehind(self) }
            tellWhenDrained()
        }
        changeHeads { $0.note(entry.conversation, at: entry.seq) }
    }

    private func sendHeads() {
        guard !heads.isEmpty else { return }
        var frames: [ServerFrame] = []
        changeHeads { frames = $0.taken() }
        desk.assumeIsolated { $0.isUpAgain(self) }
        for frame in frames { tell(frame) }
        front.services.metrics.countHeads(frames.count)
    }

    /// They count among what waits for this client.
    private func changeHeads(_ change: (inout WaitingHeads) -> Void) {
        let before = heads.byteCount
        change(&heads)
        if heads.byteCount != before { socket.hold(byteCount: heads.byteCount - before) }
    }

    private func readBacklog(after number: QueueNumber) {
        let device = address
        let loop = desk.loop
        front.services.chat.store.query { [self] (tables) in
            let page = tables.flatMap { (tables) in
                Result { () throws(Problem) in
                    try tables.envelopes(
                        for: device, after: number, limit: Self.pageEnvelopesMax, byteCountMax: Limits.frameByteCountMax
                    )
                }
            }
            loop.execute { self.assumeIsolated { $0.received(page) } }
        }
    }

    private func received(_ page: Result<[Envelope], Problem>) {
        guard !isClosed else { return }
        switch page {
        case .success(let envelopes):
            // Other things were queued meanwhile: the page waits, and is read again.
            if isBehind, let cursor { return readLater(after: cursor.last) }
            for envelope in envelopes { deliver(envelope) }
            front.services.metrics.countDelivered(envelopes.count)
            if let action = cursor?.read(through: envelopes.last?.number, isEnd: envelopes.isEmpty) { act(action) }
        case .failure:
            // The client comes back and reads from its cursor.
            close(.restart, reason: "the queue could not be read")
        }
    }
}
