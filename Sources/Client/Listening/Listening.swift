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
    /// A pause between two tries.
    private var pause: Pause?
    /// The connection that is open.
    private(set) var current: ListeningConnection?

    private struct Pause {
        let task: Task<Void, Never>
        /// Whether it is longer than who wants only what waits would wait.
        let isLong: Bool
        /// Whether the server has asked for it.
        let isAskedFor: Bool
    }

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
        if untilIdle, pause?.isLong == true { pause?.task.cancel() }
        return events
    }

    /// Does not wait any longer for what waits by a choice of its own, and finds out whether a connection that is open
    /// still leads to the server.
    func tryNow() {
        if pause?.isAskedFor == false { pause?.task.cancel() }
        guard let connection = current, connection.heartbeat != nil else { return }
        accompany(connection, .probe)
        accompany(connection, .files)
        ground.errands.begin { (rooms) in await rooms.mailer.sendUnlessPutOff() }
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
        var tries = Tries()
        var failure: ClientError?
        var isCareTaken = false
        while !Task.isCancelled, failure == nil, !listeners.isEmpty {
            watching.connectionChanged(to: .connecting)
            switch await attempt(untilIdle: !listeners.isSomebodyStaying, &tries, &isCareTaken) {
            case .idle:
                await files.sendFiles()
                listeners.idle()
            case .cancelled: break
            case .over(let error): failure = error
            case .lost(let wish):
                // Who waits for the queue's end does not wait for a server for ever.
                if let reason = tries.lastFailure, tries.areUp { listeners.giveUp(reason) }
                guard !Task.isCancelled, !listeners.isEmpty else { break }
                let milliseconds = tries.pause(
                    chance: surroundings.chance(), wish: wish, listeners.isSomebodyStaying)
                await wait(milliseconds, isAskedFor: wish > 0)
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

    /// Waits before the next try, unless it is cancelled.
    private func wait(_ milliseconds: UInt64, isAskedFor: Bool) async {
        watching.connectionChanged(to: .waiting(.milliseconds(Int64(clamping: milliseconds))))
        tell(.disconnected(retryAfter: .milliseconds(Int64(clamping: milliseconds))))
        let task = ground.errands.begin(after: milliseconds, surroundings.sleep) { (_) in }
        // With what chance adds.
        let isLong = milliseconds > ClientLimits.reconnectUntilIdleMillisecondsMax * 2
        pause = Pause(task: task, isLong: isLong, isAskedFor: isAskedFor)
        await withTaskCancellationHandler { await task.value } onCancel: { task.cancel() }
        pause = nil
    }

    /// One try: what is done before, where only what waits is wanted, and a connection.
    private func attempt(
        untilIdle: Bool, _ tries: inout Tries, _ isCareTaken: inout Bool
    ) async -> ListeningConnection.End {
        do throws(ClientError) {
            let unfinished = untilIdle ? try await prepare(isCareTaken: &isCareTaken) : nil
            let end = try await connection(untilIdle: untilIdle, &tries)
            guard end == .idle else { return end }
            guard let unfinished else {
                tries.succeeded()
                return .idle
            }
            // The queue was read. The rest is tried again as often as a server that cannot be reached.
            tries.failed(unfinished)
            return .lost(retryMilliseconds: unfinished.retryMilliseconds)
        } catch {
            tries.failed(error)
            return error.isPassing ? .lost(retryMilliseconds: error.retryMilliseconds) : .over(error)
        }
    }

    /// One connection, from its opening to its end.
    private func connection(
        untilIdle: Bool, _ tries: inout Tries
    ) async throws(ClientError) -> ListeningConnection.End {
        let line = try await openLine()
        // What was staged and is gone comes again on this one.
        store.forgetLoss()
        let connection = ListeningConnection(line: line)
        current = connection
        let result: Result<ListeningConnection.End, ClientError>
        do throws(ClientError) {
            accompany(connection, .greeting)
            result = .success(try await hear(connection, untilIdle: untilIdle))
        } catch {
            result = .failure(error)
        }
        await endCompanions(connection)
        current = nil
        logs.isLive = false
        // What was taken before the end is as good as what came earlier.
        _ = try? finishBatch(connection)
        acknowledge(connection)
        line.close()
        // What was sent last has left, or the peer is gone.
        await line.gone()
        let isNew = tries.acknowledged(connection.acknowledgedThrough)
        switch result {
        case .success(.idle): await doPutOff(connection)
        case .success(.lost) where isNew || connection.isQueueRead: tries.succeeded()
        case .success(.lost): tries.failed(connection.trouble ?? .unreachable(.closedByPeer))
        default: break
        }
        return try result.get()
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
            line.taken(bytes.count)
            connection.heartbeat?.heard()
            for step in try await received(bytes, connection, untilIdle: untilIdle) {
                if case .end(let end) = step { return end }
                follow(step, connection, untilIdle: untilIdle)
            }
            connection.heardCount &+= 1
            // What has come already is taken without a pause: others in this owner, who may want to end this, have a
            // turn now and then.
            if connection.heardCount % ClientLimits.framesPerTurn == 0 { await Task.yield() }
        }
        return Task.isCancelled ? .cancelled : .lost(retryMilliseconds: connection.retryMilliseconds)
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
        let opening = Undertaking(in: nil) { () async -> Result<SocketLine, TransportError> in
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
