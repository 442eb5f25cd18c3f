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
        switch (try keptShares().room(for: frame.count, from: origin?.sender?.account), origin?.sender?.address) {
        case (.free, _): transaction.put(.bytes(frame), at: .keptFrame(number))
        case (.shareIsFull, let sender?):
            var edit = TranscriptEdit(store, now: surroundings.now())
            event = try appendUnreadable(from: sender, .unknownContent, at: origin?.time, &edit).event
            edit.write(into: &transaction)
        case (.shareIsFull, nil), (.full, _): throw .laterVersionNeeded
        }
        try stage(transaction)
        return (number, event)
    }

    /// Whether a content that is not known may be kept. Envelopes and contents have room of their own, so that people
    /// who send contents leave the room of envelopes alone.
    func hasRoom(toKeep plaintext: [UInt8], from sender: AccountID) throws(ClientError) -> Bool {
        var shares = KeptShares()
        for key in try keys(in: .keptContents) {
            let sender = (try? read(key))?.envelope.sender?.address.account
            shares.add(try byteCount(of: key), from: sender)
        }
        return shares.room(for: plaintext.count, from: sender) == .free
    }

    private func keptShares() throws(ClientError) -> KeptShares {
        var shares = KeptShares()
        for key in try keys(in: .keptFrames) {
            guard case .bytes(let frame)? = try? read(key) else { continue }
            shares.add(frame.count, from: EnvelopeOrigin(in: frame)?.sender?.account)
        }
        return shares
    }

    /// Opens what an earlier version kept. What fails stays kept, and does not keep the rest from being opened.
    func openKept() async {
        for key in (try? keys(in: .keptFrames)) ?? [] {
            do {
                if let event = try await openFrame(key) { tell(event) }
            } catch {
                if error.isPassing { return }
                tell(.trouble(SottoError(error)))
            }
        }
        let contents = ((try? keys(in: .keptContents)) ?? []).sorted { ($0.placeName ?? "") < ($1.placeName ?? "") }
        for key in contents {
            do {
                if let event = try openContent(key) { tell(event) }
            } catch {
                tell(.trouble(SottoError(error)))
            }
        }
    }

    private func openFrame(_ key: StoreKey<KeptFrame>) async throws(ClientError) -> SottoEvent? {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard case .bytes(let bytes) = try read(key),
            case .envelope(let envelope) = try? ServerFrame.decode(bytes, in: context), envelope.kind != .later
        else { return nil }
        let event = try await receive(envelope)
        try flush()
        return event
    }

    /// A new line in place of the unreadable one, where the content is known now.
    private func openContent(_ key: StoreKey<KeptContent>) throws(ClientError) -> SottoEvent? {
        guard let kept = try read(key), let place = key.placeName.flatMap({ LinePlace(text: $0) }),
            let sender = kept.envelope.sender?.address
        else { return nil }
        let own = try ownAddress()
        let known = Self.content(of: kept.plaintext, kept.envelope, sender, own)
        guard case .success(let (content, franked)) = known else { return nil }
        var transaction = StoreTransaction()
        var edit = TranscriptEdit(store, now: surroundings.now())
        transaction.remove(key)
        try edit.remove(at: place)
        // Whoever was hidden is not reported: what proves it is not kept.
        let evidence = kept.isSenderHidden ? nil : franked
        let event = try record(
            content, evidence, kept.envelope, sender, own, nil, isSenderHidden: kept.isSenderHidden, &edit,
            into: &transaction)
        try flush()
        return event
    }
}
