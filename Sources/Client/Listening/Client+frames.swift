import Keys
import Wire

// What a connection does with each frame, and what it does beside.

extension Client {
    /// What follows from a frame.
    enum Step {
        case goOn
        case end(ListeningConnection.End)
        case hello(intervalMilliseconds: UInt64)
        case acknowledgeSoon
        case replenish
        case catchUp
    }

    func received(
        _ bytes: [UInt8], _ socket: ConnectionBox, untilIdle: Bool, _ tell: @Sendable (ClientEvent) -> Void
    ) async throws(ClientError) -> Step {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        // What is no frame is passed over; one of a later version has a case of its own.
        guard let frame = try? ServerFrame.decode(bytes, in: context) else { return .goOn }
        switch frame {
        case .hello(let hello):
            let heartbeat = Heartbeat(
                intervalMilliseconds: hello.heartbeatMilliseconds,
                offlineAfterMilliseconds: hello.offlineAfterMilliseconds)
            socket.state.heartbeat = heartbeat
            tell(.connected)
            return .hello(intervalMilliseconds: heartbeat.intervalMilliseconds)
        case .unknown(ServerFrame.envelopeTag):
            return acknowledge(try keep(bytes), socket)
        case .envelope(let envelope) where envelope.kind == .later:
            return acknowledge(try keep(bytes), socket)
        case .envelope(let envelope):
            if let event = try await receive(envelope) { tell(event) }
            return acknowledge(envelope.number, socket)
        case .event(let entry):
            try await announce(entry, tell)
            return .goOn
        case .head(let head):
            return passedOver(head.conversation, through: head.seq, socket, tell)
        case .queueEmpty:
            acknowledge(socket)
            tell(.idle)
            return untilIdle ? .end(.idle) : .goOn
        case .notice(let notice):
            return try await noticed(notice, socket, tell)
        case .goaway(let goaway):
            socket.state.retryMilliseconds = goaway.retryAfterMilliseconds
            return .goOn
        case .error(let failure):
            tell(.trouble(.refused(failure.problem)))
            return .goOn
        case .accepted, .refused, .response, .pong, .unknown:
            return .goOn
        }
    }

    private func noticed(
        _ notice: ServerFrame.Notice, _ socket: ConnectionBox, _ tell: @Sendable (ClientEvent) -> Void
    ) async throws(ClientError) -> Step {
        switch notice.topic {
        case .keysLow:
            return .replenish
        case .devicesChanged:
            await refreshOwnList(tell)
            return .goOn
        case .conversationsAhead:
            return passedOver(nil, through: nil, socket, tell)
        case .media, .later:
            // Whoever uploads open media asks for their state.
            return .goOn
        }
    }

    // MARK: Acknowledging

    private func acknowledge(_ number: QueueNumber?, _ socket: ConnectionBox) -> Step {
        guard let number else { return .goOn }
        switch socket.state.acknowledgement.taken(number) {
        case .send(let delivered): socket.state.send(.delivered(delivered))
        case .waitAMoment: return .acknowledgeSoon
        case .nothing: break
        }
        return .goOn
    }

    func acknowledgeSoon(_ socket: ConnectionBox) async {
        // Cancelled with the connection, which acknowledges at its end.
        guard (try? await surroundings.sleep(ClientLimits.acknowledgementMilliseconds)) != nil else { return }
        acknowledge(socket)
    }

    func acknowledge(_ socket: ConnectionBox) {
        if let delivered = socket.state.acknowledgement.due() { socket.state.send(.delivered(delivered)) }
    }

    // MARK: Beside

    /// Pings until the connection ends, and cuts it when nothing has come for too long.
    func beat(_ socket: ConnectionBox, every intervalMilliseconds: UInt64) async {
        while (try? await surroundings.sleep(intervalMilliseconds)) != nil {
            switch socket.state.heartbeat?.beat() {
            case .ping(let stamp): socket.state.send(.ping(.init(stamp: stamp)))
            case .giveUp, nil: return socket.state.line.cut()
            }
        }
    }

    /// What a device does at each connect: knows its own devices, sends what waits, keeps its prekeys in stock.
    func lookAfter(_ tell: @Sendable (ClientEvent) -> Void) async throws(ClientError) {
        await refreshOwnList(tell)
        await openKept(tell)
        try await lookAfterSealedSenders()
        await sendMessages()
        await deleteMedia()
        let count = try await replenishPreKeys()
        if count > 0 { tell(.keysUploaded(count: count)) }
        await updateBackupIfAny(tell)
        await watchQuietly(tell)
        try await catchUp(tell)
    }

    /// What hides senders: the own token for others, and a certificate for this device.
    private func lookAfterSealedSenders() async throws(ClientError) {
        do {
            try await lookAfterDeliveryToken()
            try await lookAfterCertificate()
        } catch {
            // An older server has neither.
            guard case .refused(let problem) = error, problem.code == .notFound else { throw error }
        }
    }

    func lookAfterQuietly(_ tell: @Sendable (ClientEvent) -> Void) async {
        do { try await lookAfter(tell) } catch { if !error.isPassing { tell(.trouble(error)) } }
    }

    func replenishQuietly(_ tell: @Sendable (ClientEvent) -> Void) async {
        do {
            let count = try await replenishPreKeys()
            if count > 0 { tell(.keysUploaded(count: count)) }
        } catch {
            if !error.isPassing { tell(.trouble(error)) }
        }
    }

    private func watchQuietly(_ tell: @Sendable (ClientEvent) -> Void) async {
        do { try await watchOwnEntries(tell) } catch { if !error.isPassing { tell(.trouble(error)) } }
    }

    private func refreshOwnList(_ tell: @Sendable (ClientEvent) -> Void) async {
        do {
            let (_, own) = try readyProfile()
            let before = try knownList(own.account)?.epoch
            let epoch = try await freshList(own.account).epoch
            if epoch != before { tell(.devicesChanged(epoch: epoch)) }
        } catch {
            if !error.isPassing { tell(.trouble(error)) }
        }
    }
}
