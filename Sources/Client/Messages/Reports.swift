import Keys
import Ratchet
import Wire

extension StoreKey where Value == ReportRequest {
    /// What a report of a line shows.
    static func evidence(_ place: LinePlace) -> Self { .init(.proofs(of: place.chat), .evidence, place.number) }
}

/// Messages that came, shown to the server by their recipient's choice (docs/protocol/franking.md).
final class Reports: Room {
    private let signed: SignedCalls
    private let transcript: Transcript

    init(_ ground: Ground, _ signed: SignedCalls, _ transcript: Transcript) {
        self.signed = signed
        self.transcript = transcript
        super.init(ground)
    }

    @discardableResult
    func report(message line: LineID) async throws(ClientError) -> ReportReceipt {
        guard let place = try? transcript.place(of: line), let evidence = try read(.evidence(place)) else {
            throw .cannotReport
        }
        return try await signed.run(Endpoints.report, body: evidence)
    }
}

extension StoreTransaction {
    /// Keeps what it takes to report the message that is about to be written at a place.
    mutating func putEvidence(
        _ franked: FrankedContent?, _ envelope: Envelope, _ seal: SealedMessage?, at place: LinePlace
    ) {
        guard let franked, let commitment = envelope.commitment, let tag = envelope.frankingTag else { return }
        let evidence = ReportRequest(
            id: envelope.id, time: envelope.time, sender: seal == nil ? envelope.sender : nil, commitment: commitment,
            frankingTag: tag, frankingKey: franked.key, content: franked.content, certificate: seal?.certificate.bytes,
            attribution: seal?.attribution)
        put(evidence, at: .evidence(place))
    }
}
