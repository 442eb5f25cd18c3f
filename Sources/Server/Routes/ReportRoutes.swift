import Chat
import Keys
import Store
import Wire

/// Reporting a message that the server cannot read, and stamping what may be reported later.
enum ReportRoutes {
    static let all: [Route] = [
        Route(Endpoints.report) { (call, request) throws(Problem) in
            let services = call.services
            let verified = try VerifiedReport(
                request, by: call.account, franking: services.franking, server: services.signingKey.publicKey)
            return try await call.commit { (turn) throws(Problem) in try turn.keep(verified) }
        }
    ]

    /// For the admin listener.
    static let admin: [Route] = [
        Route(Endpoints.reports) { (call) throws(Problem) in
            let (after, limit) = (try call.asked(Endpoints.afterReport)?.rawValue ?? 0, try call.limit())
            return try await call.look { (look) throws(Problem) in try look.reports(after: after, limit: limit) }
        },
        Route(Endpoints.removeReport) { (call, number) throws(Problem) in
            try await call.commit { (turn) throws(Problem) in
                try turn.tables.removeReport(number: number.rawValue)
            }
        },
    ]
}

extension Services {
    /// An envelope as it goes to its recipient: with the tag on what its sender committed to.
    func stamped(_ envelope: Envelope, for recipient: AccountID) -> Envelope {
        guard let commitment = envelope.commitment else { return envelope }
        var stamped = envelope
        stamped.frankingTag = franking.tag(
            FrankingStamp(
                commitment: commitment, sender: envelope.sender?.address, recipient: recipient, time: envelope.time,
                id: envelope.id))
        return stamped
    }
}
