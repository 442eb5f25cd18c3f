import Keys
import Ratchet
public import Wire

// Messages that came, shown to the server by their recipient's choice (docs/protocol/franking.md).

extension StoreKey where Value == ReportRequest {
    /// What a report of a line of the transcript shows.
    static func evidence(_ index: UInt64) -> Self { .init("evidence/" + OrderedNumber.text(index)) }
}

extension Client {
    /// Keeps what it takes to report the message that is about to be written into the transcript, and nothing that is
    /// of another one.
    func keepEvidence(
        _ franked: FrankedContent?, _ envelope: Envelope, _ seal: SealedMessage?,
        into transaction: inout StoreTransaction
    ) throws(ClientError) {
        let place = StoreKey.evidence(try counters().nextHistory)
        guard let franked, let commitment = envelope.commitment, let tag = envelope.frankingTag else {
            return transaction.remove(place)
        }
        let evidence = ReportRequest(
            id: envelope.id, time: envelope.time, sender: seal == nil ? envelope.sender : nil, commitment: commitment,
            frankingTag: tag, frankingKey: franked.key, content: franked.content, certificate: seal?.certificate.bytes,
            attribution: seal?.attribution)
        transaction.put(evidence, at: place)
    }

    /// Shows one message that came, and no other, to whoever runs the server. The same one again is the same report.
    /// - Parameter index: ``HistoryEntry/index`` of a message from somebody else.
    /// - Throws: ``ClientError/cannotReport``; ``ClientError/refused(_:)`` with `report-refused`.
    @discardableResult
    public func report(message index: UInt64) async throws(ClientError) -> ReportReceipt {
        guard let line = try read(.history(index)), line.kind == .received, let evidence = try read(.evidence(index))
        else { throw .cannotReport }
        return try await run(Endpoints.report, body: evidence)
    }
}
