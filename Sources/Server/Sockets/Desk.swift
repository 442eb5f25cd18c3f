import Chat
import Store
import Transport
import Wire

/// What the sessions of one event loop share: the dispatches of commits, the clock of their silence, and the
/// acknowledgements that wait to be written down. An actor on the loop.
actor Desk {
    static let tickSeconds = 1
    static let trimDelay = Duration.milliseconds(50)

    nonisolated let loop: EventLoop
    nonisolated let loopIndex: Int
    /// Seconds since the start, about.
    private(set) var tick: UInt64 = 0
    private var sessions: Set<SocketSession> = []
    /// Those that get heads in place of entries for now.
    private var behind: Set<SocketSession> = []
    private var deliveredThrough: [DeviceAddress: QueueNumber] = [:]
    private var isTrimScheduled = false
    private var chat: ChatEngine?
    private var metrics: Metrics?

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop, loopIndex: Int) {
        self.loop = loop
        self.loopIndex = loopIndex
    }

    /// Gets to work. Apart from the initialiser because the store tells the desks of commits before it is open.
    func start(chat: ChatEngine, metrics: Metrics) {
        self.chat = chat
        self.metrics = metrics
        scheduleTick()
    }

    /// Writes the last acknowledgements down, and lets go of the chat: its store tells the desks of commits and so
    /// holds them, and two that hold each other never go.
    func stop() {
        trim()
        (chat, metrics) = (nil, nil)
    }

    func add(_ session: SocketSession) { sessions.insert(session) }
    func remove(_ session: SocketSession) {
        sessions.remove(session)
        behind.remove(session)
    }

    func fallsBehind(_ session: SocketSession) { behind.insert(session) }
    func isUpAgain(_ session: SocketSession) { behind.remove(session) }

    /// Says goodbye to whoever sits at a socket.
    func leave(by socket: WebSocket) {
        if let session = sessions.first(where: { $0.socket === socket }) {
            session.assumeIsolated { $0.leave() }
        } else {
            socket.close(code: CloseCode.goingAway.rawValue)
        }
    }

    // MARK: Commits

    /// What commits mean for the lines of this loop, in their order.
    func dispatch(_ dispatches: [Dispatch<SocketSession>]) {
        for dispatch in dispatches {
            switch dispatch {
            case .envelope(let envelope, let session): session.assumeIsolated { $0.offered(envelope) }
            case .entry(let entry, let listeners): broadcast(entry, to: listeners)
            case .frame(let frame, let session): session.assumeIsolated { $0.tell(frame) }
            case .close(let code, let session): session.assumeIsolated { $0.close(code) }
            case .arrived(let arrival, let session): session.assumeIsolated { $0.arrived(arrival) }
            }
        }
    }

    /// Encoded once for each form that somebody listens in. Who does not keep up hears how far the log has come, later.
    private func broadcast(_ entry: LogEntry, to listeners: [SocketSession]) {
        var encoded: [WireForm: SharedBytes] = [:]
        var count = listeners.count
        for session in listeners {
            if session.isBehind || (!behind.isEmpty && behind.contains(session)) {
                session.assumeIsolated { $0.passOver(entry) }
                count -= 1
                continue
            }
            let bytes = encoded[session.form] ?? SharedBytes(ServerFrame.event(entry).encoded(as: session.form))
            encoded[session.form] = bytes
            switch session.form {
            case .cbor: session.socket.send(binary: bytes)
            case .json: session.socket.send(text: bytes)
            }
        }
        metrics?.countDelivered(count)
    }

    // MARK: Acknowledgements

    /// A device has everything up to `number`. Written down a little later, many at once: when it is lost, the
    /// envelopes come again under the same numbers.
    func delivered(_ device: DeviceAddress, through number: QueueNumber) {
        deliveredThrough[device] = max(number, deliveredThrough[device] ?? number)
        guard !isTrimScheduled else { return }
        isTrimScheduled = true
        loop.schedule(after: Self.trimDelay) { self.assumeIsolated { $0.trim() } }
    }

    /// Writes the acknowledgements down.
    func trim() {
        isTrimScheduled = false
        let delivered = deliveredThrough
        deliveredThrough = [:]
        guard !delivered.isEmpty, let chat else { return }
        chat.submit { (turn) throws(Problem) in
            for (device, number) in delivered { try turn.tables.trimQueue(of: device, through: number) }
        } done: { (_) in
            // A failure costs a redelivery, no more.
        }
    }

    // MARK: Silence

    private func scheduleTick() {
        loop.schedule(after: .seconds(Self.tickSeconds)) { self.assumeIsolated { $0.ticked() } }
    }

    private func ticked() {
        tick += UInt64(Self.tickSeconds)
        scheduleTick()
        let silentMax = Limits.offlineAfterMilliseconds / 1000
        guard tick % 5 == 0 else { return }
        for session in sessions {
            let silent = tick - session.assumeIsolated { $0.lastHeardTick }
            if silent > silentMax {
                session.assumeIsolated { $0.close(.goingAway, reason: "nothing heard for too long") }
            }
        }
    }
}
