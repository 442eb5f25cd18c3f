import Chat
import Keys
import Store
import Wire

/// Reporting a message that the server cannot read, and stamping what may be reported later.
enum ReportRoutes {
    static let all: [Route] = [
        Route(
            .post, "/v1/reports", area: "reports",
            "Report a message that this account received; shows the server that one message and no other",
            reads: ReportRequest.schema, gives: ReportReceipt.schema, status: 201, problems: [.reportRefused],
            bodyByteCountMax: Limits.frameByteCountMax
        ) { (call) throws(Problem) in
            let request = try call.read(ReportRequest.self)
            let reporter = call.device.account
            let services = call.services
            try services.limiters.reports.take(reporter, now: call.chat.clock())
            let verified = try VerifiedReport(
                request, by: reporter, franking: services.franking, server: services.signingKey.publicKey)
            return try await call.commit(status: 201) { (turn) throws(Problem) in try turn.keep(verified) }
        }
    ]

    /// For the admin listener.
    static let admin = [reading, removing]

    private static let removing = Route(
        .delete, "/admin/v1/reports/{number}", area: "admin", "Forget a report that was dealt with", access: .none
    ) { (call) throws(Problem) in
        guard let number = call.places["number"].flatMap({ UInt64($0) }), number <= 1 << 53 else {
            throw Problem(.notFound, "There is no such report.")
        }
        return try await call.commitNothing { (turn) throws(Problem) in try turn.tables.removeReport(number: number) }
    }

    private static let reading = Route(
        .get, "/admin/v1/reports", area: "admin", "Reported messages, oldest first", access: .none,
        query: [
            .init(name: "after", schema: .integer(0...UInt64(1) << 53), summary: "Only reports with a greater number."),
            Route.limitParameter,
        ],
        gives: Page<ReportView>.schema
    ) { (call) throws(Problem) in
        let after = try call.queryNumber("after", in: 0...UInt64(1) << 53) ?? 0
        let limit = try call.limit()
        return Reply(
            try await call.chat.look { (look) throws(Problem) in try look.reports(after: after, limit: limit) })
    }
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
