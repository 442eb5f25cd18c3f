import Chat
import Store
import Transport
import Wire

/// What others sent, and the device's queue.
extension SocketSession {
    /// Bytes that may wait in the socket before the next page of the backlog is read.
    static let backlogByteCountMark = 512 * 1024
    /// Bytes that may be queued before what others sent and posted is kept back: a page fits above it, and answers to
    /// what the client asks itself.
    static let queuedByteCountMark = 2 * 1024 * 1024
    static let pageEnvelopesMax = 512

    /// An envelope was committed for this device.
    func offered(_ envelope: Envelope) {
        let isBehind = isBehind
        guard let number = envelope.number else {
            // Of the moment only: there is no later for it.
            if !isBehind, !state.isArriving { deliver(envelope) }
            return
        }
        let action = state.offered(number, isBehind: isBehind)
        if action == .write {
            front.services.metrics.countDelivered(1)
            return deliver(envelope)
        }
        act(action)
    }

    private func deliver(_ envelope: Envelope) {
        tell(.envelope(front.services.stamped(envelope, for: address.account)))
    }

    func act(_ action: DeliveryCursor.Action) {
        switch action {
        case .write, .ignore: break
        case .caughtUp(let number): tell(.queueEmpty(.init(through: number)))
        case .read(let number):
            if socket.bufferedByteCount > Self.backlogByteCountMark { return postpone() }
            readBacklog(after: number)
        }
    }

    private func postpone() {
        state.postpone()
        tellWhenDrained()
    }

    func tellWhenDrained() { socket.notifyWhenDrained(below: Self.backlogByteCountMark / 2) }

    func drained() {
        sendHeads()
        readPage()
        if let number = state.drained() { readBacklog(after: number) }
    }

    private func readBacklog(after number: QueueNumber) {
        let loop = desk.loop
        front.services.answers.enter(Limits.pageByteCountMax, for: .account(address.account)) { [self] (part) in
            loop.execute { self.assumeIsolated { $0.readBacklog(after: number, part) } }
        }
    }

    private func readBacklog(after number: QueueNumber, _ part: AnswerRoom.Part) {
        guard !state.isClosed else { return }
        let (device, loop) = (address, desk.loop)
        front.services.chat.store.query { [self] (tables) in
            let page = tables.flatMap { (tables) in
                Result { () throws(Problem) in
                    try tables.envelopes(
                        for: device, after: number, limit: Self.pageEnvelopesMax,
                        byteCountMax: Limits.pageByteCountMax)
                }
            }
            loop.execute {
                self.assumeIsolated { $0.received(page) }
                part.keep(untilSentOn: loop)
            }
        }
    }

    private func received(_ page: Result<[Envelope], Problem>) {
        guard !state.isClosed else { return }
        switch page {
        case .success(let envelopes):
            // Other things were queued meanwhile: the page waits, and is read again.
            if isBehind { return postpone() }
            for envelope in envelopes { deliver(envelope) }
            front.services.metrics.countDelivered(envelopes.count)
            act(state.read(through: envelopes.last?.number, isEnd: envelopes.isEmpty))
        case .failure:
            // The client comes back and reads from its cursor.
            close(.restart, reason: "the queue could not be read")
        }
    }

    // MARK: A client that does not keep up

    /// Whether what others send and post is kept back for now.
    nonisolated var isBehind: Bool {
        socket.isBehind(left: Self.backlogByteCountMark, queued: Self.queuedByteCountMark)
    }

    /// An entry was committed for which there is no room: the client hears how far the log has come, when it has read.
    func passOver(_ entry: LogEntry) {
        guard !state.isClosed else { return }
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
}
