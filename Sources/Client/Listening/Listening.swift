import Transport
import Wire

/// The connection, and what is done at each: one for all who listen.
final class Listening: Room {
    let signed: SignedCalls
    let contacts: Contacts
    let ownEntries: OwnEntries
    let deliveryTokens: DeliveryTokens
    let certificates: Certificates
    let receiver: Receiver
    let mailer: Mailer
    let files: FileMailer
    let mediaDeletions: MediaDeletions
    let preKeyKeeper: PreKeyKeeper
    let backups: Backups
    let logs: OpenLogs
    let watching: Watching
    let upkeep: Upkeep
    /// Listens for all who want it.
    private var task: Task<Void, Never>?
    /// The connection that is open.
    private(set) var current: ListeningConnection?
    /// What is done beside it, and ends with it.
    private var companions: [UInt64: Task<Void, Never>] = [:]
    private var companionCount: UInt64 = 0

    init(
        _ ground: Ground, _ signed: SignedCalls, _ contacts: Contacts, _ ownEntries: OwnEntries,
        _ deliveryTokens: DeliveryTokens, _ certificates: Certificates, _ receiver: Receiver, _ mailer: Mailer,
        _ files: FileMailer, _ mediaDeletions: MediaDeletions, _ preKeyKeeper: PreKeyKeeper, _ backups: Backups,
        _ logs: OpenLogs, _ watching: Watching, _ upkeep: Upkeep
    ) {
        self.signed = signed
        self.contacts = contacts
        self.ownEntries = ownEntries
        self.deliveryTokens = deliveryTokens
        self.certificates = certificates
        self.receiver = receiver
        self.mailer = mailer
        self.files = files
        self.mediaDeletions = mediaDeletions
        self.preKeyKeeper = preKeyKeeper
        self.backups = backups
        self.logs = logs
        self.watching = watching
        self.upkeep = upkeep
        super.init(ground)
        logs.beforeTelling = { [unowned self] () throws(ClientError) in try tellBatch() }
    }

    func events(untilIdle: Bool = false) -> AsyncStream<SottoEvent> {
        guard !ground.isClosed else { return AsyncStream { $0.finish() } }
        let events = listeners.add(untilIdle: untilIdle) { [errands = ground.errands] (listener) in
            errands.begin { (rooms) in rooms.listening.ended(listener) }
        }
        // What waited has come to somebody else already.
        if watching.connectionState == .live, task?.isCancelled == false { listeners.idle() }
        if task == nil, !listeners.isEmpty { begin() }
        return events
    }

    /// Ends in order, whoever listens.
    func end() async {
        task?.cancel()
        await task?.value
    }

    private var listeners: EventListeners { ground.listeners }

    private func begin() {
        ground.isListening = true
        task = ground.errands.begin { (rooms) in await rooms.listening.listen() }
    }

    private func ended(_ listener: UInt64) {
        listeners.remove(listener)
        if listeners.isEmpty { task?.cancel() }
    }

    /// Listens for as long as somebody wants it.
    private func listen() async {
        upkeep.lookAfter()
        var backoff = Backoff()
        var failedTries = 0
        var failure: ClientError?
        while !Task.isCancelled, failure == nil, !listeners.isEmpty {
            let untilIdle = !listeners.isSomebodyStaying
            let end: ListeningConnection.End
            watching.connectionChanged(to: .connecting)
            do {
                if untilIdle {
                    try await lookAfter()
                    try await logs.catchUp()
                }
                end = try await connection(untilIdle: untilIdle, &backoff)
                failedTries = 0
            } catch {
                failedTries += 1
                end = error.isPassing ? .lost(retryMilliseconds: error.retryMilliseconds) : .over(error)
                // Who waits for the queue's end does not wait for a server for ever.
                if failedTries >= ClientLimits.connectTriesMax { listeners.giveUp(error) }
            }
            switch end {
            case .idle:
                await files.sendFiles()
                listeners.idle()
            case .cancelled: break
            case .over(let error): failure = error
            case .lost(let wish):
                guard !Task.isCancelled, !listeners.isEmpty else { break }
                let wait = backoff.next(chance: surroundings.chance(), atLeast: wish)
                watching.connectionChanged(to: .waiting(.milliseconds(Int64(clamping: wait))))
                tell(.disconnected(retryAfter: .milliseconds(Int64(clamping: wait))))
                // Cancelled: the loop ends.
                try? await surroundings.sleep(wait)
            }
        }
        mailer.stopResending()
        files.stopResending()
        watching.connectionChanged(to: .off)
        task = nil
        ground.isListening = false
        if let failure { tell(.ended(SottoError(failure))) }
        // Cancelled by the last who left: others may have come meanwhile.
        if failure == nil, !ground.isClosed, !listeners.isEmpty { return begin() }
        listeners.finish()
    }

    /// One connection, from its opening to its end.
    private func connection(
        untilIdle: Bool, _ backoff: inout Backoff
    ) async throws(ClientError) -> ListeningConnection.End {
        let line = try await openLine()
        // What was staged and is gone comes again on this one.
        store.forgetLoss()
        let connection = ListeningConnection(line: line)
        current = connection
        let result: Result<ListeningConnection.End, ClientError>
        do throws(ClientError) {
            result = .success(try await hear(connection, untilIdle: untilIdle))
        } catch {
            result = .failure(error)
        }
        await endCompanions()
        current = nil
        logs.isLive = false
        // What was taken before the end is as good as what came earlier.
        _ = try? finishBatch(connection)
        acknowledge(connection)
        line.close()
        // What was sent last has left, or the peer is gone.
        await line.gone()
        let end = try result.get()
        // One that failed is not tried again at once: what comes first on the next may be the same.
        if connection.heartbeat != nil { backoff.succeeded() }
        return end
    }

    /// Deals with what comes, until there is a reason to end.
    private func hear(
        _ connection: ListeningConnection, untilIdle: Bool
    ) async throws(ClientError) -> ListeningConnection.End {
        let line = connection.line
        for await incoming in line.incoming {
            guard case .message(let bytes) = incoming else {
                if case .closed(let code) = incoming { return connection.end(closed: code) }
                continue
            }
            line.taken()
            connection.heartbeat?.heard()
            for step in try await received(bytes, connection, untilIdle: untilIdle) {
                if case .end(let end) = step { return end }
                await follow(step, connection, untilIdle: untilIdle)
            }
        }
        return Task.isCancelled ? .cancelled : .lost(retryMilliseconds: connection.retryMilliseconds)
    }

    private func follow(_ step: Step, _ connection: ListeningConnection, untilIdle: Bool) async {
        switch step {
        case .goOn, .end: break
        case .hello(let interval):
            accompany { (rooms, connection) in await rooms.listening.beat(connection, every: interval) }
            guard !untilIdle else { return }
            accompany { (rooms, _) in await rooms.listening.lookAfterQuietly() }
            accompany { (rooms, connection) in await rooms.listening.catchUpAll(connection) }
            accompany { (rooms, _) in await rooms.files.sendFiles() }
        case .acknowledgeSoon: accompany { (rooms, connection) in await rooms.listening.acknowledgeSoon(connection) }
        case .replenish where untilIdle: await replenishQuietly()
        case .replenish: accompany { (rooms, _) in await rooms.listening.replenishQuietly() }
        case .catchUp: accompany { (rooms, connection) in await rooms.listening.catchUp(connection) }
        case .catchUpAll: accompany { (rooms, connection) in await rooms.listening.catchUpAll(connection) }
        }
    }

    // Not a task group: the compiler (6.3.1) takes the body of one for a closure that stays in the owner, and runs it
    // outside.

    /// Does something beside the connection, at most for as long as that lasts.
    private func accompany(_ work: @escaping @Sendable (Rooms, ListeningConnection) async -> Void) {
        companionCount += 1
        let number = companionCount
        companions[number] = ground.errands.begin { (rooms) in
            if let connection = rooms.listening.current { await work(rooms, connection) }
            rooms.listening.companions[number] = nil
        }
    }

    private func endCompanions() async {
        let all = companions.values
        for companion in all { companion.cancel() }
        for companion in all { await companion.value }
    }

    /// The connection, with a token in its subprotocols; a token that is not taken is renewed once.
    private func openLine() async throws(ClientError) -> SocketLine {
        guard let network = ground.network else { throw .noServer }
        let token = try await signed.accessToken()
        do throws(ClientError) {
            return try await openLine(network, token)
        } catch .unreachable(.upgradeRefused(status: 401)) {
            return try await openLine(network, try await signed.accessToken(insteadOf: token))
        }
    }

    private func openLine(_ network: Network, _ token: String) async throws(ClientError) -> SocketLine {
        let opening = Undertaking { () async -> Result<SocketLine, TransportError> in
            do throws(TransportError) {
                return .success(try await network.openLine("/v1/ws", Self.subprotocols(token)))
            } catch {
                return .failure(error)
            }
        }
        guard let result = await opening.value() else {
            // Nobody listens to what is opened after all.
            Task { if case .success(let line)? = await opening.value() { line.cut() } }
            throw .cancelled
        }
        do { return try result.get() } catch { throw .unreachable(error) }
    }

    private static func subprotocols(_ token: String) -> [String] { [WireForm.cbor.subprotocol, "bearer.\(token)"] }
}

extension ClientError {
    /// What the server asked for.
    var retryMilliseconds: UInt64 {
        guard case .refused(let problem) = self else { return 0 }
        return min(problem.retryAfterSeconds ?? 0, 3600) * 1000
    }
}
