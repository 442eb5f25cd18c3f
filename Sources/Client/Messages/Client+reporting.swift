import Keys
import Ratchet
public import Wire

// Messages that came, shown to the server by their recipient's choice (docs/protocol/franking.md).

extension StoreKey where Value == ReportRequest {
    /// What a report of a line shows.
    static func evidence(_ place: LinePlace) -> Self { .init(.proofs(of: place.chat), .evidence, place.number) }
}

extension Client {
    /// Keeps what it takes to report the message that is about to be written at a place.
    func keepEvidence(
        _ franked: FrankedContent?, _ envelope: Envelope, _ seal: SealedMessage?, at place: LinePlace,
        into transaction: inout StoreTransaction
    ) {
        guard let franked, let commitment = envelope.commitment, let tag = envelope.frankingTag else { return }
        let evidence = ReportRequest(
            id: envelope.id, time: envelope.time, sender: seal == nil ? envelope.sender : nil, commitment: commitment,
            frankingTag: tag, frankingKey: franked.key, content: franked.content, certificate: seal?.certificate.bytes,
            attribution: seal?.attribution)
        transaction.put(evidence, at: .evidence(place))
    }

    /// Shows one message that came, and no other, to whoever runs the server. The same one again is the same report.
    /// - Parameter line: a message from somebody else.
    /// - Throws: ``ClientError/cannotReport``; ``ClientError/refused(_:)`` with `report-refused`.
    @discardableResult
    public func report(message line: LineID) async throws(ClientError) -> ReportReceipt {
        guard let place = try? place(of: line), let evidence = try read(.evidence(place)) else { throw .cannotReport }
        return try await run(Endpoints.report, body: evidence)
    }
}
