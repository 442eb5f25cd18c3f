/// Pairs of devices: each sender keeps a window of messages on the way to its own recipient, or all senders together
/// keep a rate. Keeps the ledger: every accepted message arrives once and in order.
final class PairLoad: LoadHandler {
    enum Pace {
        /// So many messages of each sender that are not accepted yet.
        case window(Int)
        /// Messages a second of all senders together, sent when they are due, whatever is still under way.
        case rate(Int)
    }

    /// One sender and its recipient.
    private struct Lane {
        let template: FrameTemplate
        var sent: UInt64 = 0
        var accepted: UInt64 = 0
        var delivered: UInt64 = 0
        /// The recipient's queue number of the last envelope, and of the last that was acknowledged.
        var number: UInt64 = 0
        var acknowledged: UInt64 = 0
        /// When each message left, by its count.
        var sentAt = [UInt64](repeating: 0, count: PairLoad.underWayMax)
    }

    /// Messages of one sender that may be accepted and not yet delivered.
    private static let underWayMax = 4096
    private static let acknowledgeEvery: UInt64 = 16

    let bodyByteCount: Int
    private let pace: Pace
    /// Messages of one sender in all.
    private let messagesMax: UInt64
    /// The sockets after the senders' are the recipients'; without them the messages stay in the store.
    private let hasRecipients: Bool
    private var lanes: [Lane]
    private var isSending = false
    private var nextDue: UInt64 = 0
    private var nextLane = 0

    var isMeasuring = false
    /// Sockets that have read to the end of their queue, and get what comes from then on at once.
    private(set) var readyCount = 0
    private(set) var acceptedCount: UInt64 = 0
    private(set) var deliveredCount: UInt64 = 0
    private(set) var accepting = Histogram()
    private(set) var delivering = Histogram()

    init(
        to recipients: [BenchAccount], bodyByteCount: Int, pace: Pace, hasRecipients: Bool = true,
        messagesMax: UInt64 = .max
    ) throws(BenchError) {
        self.bodyByteCount = bodyByteCount
        self.pace = pace
        self.hasRecipients = hasRecipients
        self.messagesMax = messagesMax
        lanes = []
        for recipient in recipients {
            lanes.append(Lane(template: try FrameTemplate(to: recipient, bodyByteCount: bodyByteCount)))
        }
    }

    /// Fills every window.
    func start(_ sockets: [LoadSocket]) throws(BenchError) {
        let time = Monotonic.now()
        nextDue = time
        self.sockets = sockets
        isSending = true
        guard case .window = pace else { return }
        for lane in lanes.indices { fill(lane, on: sockets[lane], at: time) }
    }

    private var sockets: [LoadSocket] = []

    func stop() { isSending = false }

    /// Nothing is under way any more.
    var isSettled: Bool {
        lanes.allSatisfy { $0.accepted == $0.sent && (!hasRecipients || $0.delivered == $0.sent) }
    }

    var isFinished: Bool { lanes.allSatisfy { $0.accepted >= messagesMax } }

    /// Acknowledges what is left.
    func acknowledgeAll() throws(BenchError) {
        guard hasRecipients else { return }
        for lane in lanes.indices {
            acknowledge(lane, on: sockets[lanes.count + lane])
            try sockets[lanes.count + lane].flush()
        }
    }

    // MARK: LoadHandler

    func received(_ frame: UnsafeRawBufferPointer, on socket: LoadSocket, at time: UInt64) throws(BenchError) {
        switch Peek.tag(frame) {
        case .accepted: try accepted(frame, lane: socket.index, at: time)
        case .envelope: try delivered(frame, lane: socket.index - lanes.count, at: time)
        case .queueEmpty: readyCount += 1
        case .hello, .pong: break
        case .event, .other: try Peek.other(frame)
        }
    }

    func readEnded(on socket: LoadSocket, at time: UInt64) throws(BenchError) {
        let lane = socket.index - lanes.count
        if lane < 0 { return fill(socket.index, on: socket, at: time) }
        if lanes[lane].number - lanes[lane].acknowledged >= Self.acknowledgeEvery { acknowledge(lane, on: socket) }
    }

    func turn(at time: UInt64) throws(BenchError) -> UInt64 {
        guard case .rate(let perSecond) = pace, isSending else { return .max }
        while nextDue <= time {
            send(lane: nextLane, at: nextDue)
            try sockets[nextLane].flush()
            nextLane = (nextLane + 1) % lanes.count
            nextDue += 1_000_000_000 / UInt64(max(1, perSecond))
        }
        return nextDue
    }

    // MARK: Details

    private func fill(_ lane: Int, on socket: LoadSocket, at time: UInt64) {
        guard case .window(let window) = pace, isSending else { return }
        while lanes[lane].sent - lanes[lane].accepted < UInt64(window), lanes[lane].sent < messagesMax,
            !hasRecipients || lanes[lane].sent - lanes[lane].delivered < UInt64(Self.underWayMax) {
            send(lane: lane, at: time)
        }
    }

    private func send(lane: Int, at time: UInt64) {
        lanes[lane].sent += 1
        let count = lanes[lane].sent
        lanes[lane].sentAt[Int(count % UInt64(Self.underWayMax))] = time
        lanes[lane].template.append(count, to: &sockets[lane].outbox)
    }

    private func accepted(_ frame: UnsafeRawBufferPointer, lane: Int, at time: UInt64) throws(BenchError) {
        guard lane < lanes.count, let count = Peek.acceptedCount(frame) else { return try Peek.other(frame) }
        guard count == lanes[lane].accepted + 1 else {
            throw .broken("accepted \(count) after \(lanes[lane].accepted)")
        }
        lanes[lane].accepted = count
        acceptedCount += 1
        if isMeasuring { accepting.add(time - min(time, lanes[lane].sentAt[Int(count % UInt64(Self.underWayMax))])) }
    }

    private func delivered(_ frame: UnsafeRawBufferPointer, lane: Int, at time: UInt64) throws(BenchError) {
        guard lane >= 0, let number = Peek.envelopeNumber(frame),
            let count = Peek.mark(frame, bodyByteCount: bodyByteCount)
        else { return try Peek.other(frame) }
        guard number == lanes[lane].number + 1, count == lanes[lane].delivered + 1 else {
            throw .broken("envelope \(number) with message \(count) after \(lanes[lane].number)")
        }
        lanes[lane].number = number
        lanes[lane].delivered = count
        deliveredCount += 1
        if isMeasuring { delivering.add(time - min(time, lanes[lane].sentAt[Int(count % UInt64(Self.underWayMax))])) }
    }

    private func acknowledge(_ lane: Int, on socket: LoadSocket) {
        lanes[lane].acknowledged = lanes[lane].number
        BenchAcknowledgement.append(through: lanes[lane].number, to: &socket.outbox)
    }
}
