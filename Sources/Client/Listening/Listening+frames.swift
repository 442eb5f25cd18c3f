import Keys
import Transport
import Wire

// What a connection does with each frame, and what it does beside.

extension Listening {
    /// What follows from a frame.
    enum Step {
        case goOn
        case end(ListeningConnection.End)
        case hello
        /// Something is to be done beside.
        case beside(Companions.Kind)
    }

    /// Deals with one message. Envelopes that came together are made durable together, and then told and
    /// acknowledged; whatever else comes between finds them so.
    func received(
        _ bytes: [UInt8], _ connection: ListeningConnection, untilIdle: Bool
    ) async throws(ClientError) -> [Step] {
        var steps: [Step] = []
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        // What is no frame is passed over, unless it says that it is an envelope; one of a later version has a case of
        // its own, and so has a known one that is beyond the bounds of this version.
        switch try? ServerFrame.decode(bytes, in: context) {
        case nil where Self.saysEnvelope(bytes):
            try keep(bytes, connection)
        case nil:
            break
        case .unknown(ServerFrame.envelopeTag):
            try keep(bytes, connection)
        case .envelope(let envelope) where envelope.kind == .later:
            try keep(bytes, connection)
        case .envelope(let envelope):
            let event = try await receiver.receive(envelope)
            connection.batch.append((envelope.number, event))
        case .event(let entry):
            steps += try await heard(entry, connection)
        case .some(let frame):
            steps += try finishBatch(connection)
            steps.append(try received(frame, connection, untilIdle: untilIdle))
        }
        if connection.isBatchFull { steps += try finishBatch(connection) }
        return steps
    }

    /// Keeps a frame with an envelope for a later version. Where not even its number can be read, the connection ends:
    /// an acknowledgement of anything behind it would be one of it, too.
    private func keep(_ bytes: [UInt8], _ connection: ListeningConnection) throws(ClientError) {
        do throws(ClientError) {
            connection.batch.append(try receiver.keep(bytes))
        } catch {
            if error == .unreadableEnvelope { tell(.trouble(SottoError(error))) }
            throw error
        }
    }

    /// Whether the tag of an envelope is somewhere in what does not parse.
    private static func saysEnvelope(_ bytes: [UInt8]) -> Bool {
        let entry = WireValue.Entry(key: ServerFrame.tagKey, value: .text(ServerFrame.envelopeTag))
        // Without the head of the map.
        let tag = WireValue.map([entry]).encoded(as: .cbor).dropFirst()
        return bytes.indices.contains { bytes[$0] == tag.first && bytes[$0...].starts(with: tag) }
    }

    /// An entry of an open conversation: kept with what came before it, and told with that. Where it leaves a gap, the
    /// gap is read beside; where its conversation is not known, that is asked for first.
    private func heard(_ entry: LogEntry, _ connection: ListeningConnection) async throws(ClientError) -> [Step] {
        var steps: [Step] = []
        switch try logs.take(entry) {
        case .kept(let events): add(events, to: connection)
        case .gap:
            connection.passedOver.insert(entry.conversation)
            steps = [.beside(.catchUp)]
        case .stranger:
            steps = try finishBatch(connection)
            do throws(ClientError) {
                try await logs.learn(entry.conversation)
            } catch {
                // It may be over already, or be none that is kept.
                guard error.isPassing, !Task.isCancelled else { return steps }
                tell(.passedOver(.conversation(entry.conversation), through: entry.seq))
                return steps + [.beside(.catchUpAll)]
            }
            if case .kept(let events) = try logs.take(entry) { add(events, to: connection) }
        }
        return steps
    }

    /// What is staged is made durable with the batch, also where it tells nothing.
    private func add(_ events: [SottoEvent], to connection: ListeningConnection) {
        connection.batch += events.isEmpty ? [(nil, nil)] : events.map { (nil, $0) }
    }

    /// Tells what came before something else that is told now.
    func tellBatch() throws(ClientError) {
        guard let connection = current, !connection.batch.isEmpty else { return }
        try flush()
        let events = connection.batch.compactMap(\.event)
        connection.batch = connection.batch.map { ($0.number, nil) }
        for event in events { tell(event) }
    }

    /// Makes durable what was taken, tells of it and acknowledges it.
    func finishBatch(
        _ connection: ListeningConnection
    ) throws(ClientError) -> [Step] {
        guard !connection.batch.isEmpty else { return [] }
        try flush()
        let batch = connection.batch
        connection.batch = []
        for case let event? in batch.map(\.event) { tell(event) }
        return batch.map { acknowledge($0.number, connection) }
    }

    private func received(
        _ frame: ServerFrame, _ connection: ListeningConnection, untilIdle: Bool
    ) throws(ClientError) -> Step {
        switch frame {
        case .hello(let hello):
            // A later server may say it again: what counts is what it said first.
            guard connection.heartbeat == nil else { return .goOn }
            connection.heartbeat = Heartbeat(
                intervalMilliseconds: hello.heartbeatMilliseconds,
                offlineAfterMilliseconds: hello.offlineAfterMilliseconds, untilIdle: untilIdle)
            watching.connectionChanged(to: .catchingUp)
            tell(.connected)
            return .hello
        case .head(let head):
            return try passedOver(head.conversation, through: head.seq, connection)
        case .queueEmpty(let end):
            try receiver.forgetNumbers(beyond: end.through)
            connection.isQueueRead = true
            acknowledge(connection)
            watching.connectionChanged(to: .live)
            tell(.idle)
            guard !untilIdle else { return .end(.idle) }
            ground.listeners.idle()
            return .goOn
        case .notice(let notice):
            return try noticed(notice, connection)
        case .goaway(let goaway):
            connection.retryMilliseconds = goaway.retryAfterMilliseconds
            return .goOn
        case .error(let failure):
            let error = ClientError.refused(failure.problem)
            connection.trouble = error
            connection.retryMilliseconds = max(connection.retryMilliseconds, error.retryMilliseconds)
            tell(.trouble(SottoError(error)))
            return .goOn
        case .envelope, .event, .accepted, .refused, .response, .pong, .unknown:
            return .goOn
        }
    }

    private func noticed(
        _ notice: ServerFrame.Notice, _ connection: ListeningConnection
    ) throws(ClientError) -> Step {
        switch notice.topic {
        case .keysLow:
            return .beside(.preKeys)
        case .devicesChanged:
            return .beside(.ownList)
        case .conversationsAhead:
            return try passedOver(nil, through: nil, connection)
        case .media, .later:
            // Whoever uploads open media asks for their state.
            return .goOn
        }
    }

    // MARK: Acknowledging

    private func acknowledge(_ number: QueueNumber?, _ connection: ListeningConnection) -> Step {
        guard let number else { return .goOn }
        switch connection.acknowledgement.taken(number) {
        case .send(let delivered): connection.acknowledge(delivered)
        case .waitAMoment: return .beside(.acknowledgement)
        case .nothing: break
        }
        return .goOn
    }

    func acknowledgeSoon(_ connection: ListeningConnection) async {
        // Cancelled with the connection, which acknowledges at its end.
        guard (try? await surroundings.sleep(ClientLimits.acknowledgementMilliseconds)) != nil else { return }
        acknowledge(connection)
    }

    func acknowledge(_ connection: ListeningConnection) {
        if let delivered = connection.acknowledgement.due() { connection.acknowledge(delivered) }
    }

    // MARK: Beside

    /// Cuts a connection whose server has not said hello in time.
    func awaitGreeting(_ connection: ListeningConnection) async {
        guard connection.heartbeat == nil,
            (try? await surroundings.sleep(ClientLimits.greetingMilliseconds)) != nil, connection.heartbeat == nil
        else { return }
        connection.trouble = .unreachable(.timedOut)
        connection.line.cut()
    }

    /// Pings until the connection ends, and cuts it when nothing has come for too long.
    func beat(_ connection: ListeningConnection) async {
        while let interval = connection.heartbeat?.intervalMilliseconds,
            (try? await surroundings.sleep(interval)) != nil {
            switch connection.heartbeat?.beat() {
            case .ping(let stamp): connection.send(.ping(.init(stamp: stamp)))
            case .giveUp, nil:
                connection.trouble = .unreachable(.timedOut)
                return connection.line.cut()
            }
        }
    }

    /// Pings once, and cuts the connection when nothing comes soon: its way may have gone while nobody noticed.
    func probe(_ connection: ListeningConnection) async {
        let heardCount = connection.heardCount
        connection.send(.ping(.init(stamp: 0)))
        guard (try? await surroundings.sleep(ClientLimits.probeMilliseconds)) != nil,
            connection.heardCount == heardCount
        else { return }
        connection.trouble = .unreachable(.timedOut)
        connection.line.cut()
    }

    /// Reads what the open conversations gained, until that is done or the connection ends.
    func catchUpAll(_ connection: ListeningConnection) async {
        var backoff = Backoff()
        while current === connection {
            do {
                try await logs.catchUp()
                // What was passed over meanwhile is read next.
                logs.isLive = current === connection && !connection.companions.isWantedAgain(.catchUpAll)
                return
            } catch {
                guard error.isPassing else { return tell(.trouble(SottoError(error))) }
                let wait = backoff.next(chance: surroundings.chance(), atLeast: error.retryMilliseconds)
                guard (try? await surroundings.sleep(wait)) != nil else { return }
            }
        }
    }
}
