import Transport
import Wire

extension Client {
    /// What happens, from now on. Ends when listening cannot go on, after ``ClientEvent/ended(_:)``, or when the
    /// client is closed.
    ///
    /// Any number may listen; one connection, which comes back on its own, serves them all, and ends with the last of
    /// them. At each connect what waits in the outbox is sent, files go on, and the prekeys are looked after. Whoever
    /// does not keep up loses the oldest of more than ``ClientLimits/eventsKeptMax`` events and hears
    /// ``ClientEvent/missed``: everything durable is in the chats.
    /// - Parameter untilIdle: ends when the queue was read to its end once, or the server cannot be reached at all.
    public func events(untilIdle: Bool = false) -> AsyncStream<ClientEvent> {
        guard !isClosed else { return AsyncStream { $0.finish() } }
        let events = listeners.add(untilIdle: untilIdle) { [weak self] (listener) in
            Task { await self?.ended(listener) }
        }
        // What waited has come to somebody else already.
        if connectionState == .live, listening?.isCancelled == false { listeners.idle() }
        if listening == nil, !listeners.isEmpty { listening = Task { await self.listen() } }
        return events
    }

    /// Tells all who listen.
    func tell(_ event: ClientEvent) { listeners.tell(event) }

    private func ended(_ listener: UInt64) {
        listeners.remove(listener)
        if listeners.isEmpty { listening?.cancel() }
    }

    /// Listens for as long as somebody wants it.
    private func listen() async {
        lookAfterTranscript()
        var backoff = Backoff()
        var failedTries = 0
        var failure: ClientError?
        while !Task.isCancelled, failure == nil, !listeners.isEmpty {
            let untilIdle = !listeners.isSomebodyStaying
            let end: ListeningConnection.End
            connectionChanged(to: .connecting)
            do {
                if untilIdle { try await lookAfter() }
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
                await sendFiles()
                listeners.idle()
            case .cancelled: break
            case .over(let error): failure = error
            case .lost(let wish):
                guard !Task.isCancelled, !listeners.isEmpty else { break }
                let wait = backoff.next(chance: surroundings.chance(), atLeast: wish)
                connectionChanged(to: .waiting(milliseconds: wait))
                tell(.disconnected(retryMilliseconds: wait))
                // Cancelled: the loop ends.
                try? await surroundings.sleep(wait)
            }
        }
        resend?.cancel()
        resend = nil
        resendFiles?.cancel()
        resendFiles = nil
        connectionChanged(to: .off)
        listening = nil
        if let failure { tell(.ended(failure)) }
        // Cancelled by the last who left: others may have come meanwhile.
        if failure == nil, !isClosed, !listeners.isEmpty { return listening = Task { await self.listen() } }
        listeners.finish()
    }

    /// One connection, from its opening to its end.
    private func connection(
        untilIdle: Bool, _ backoff: inout Backoff
    ) async throws(ClientError) -> ListeningConnection.End {
        let line = try await openLine()
        // What was staged and is gone comes again on this one.
        store.forgetLoss()
        let socket = ConnectionBox(ListeningConnection(line: line))
        let isKnown = ConnectionFlag()
        let result = await withDiscardingTaskGroup(returning: Result<ListeningConnection.End, ClientError>.self) {
            (group) in
            defer { group.cancelAll() }
            do throws(ClientError) {
                for await incoming in line.incoming {
                    guard case .message(let bytes) = incoming else {
                        if case .closed(let code) = incoming { return .success(socket.state.end(closed: code)) }
                        continue
                    }
                    line.taken()
                    socket.state.heartbeat?.heard()
                    for step in try await self.received(bytes, socket, untilIdle: untilIdle) {
                        switch step {
                        case .goOn: break
                        case .end(let end): return .success(end)
                        case .hello(let intervalMilliseconds):
                            isKnown.isSet = true
                            group.addTask { await self.beat(socket, every: intervalMilliseconds) }
                            if !untilIdle {
                                group.addTask { await self.lookAfterQuietly() }
                                group.addTask { await self.sendFiles() }
                            }
                        case .acknowledgeSoon:
                            group.addTask { await self.acknowledgeSoon(socket) }
                        case .replenish:
                            if untilIdle { await self.replenishQuietly() } else {
                                group.addTask { await self.replenishQuietly() }
                            }
                        case .catchUp:
                            group.addTask { await self.catchUp(socket) }
                        }
                    }
                }
            } catch {
                return .failure(error)
            }
            return .success(Task.isCancelled ? .cancelled : .lost(retryMilliseconds: socket.state.retryMilliseconds))
        }
        // What was taken before the end is as good as what came earlier.
        _ = try? finishBatch(socket)
        acknowledge(socket)
        line.close()
        // What was sent last has left, or the peer is gone.
        await line.gone()
        if isKnown.isSet { backoff.succeeded() }
        return try result.get()
    }

    /// The socket, with a token in its subprotocols; a token that is not taken is renewed once.
    private func openLine() async throws(ClientError) -> SocketLine {
        guard let network else { throw .noServer }
        let token = try await accessToken()
        do throws(ClientError) {
            return try await openLine(network, token)
        } catch .unreachable(.upgradeRefused(status: 401)) {
            return try await openLine(network, try await accessToken(insteadOf: token))
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

/// A connection's state, shared between the tasks of one listener. Touched on the client's executor alone, which is
/// why it is `Sendable`.
final class ConnectionBox: @unchecked Sendable {
    var state: ListeningConnection

    init(_ state: ListeningConnection) { self.state = state }
}

/// Whether hello was heard. Touched on the client's executor alone, which is why it is `Sendable`.
private final class ConnectionFlag: @unchecked Sendable {
    var isSet = false
}

extension ClientError {
    /// What the server asked for.
    var retryMilliseconds: UInt64 {
        guard case .refused(let problem) = self else { return 0 }
        return min(problem.retryAfterSeconds ?? 0, 3600) * 1000
    }
}
