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
        guard hasRoom(toKeep: frame.count) else { throw .laterVersionNeeded }
        counters.cursor = number
        var transaction = StoreTransaction()
        transaction.put(.bytes(frame), at: .keptFrame(number))
        transaction.put(counters, at: .counters)
        try commit(transaction)
        return number
    }

    /// Whether so many bytes more may be kept: whoever sends what is not known does not fill the disk.
    func hasRoom(toKeep byteCount: Int) -> Bool {
        let prefixes = [StoreKey<KeptFrame>.keptFramePrefix, StoreKey<KeptContent>.keptContentPrefix]
        let names = prefixes.flatMap { store.keys(withPrefix: $0) }
        let keptByteCount = names.reduce(0) { $0 + (store.bytes($1)?.count ?? 0) }
        return keptByteCount + byteCount <= ClientLimits.keptByteCountMax
    }

    /// Opens what an earlier version kept. What fails stays kept.
    func openKept(_ tell: @Sendable (ClientEvent) -> Void) async {
        do {
            try await openKeptFrames(tell)
            try openKeptContents(tell)
        } catch {
            if !error.isPassing { tell(.trouble(error)) }
        }
    }

    private func openKeptFrames(_ tell: @Sendable (ClientEvent) -> Void) async throws(ClientError) {
        for name in store.keys(withPrefix: StoreKey<KeptFrame>.keptFramePrefix) {
            let context = WireContext(form: .cbor, refusesUnknownFields: false)
            guard case .bytes(let bytes) = try read(StoreKey<KeptFrame>(name)),
                case .envelope(let envelope) = try? ServerFrame.decode(bytes, in: context), envelope.kind != .later
            else { continue }
            if let event = try await receive(envelope) { tell(event) }
        }
    }

    private func openKeptContents(_ tell: @Sendable (ClientEvent) -> Void) throws(ClientError) {
        for name in store.keys(withPrefix: StoreKey<KeptContent>.keptContentPrefix) {
            guard let kept = try read(StoreKey<KeptContent>(name)),
                let index = StoreKey<KeptContent>.keptContentIndex(name)
            else { continue }
            if let event = try open(kept, at: index) { tell(event) }
        }
    }

    /// A new line in place of the unreadable one, where the content is known now.
    private func open(_ kept: KeptContent, at index: UInt64) throws(ClientError) -> ClientEvent? {
        guard let sender = kept.envelope.sender?.address else { return nil }
        let (_, own) = try readyProfile()
        let known = Self.content(of: kept.plaintext, kept.envelope, sender, own)
        guard case .success(let (content, franked)) = known else { return nil }
        var transaction = StoreTransaction()
        transaction.remove(StoreKey.keptContent(index))
        transaction.remove(StoreKey.history(index))
        // Whoever was hidden is not reported: what proves it is not kept.
        let evidence = kept.isSenderHidden ? nil : franked
        return try record(
            content, evidence, kept.envelope, sender, own, nil, isSenderHidden: kept.isSenderHidden, into: &transaction)
    }
}
