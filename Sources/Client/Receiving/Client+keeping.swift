import Wire

// What this version does not know is kept, and opened by one that does.

/// Of an envelope, whatever else is in its frame.
private struct EnvelopeNumber: WireRecord {
    var number: QueueNumber?

    init(fields: inout Fields<Self>) throws(WireError) { number = try fields.valueIfPresent("number", \.number) }
}

extension Client {
    /// Keeps a frame with an envelope that is not to be read, and moves the cursor.
    /// - Returns: its number; `nil` where it has none, and so would not come again in any case.
    /// - Throws: ``ClientError/laterVersionNeeded``; then it is not acknowledged.
    func keep(_ frame: [UInt8]) throws(ClientError) -> QueueNumber? {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard let number = (try? EnvelopeNumber.decode(frame, in: context))?.number else { return nil }
        var counters = try counters()
        guard counters.cursor < number else { return number }
        let prefix = StoreKey<KeptFrame>.keptFramePrefix
        guard hasRoom(toKeep: frame.count, beside: prefix) else { throw .laterVersionNeeded }
        counters.cursor = number
        var transaction = StoreTransaction()
        transaction.put(.bytes(frame), at: .keptFrame(number))
        transaction.put(counters, at: .counters)
        try commit(transaction)
        return number
    }

    /// Whether so many bytes more may be kept: whoever sends what is not known does not fill the disk. Envelopes and
    /// contents have room of their own, so that people who send contents leave the room of envelopes alone.
    func hasRoom(toKeep byteCount: Int, beside prefix: String) -> Bool {
        let keptByteCount = store.keys(withPrefix: prefix).reduce(0) { $0 + (store.bytes($1)?.count ?? 0) }
        return keptByteCount + byteCount <= ClientLimits.keptByteCountMax
    }

    /// Opens what an earlier version kept. What fails stays kept, and does not keep the rest from being opened.
    func openKept(_ tell: @Sendable (ClientEvent) -> Void) async {
        for name in store.keys(withPrefix: StoreKey<KeptFrame>.keptFramePrefix) {
            do {
                if let event = try await openFrame(StoreKey(name)) { tell(event) }
            } catch {
                if error.isPassing { return }
                tell(.trouble(error))
            }
        }
        for name in store.keys(withPrefix: StoreKey<KeptContent>.keptContentPrefix) {
            do {
                if let event = try openContent(StoreKey(name)) { tell(event) }
            } catch {
                tell(.trouble(error))
            }
        }
    }

    private func openFrame(_ key: StoreKey<KeptFrame>) async throws(ClientError) -> ClientEvent? {
        let context = WireContext(form: .cbor, refusesUnknownFields: false)
        guard case .bytes(let bytes) = try read(key),
            case .envelope(let envelope) = try? ServerFrame.decode(bytes, in: context), envelope.kind != .later
        else { return nil }
        return try await receive(envelope)
    }

    /// A new line in place of the unreadable one, where the content is known now.
    private func openContent(_ key: StoreKey<KeptContent>) throws(ClientError) -> ClientEvent? {
        guard let kept = try read(key), let index = StoreKey<KeptContent>.keptContentIndex(key.name),
            let sender = kept.envelope.sender?.address
        else { return nil }
        let (_, own) = try readyProfile()
        let known = Self.content(of: kept.plaintext, kept.envelope, sender, own)
        guard case .success(let (content, franked)) = known else { return nil }
        var transaction = StoreTransaction()
        transaction.remove(key)
        transaction.remove(StoreKey.history(index))
        // Whoever was hidden is not reported: what proves it is not kept.
        let evidence = kept.isSenderHidden ? nil : franked
        return try record(
            content, evidence, kept.envelope, sender, own, nil, isSenderHidden: kept.isSenderHidden, into: &transaction)
    }
}
