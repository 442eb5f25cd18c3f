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
        /// Conversations of which entries are missing.
        case catchUp
        /// All of them.
        case catchUpAll
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
            steps.append(try await received(frame, connection, untilIdle: untilIdle))
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
            steps = [startCatchingUp(connection)]
        case .stranger:
            steps = try finishBatch(connection)
            do throws(ClientError) {
                try await logs.learn(entry.conversation)
            } catch {
                // It may be over already, or be none that is kept.
                guard !error.isPassing else { throw error }
                return steps
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
    ) async throws(ClientError) -> Step {
        switch frame {
        case .hello(let hello):
            let heartbeat = Heartbeat(
                intervalMilliseconds: hello.heartbeatMilliseconds,
                offlineAfterMilliseconds: hello.offlineAfterMilliseconds)
            connection.heartbeat = heartbeat
            watching.connectionChanged(to: .catchingUp)
            tell(.connected)
            return .hello(intervalMilliseconds: heartbeat.intervalMilliseconds)
        case .head(let head):
            return try passedOver(head.conversation, through: head.seq, connection)
        case .queueEmpty(let end):
            try receiver.forgetNumbers(beyond: end.through)
            acknowledge(connection)
            watching.connectionChanged(to: .live)
            tell(.idle)
            guard !untilIdle else { return .end(.idle) }
            ground.listeners.idle()
            return .goOn
        case .notice(let notice):
            return try await noticed(notice, connection)
        case .goaway(let goaway):
            connection.retryMilliseconds = goaway.retryAfterMilliseconds
            return .goOn
        case .error(let failure):
            tell(.trouble(SottoError(.refused(failure.problem))))
            return .goOn
        case .envelope, .event, .accepted, .refused, .response, .pong, .unknown:
            return .goOn
        }
    }

    private func noticed(
        _ notice: ServerFrame.Notice, _ connection: ListeningConnection
    ) async throws(ClientError) -> Step {
        switch notice.topic {
        case .keysLow:
            return .replenish
        case .devicesChanged:
            await refreshOwnList()
            return .goOn
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
        case .send(let delivered): connection.send(.delivered(delivered))
        case .waitAMoment: return .acknowledgeSoon
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
        if let delivered = connection.acknowledgement.due() { connection.send(.delivered(delivered)) }
    }

    // MARK: Beside

    /// Pings until the connection ends, and cuts it when nothing has come for too long.
    func beat(_ connection: ListeningConnection, every intervalMilliseconds: UInt64) async {
        while (try? await surroundings.sleep(intervalMilliseconds)) != nil {
            switch connection.heartbeat?.beat() {
            case .ping(let stamp): connection.send(.ping(.init(stamp: stamp)))
            case .giveUp, nil: return connection.line.cut()
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
    }

    /// Reads what the open conversations gained, until that is done or the connection ends.
    func catchUpAll(_ connection: ListeningConnection) async {
        var backoff = Backoff()
        while current === connection {
            do {
                try await logs.catchUp()
                logs.isLive = current === connection
                return
            } catch {
                guard error.isPassing else { return tell(.trouble(SottoError(error))) }
                let wait = backoff.next(chance: surroundings.chance(), atLeast: error.retryMilliseconds)
                guard (try? await surroundings.sleep(wait)) != nil else { return }
            }
        }
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
        do { try await lookAfter() } catch { if !error.isPassing { tell(.trouble(SottoError(error))) } }
    }

    func replenishQuietly() async {
        do {
            let count = try await preKeyKeeper.replenish()
            if count > 0 { tell(.keysUploaded(count: count)) }
        } catch {
            if !error.isPassing { tell(.trouble(SottoError(error))) }
        }
    }

    private func watchQuietly() async {
        do { try await ownEntries.watch() } catch { if !error.isPassing { tell(.trouble(SottoError(error))) } }
    }

    private func refreshOwnList() async {
        do {
            let own = try ownAddress()
            let before = try contacts.knownList(own.account)?.epoch
            let epoch = try await contacts.freshList(own.account).epoch
            if epoch != before { tell(.devicesChanged(epoch: epoch)) }
        } catch {
            if !error.isPassing { tell(.trouble(SottoError(error))) }
        }
    }
}
