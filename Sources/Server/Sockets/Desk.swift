import Chat
import Store
import Transport
import Wire

/// What the sessions of one event loop share: the dispatches of commits, the clock of their silence, and the
/// acknowledgements that wait to be written down. An actor on the loop.
actor Desk {
    static let trimDelay = Duration.milliseconds(50)
    /// Rounds in as long as a socket may be silent. It is closed in the first one after that, so up to a sixth later.
    static let roundsOfSilence: UInt64 = 6

    private enum State {
        /// The store is not open yet, and nobody is here. Goes to `open`.
        case early
        /// Goes to `left`.
        case open(ChatEngine, Metrics)
        /// Goes nowhere.
        case left
    }

    nonisolated let loop: EventLoop
    nonisolated let loopIndex: Int
    /// How long nothing may be heard from a socket.
    private let silenceMax: Duration
    private var state = State.early
    /// How often the desk has gone round to see who is silent.
    private(set) var round: UInt64 = 0
    /// By their sockets, which is how a shutdown asks for each of them.
    private var sessions: [ObjectIdentifier: SocketSession] = [:]
    /// Those of them that have not said hello: their clients read the logs after it.
    private var arriving: Set<SocketSession> = []
    /// Those that get heads in place of entries for now.
    private var behind: Set<SocketSession> = []
    /// What waits to be written down; while there is any, ``trim()`` is on its way.
    private var deliveredThrough: [DeviceAddress: QueueNumber] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop, loopIndex: Int, silenceMax: Duration = .milliseconds(Limits.offlineAfterMilliseconds)) {
        self.loop = loop
        self.loopIndex = loopIndex
        self.silenceMax = silenceMax
    }

    /// Gets to work. Apart from the initialiser because the store tells the desks of commits before it is open.
    func start(chat: ChatEngine, metrics: Metrics) {
        state = .open(chat, metrics)
        scheduleRound()
    }

    /// Writes the last acknowledgements down, and lets go of the chat: its store tells the desks of commits and so
    /// holds them, and two that hold each other never go.
    func stop() {
        trim()
        state = .left
    }

    func add(_ session: SocketSession) {
        sessions[ObjectIdentifier(session.socket)] = session
        arriving.insert(session)
    }

    func hasArrived(_ session: SocketSession) { arriving.remove(session) }

    func remove(_ session: SocketSession) {
        sessions[ObjectIdentifier(session.socket)] = nil
        arriving.remove(session)
        behind.remove(session)
    }

    func fallsBehind(_ session: SocketSession) { behind.insert(session) }
    func isUpAgain(_ session: SocketSession) { behind.remove(session) }

    /// Says goodbye to whoever sits at a socket.
    func leave(by socket: WebSocket) {
        if let session = session(at: socket) {
            session.assumeIsolated { $0.leave() }
        } else {
            socket.close(code: CloseCode.goingAway.rawValue)
        }
    }

    /// Who sits there; found in the same short time, however many sit here.
    func session(at socket: WebSocket) -> SocketSession? { sessions[ObjectIdentifier(socket)] }

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
            if !arriving.isEmpty, arriving.contains(session) {
                count -= 1
                continue
            }
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
        if case .open(_, let metrics) = state { metrics.countDelivered(count) }
    }

    // MARK: Acknowledgements

    /// A device has everything up to `number`. Written down a little later, many at once: when it is lost, the
    /// envelopes come again under the same numbers.
    func delivered(_ device: DeviceAddress, through number: QueueNumber) {
        if deliveredThrough.isEmpty { loop.schedule(after: Self.trimDelay) { self.assumeIsolated { $0.trim() } } }
        deliveredThrough[device] = max(number, deliveredThrough[device] ?? number)
    }

    /// Writes the acknowledgements down.
    func trim() {
        let delivered = deliveredThrough
        deliveredThrough = [:]
        guard !delivered.isEmpty, case .open(let chat, _) = state else { return }
        chat.submit { (turn) throws(Problem) in
            for (device, number) in delivered { try turn.tables.trimQueue(of: device, through: number) }
        } done: { (_) in
            // A failure costs a redelivery, no more.
        }
    }

    // MARK: Silence

    private func scheduleRound() {
        loop.schedule(after: silenceMax / Int(Self.roundsOfSilence)) { self.assumeIsolated { $0.goRound() } }
    }

    func goRound() {
        guard case .open = state else { return }
        round += 1
        scheduleRound()
        for session in sessions.values where round - session.assumeIsolated({ $0.lastHeard }) > Self.roundsOfSilence {
            session.assumeIsolated { $0.close(.goingAway, reason: "nothing heard for too long") }
        }
    }
}
