import Transport
import Wire

extension Client {
    /// Listens until the consumer stops, or until listening cannot go on; reconnects on its own.
    ///
    /// One listener at a time. Sends what waits in the outbox, goes on with files, and looks after the prekeys, at each
    /// connect.
    /// - Parameter untilIdle: ends when the queue was read to its end once, or the server cannot be reached at all.
    public func events(untilIdle: Bool = false) -> AsyncStream<ClientEvent> {
        let (events, continuation) = AsyncStream<ClientEvent>.makeStream()
        let task = Task {
            await self.listen(untilIdle: untilIdle) { continuation.yield($0) }
            continuation.finish()
        }
        continuation.onTermination = { (_) in task.cancel() }
        listener = task
        return events
    }

    /// As ``events(untilIdle:)``, on the caller's own task: returns when it is cancelled or listening has ended.
    public func listen(untilIdle: Bool = false, _ tell: @escaping @Sendable (ClientEvent) -> Void) async {
        guard !isListening else { return tell(.ended(.alreadyListening)) }
        isListening = true
        teller = tell
        lookAfterTranscript()
        defer {
            isListening = false
            teller = nil
            resend?.cancel()
            resend = nil
            resendFiles?.cancel()
            resendFiles = nil
        }
        var backoff = Backoff()
        var failedTries = 0
        while !Task.isCancelled {
            let end: ListeningConnection.End
            do {
                if untilIdle { try await lookAfter(tell) }
                end = try await connection(untilIdle: untilIdle, &backoff, tell)
                failedTries = 0
            } catch {
                failedTries += 1
                // Who waits for the queue's end does not wait for a server for ever.
                let isOver = !error.isPassing || untilIdle && failedTries >= ClientLimits.connectTriesMax
                end = isOver ? .over(error) : .lost(retryMilliseconds: error.retryMilliseconds)
            }
            switch end {
            case .idle: return await sendFiles()
            case .cancelled: return
            case .over(let error): return tell(.ended(error))
            case .lost(let wish):
                guard !Task.isCancelled else { return }
                let wait = backoff.next(chance: surroundings.chance(), atLeast: wish)
                tell(.disconnected(retryMilliseconds: wait))
                // Cancelled: the loop ends.
                try? await surroundings.sleep(wait)
            }
        }
    }

    /// One connection, from its opening to its end.
    private func connection(
        untilIdle: Bool, _ backoff: inout Backoff, _ tell: @escaping @Sendable (ClientEvent) -> Void
    ) async throws(ClientError) -> ListeningConnection.End {
        let line = try await openLine()
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
                    let step = try await self.received(bytes, socket, untilIdle: untilIdle, tell)
                    switch step {
                    case .goOn: break
                    case .end(let end): return .success(end)
                    case .hello(let intervalMilliseconds):
                        isKnown.isSet = true
                        group.addTask { await self.beat(socket, every: intervalMilliseconds) }
                        if !untilIdle {
                            group.addTask { await self.lookAfterQuietly(tell) }
                            group.addTask { await self.sendFiles() }
                        }
                    case .acknowledgeSoon:
                        group.addTask { await self.acknowledgeSoon(socket) }
                    case .replenish:
                        if untilIdle { await self.replenishQuietly(tell) } else {
                            group.addTask { await self.replenishQuietly(tell) }
                        }
                    case .catchUp:
                        group.addTask { await self.catchUp(socket, tell) }
                    }
                }
            } catch {
                return .failure(error)
            }
            return .success(Task.isCancelled ? .cancelled : .lost(retryMilliseconds: socket.state.retryMilliseconds))
        }
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
        do {
            return try await network.openLine("/v1/ws", Self.subprotocols(token))
        } catch {
            guard error == .upgradeRefused(status: 401) else { throw .unreachable(error) }
        }
        let fresh = try await accessToken(insteadOf: token)
        do {
            return try await network.openLine("/v1/ws", Self.subprotocols(fresh))
        } catch {
            throw .unreachable(error)
        }
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
