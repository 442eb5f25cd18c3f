import Wire

// What this version does not know is kept, and opened by one that does.

/// Of an envelope, whatever else is in its frame.
private struct EnvelopeNumber: WireRecord {
    var number: QueueNumber?

    init(fields: inout Fields<Self>) throws(WireError) { number = try fields.valueIfPresent("number", \.number) }
}

/// The same of who sent it and when, where that is said.
private struct EnvelopeOrigin: WireRecord {
    var sender: DeviceAddressPayload?
    var time: Timestamp?

    init(fields: inout Fields<Self>) throws(WireError) {
        sender = try fields.valueIfPresent("sender", \.sender)
        time = try fields.valueIfPresent("time", \.time)
    }

    /// - Returns: `nil` where that cannot be read.
    init?(in frame: [UInt8]) {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard let origin = try? Self.decode(frame, in: context) else { return nil }
        self = origin
    }
}

extension Receiver {
    /// Keeps a frame with an envelope that is not to be read, as taken; durable with the next flush. One of
    /// somebody of whom as much is kept as may be leaves a line alone, which says that something came: whoever sends
    /// what nobody knows does not keep the queue from going on.
    /// - Returns: its number, and what is to be told; no number where it has none, and so would not come again in any
    ///   case.
    /// - Throws: ``ClientError/laterVersionNeeded``, ``ClientError/unreadableEnvelope``; then it is not acknowledged,
    ///   and nothing behind it may be.
    func keep(_ frame: [UInt8]) throws(ClientError) -> (number: QueueNumber?, event: SottoEvent?) {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard let head = try? EnvelopeNumber.decode(frame, in: context) else { throw .unreadableEnvelope }
        guard let number = head.number else { return (nil, nil) }
        var counters = try counters()
        guard !counters.taken.contains(number) else { return (number, nil) }
        let origin = EnvelopeOrigin(in: frame)
        counters.taken.insert(number)
        var transaction = StoreTransaction()
        transaction.put(counters, at: .counters)
        var event: SottoEvent?
        var shares = try frameShares()
        switch (shares.room(for: frame.count, from: origin?.sender?.account), origin?.sender?.address) {
        case (.free, _):
            transaction.put(.bytes(frame), at: .keptFrame(number))
            shares.add(frame.count, from: origin?.sender?.account)
        case (.shareIsFull, let sender?):
            var edit = TranscriptEdit(store, now: surroundings.now())
            event = try appendUnreadable(from: sender, .unknownContent, at: origin?.time, &edit).event
            edit.write(into: &transaction)
        case (.shareIsFull, nil), (.full, _): throw .laterVersionNeeded
        }
        try stage(transaction)
        ground.records.keptFrameShares = shares
        return (number, event)
    }

    /// How much is kept of contents once that one is, too; `nil` where there is no room for it. Envelopes and contents
    /// have room of their own, so that people who send contents leave the room of envelopes alone.
    func contentShares(with kept: KeptContent, from sender: AccountID) throws(ClientError) -> KeptShares? {
        var shares = try contentShares()
        let byteCount = kept.encoded(as: .cbor).count
        guard shares.room(for: byteCount, from: sender) == .free else { return nil }
        shares.add(byteCount, from: sender)
        return shares
    }

    /// Counted once, and again after something was taken out.
    private func contentShares() throws(ClientError) -> KeptShares {
        if let known = ground.records.keptContentShares { return known }
        var shares = KeptShares()
        for (key, byteCount) in try byteCounts(in: .keptContents) {
            // Its line stands in the chat with its sender.
            var sender: AccountID?
            if let name = key.placeName, case .person(let account)? = LinePlace(text: name)?.chat { sender = account }
            shares.add(byteCount, from: sender)
        }
        ground.records.keptContentShares = shares
        return shares
    }

    /// The same of frames, which say themselves who sent them.
    private func frameShares() throws(ClientError) -> KeptShares {
        if let known = ground.records.keptFrameShares { return known }
        var shares = KeptShares()
        for (_, frame) in try readableValues(in: .keptFrames) {
            guard case .bytes(let bytes) = frame else { continue }
            shares.add(bytes.count, from: EnvelopeOrigin(in: bytes)?.sender?.account)
        }
        ground.records.keptFrameShares = shares
        return shares
    }

    private enum Kept {
        case frame(StoreKey<KeptFrame>)
        case content(LinePlace)
    }

    /// Opens what another program kept, once: this one knows what it has kept itself no better than when it came.
    ///
    /// Some at a time, and whoever else wants something of the owner has it in between. What fails stays kept, does not
    /// keep the rest from being opened, and is tried again at the next connect.
    func openKept() async {
        guard let tried = try? readable(.keptTries) != KeptTries.here, tried else { return }
        let frames = (try? keys(in: .keptFrames)) ?? []
        // Those of one chat in the order of their lines.
        let contents = ((try? keys(in: .keptContents)) ?? [])
            .compactMap { (key) in key.placeName.flatMap { LinePlace(text: $0) } }.sorted { $0.number < $1.number }
        let all = frames.map { Kept.frame($0) } + contents.map { Kept.content($0) }
        var isThrough = true
        for first in stride(from: 0, to: all.count, by: ClientLimits.keptPerSlice) {
            var events: [SottoEvent] = []
            var isOutOfReach = false
            for kept in all[first..<min(first + ClientLimits.keptPerSlice, all.count)] {
                do {
                    if let event = try await open(kept) { events.append(event) }
                } catch {
                    isThrough = false
                    isOutOfReach = error.isPassing
                    if isOutOfReach { break }
                    tell(.trouble(SottoError(error)))
                }
            }
            do { try flush() } catch { return tell(.trouble(SottoError(error))) }
            for event in events { tell(event) }
            await Task.yield()
            if isOutOfReach || Task.isCancelled { return }
        }
        guard isThrough else { return }
        var transaction = StoreTransaction()
        transaction.put(KeptTries.here, at: .keptTries)
        do { try commit(transaction) } catch { tell(.trouble(SottoError(error))) }
    }

    private func open(_ kept: Kept) async throws(ClientError) -> SottoEvent? {
        switch kept {
        case .frame(let key): try await openFrame(key)
        case .content(let place): try openContent(place)
        }
    }

    private func openFrame(_ key: StoreKey<KeptFrame>) async throws(ClientError) -> SottoEvent? {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard case .bytes(let bytes) = try readable(key),
            case .envelope(let envelope) = try? ServerFrame.decode(bytes, in: context), envelope.kind != .later
        else { return nil }
        return try await receive(envelope)
    }

    /// A new line in place of the unreadable one, where the content is known now.
    private func openContent(_ place: LinePlace) throws(ClientError) -> SottoEvent? {
        guard let kept = try readable(.keptContent(place)), let sender = kept.envelope.sender?.address else {
            return nil
        }
        let own = try ownAddress()
        let known = Self.content(of: kept.plaintext, kept.envelope, sender, own)
        guard case .success(let (content, franked)) = known else { return nil }
        var transaction = StoreTransaction()
        var edit = TranscriptEdit(store, now: surroundings.now())
        transaction.remove(.keptContent(place))
        try edit.remove(at: place)
        // Whoever was hidden is not reported: what proves it is not kept.
        let evidence = kept.isSenderHidden ? nil : franked
        return try record(
            content, evidence, kept.envelope, sender, own, nil, isSenderHidden: kept.isSenderHidden, &edit,
            into: &transaction)
    }
}
