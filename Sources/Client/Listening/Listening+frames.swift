import Keys
import Wire

// What a connection does with each frame, and what it does beside.

extension Listening {
    /// What follows from a frame.
    enum Step {
        case goOn
        case end(ListeningConnection.End)
        case hello(intervalMilliseconds: UInt64)
        case acknowledgeSoon
        case replenish
        case catchUp
    }

    /// Deals with one message. Envelopes that came together are made durable together, and then told and
    /// acknowledged; whatever else comes between finds them so.
    func received(
        _ bytes: [UInt8], _ socket: ConnectionBox, untilIdle: Bool
    ) async throws(ClientError) -> [Step] {
        var steps: [Step] = []
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        // What is no frame is passed over; one of a later version has a case of its own.
        switch try? ServerFrame.decode(bytes, in: context) {
        case nil:
            break
        case .unknown(ServerFrame.envelopeTag):
            socket.state.batch.append((try receiver.keep(bytes), nil))
        case .envelope(let envelope) where envelope.kind == .later:
            socket.state.batch.append((try receiver.keep(bytes), nil))
        case .envelope(let envelope):
            let event = try await receiver.receive(envelope)
            socket.state.batch.append((envelope.number, event))
        case .some(let frame):
            steps += try finishBatch(socket)
            steps.append(try await received(frame, socket, untilIdle: untilIdle))
        }
        if socket.state.isBatchFull { steps += try finishBatch(socket) }
        return steps
    }

    /// Makes durable what was taken, tells of it and acknowledges it.
    func finishBatch(
        _ socket: ConnectionBox
    ) throws(ClientError) -> [Step] {
        guard !socket.state.batch.isEmpty else { return [] }
        try flush()
        let batch = socket.state.batch
        socket.state.batch = []
        for case let event? in batch.map(\.event) { tell(event) }
        return batch.map { acknowledge($0.number, socket) }
    }

    private func received(
        _ frame: ServerFrame, _ socket: ConnectionBox, untilIdle: Bool
    ) async throws(ClientError) -> Step {
        switch frame {
        case .hello(let hello):
            let heartbeat = Heartbeat(
                intervalMilliseconds: hello.heartbeatMilliseconds,
                offlineAfterMilliseconds: hello.offlineAfterMilliseconds)
            socket.state.heartbeat = heartbeat
            watching.connectionChanged(to: .catchingUp)
            tell(.connected)
            return .hello(intervalMilliseconds: heartbeat.intervalMilliseconds)
        case .event(let entry):
            try await conversations.announce(entry)
            return .goOn
        case .head(let head):
            return passedOver(head.conversation, through: head.seq, socket)
        case .queueEmpty:
            acknowledge(socket)
            watching.connectionChanged(to: .live)
            tell(.idle)
            guard !untilIdle else { return .end(.idle) }
            ground.listeners.idle()
            return .goOn
        case .notice(let notice):
            return try await noticed(notice, socket)
        case .goaway(let goaway):
            socket.state.retryMilliseconds = goaway.retryAfterMilliseconds
            return .goOn
        case .error(let failure):
            tell(.trouble(.refused(failure.problem)))
            return .goOn
        case .envelope, .accepted, .refused, .response, .pong, .unknown:
            return .goOn
        }
    }

    private func noticed(
        _ notice: ServerFrame.Notice, _ socket: ConnectionBox
    ) async throws(ClientError) -> Step {
        switch notice.topic {
        case .keysLow:
            return .replenish
        case .devicesChanged:
            await refreshOwnList()
            return .goOn
        case .conversationsAhead:
            return passedOver(nil, through: nil, socket)
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
    func lookAfter() async throws(ClientError) {
        await refreshOwnList()
        await receiver.openKept()
        try await lookAfterSealedSenders()
        await mailer.sendMessages()
        await mediaDeletions.deleteMedia()
        let count = try await preKeyKeeper.replenish()
        if count > 0 { tell(.keysUploaded(count: count)) }
        await backups.updateIfAny()
        await watchQuietly()
        try await conversations.catchUp()
    }

    /// What hides senders: the own token for others, and a certificate for this device.
    private func lookAfterSealedSenders() async throws(ClientError) {
        do {
            try await deliveryTokens.lookAfterDeliveryToken()
            try await certificates.lookAfterCertificate()
        } catch {
            // An older server has neither.
            guard case .refused(let problem) = error, problem.code == .notFound else { throw error }
        }
    }

    func lookAfterQuietly() async {
        do { try await lookAfter() } catch { if !error.isPassing { tell(.trouble(error)) } }
    }

    func replenishQuietly() async {
        do {
            let count = try await preKeyKeeper.replenish()
            if count > 0 { tell(.keysUploaded(count: count)) }
        } catch {
            if !error.isPassing { tell(.trouble(error)) }
        }
    }

    private func watchQuietly() async {
        do { try await ownEntries.watch() } catch { if !error.isPassing { tell(.trouble(error)) } }
    }

    private func refreshOwnList() async {
        do {
            let own = try ownAddress()
            let before = try contacts.knownList(own.account)?.epoch
            let epoch = try await contacts.freshList(own.account).epoch
            if epoch != before { tell(.devicesChanged(epoch: epoch)) }
        } catch {
            if !error.isPassing { tell(.trouble(error)) }
        }
    }
}
