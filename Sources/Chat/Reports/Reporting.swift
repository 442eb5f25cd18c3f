import Crypto
public import Keys
import Store
public import Wire

/// A report that verified: the message was sent to the reporter, and says exactly this. Only the check makes one.
public struct VerifiedReport: Sendable {
    let reporter: AccountID
    let sender: DeviceAddress
    let standing: ReportStanding
    let id: MessageID
    let time: Timestamp
    let content: [UInt8]
    /// SHA-256 of the tag, 32 bytes.
    let report: [UInt8]

    /// Reads no row: the tag says that the message was accepted, and a tag is only ever given for an accepted one.
    /// - Throws: `report-refused`, whatever does not fit.
    public init(
        _ request: ReportRequest, by reporter: AccountID, franking: FrankingSecrets, server: ServerPublicKey
    ) throws(Problem) {
        let stamp = FrankingStamp(
            commitment: request.commitment, sender: request.sender?.address, recipient: reporter, time: request.time,
            id: request.id)
        guard franking.made(request.frankingTag, for: stamp), let key = try? FrankingKey(request.frankingKey) else {
            throw Self.refusal
        }
        if let shown = request.sender?.address {
            (sender, standing) = (shown, .attributed)
        } else {
            let claim = try Self.claim(request.certificate, at: request.time, server)
            let isAttributed = request.attribution.map {
                franking.attributes(request.commitment, to: claim, by: $0)
            }
            (sender, standing) = (claim.address, isAttributed == true ? .attributed : .unattributed)
        }
        guard key.opens(request.commitment, to: request.content, by: sender) else { throw Self.refusal }
        self.reporter = reporter
        id = request.id
        time = request.time
        content = request.content
        report = SHA256.hash(request.frankingTag)
    }

    /// Who the certificate says it was, when it was good at the time.
    private static func claim(
        _ certificate: [UInt8]?, at time: Timestamp, _ server: ServerPublicKey
    ) throws(Problem) -> SenderClaim {
        guard let certificate, let unverified = try? UnverifiedSenderCertificate(certificate),
            let verified = try? unverified.verified(by: server, acceptedAt: time)
        else { throw refusal }
        return verified.claim
    }

    private static var refusal: Problem {
        Problem(.reportRefused, "Send what was received, byte for byte, as the account that received it.")
    }
}

extension Turn {
    /// Keeps a report. The same message again is the same report.
    ///
    /// - Throws: `storage-full` when ``Limits/reportsMax`` wait; `quota-exceeded` when too many of the account's do.
    public func keep(_ verified: VerifiedReport) throws(Problem) -> ReportReceipt {
        grows(.posts)
        let isUnattributed = verified.standing == .unattributed
        let earlier = try tables.row(ReportRow.byReport, verified.report)
        if let earlier, earlier.isAttributed || isUnattributed {
            return ReportReceipt(
                report: earlier.report, standing: earlier.isAttributed ? .attributed : .unattributed)
        }
        guard try tables.count(ReportRow.inOrder) < Limits.reportsMax else {
            throw Problem(.storageFull, "Whoever runs the server has not looked at the reports for too long.")
        }
        let ownCount = try tables.count(ReportRow.ofReporter, verified.reporter)
        guard earlier != nil || ownCount < Limits.reportsPerAccountMax else {
            throw Problem(
                .quotaExceeded, "\(Limits.reportsPerAccountMax) of the account's reports wait: try later.")
        }
        try charge(.rows(1, byteCount: verified.content.count), to: verified.reporter)
        try tables.putReport(
            ReportRow(
                report: verified.report, reporter: verified.reporter, sender: verified.sender,
                isAttributed: verified.standing == .attributed, message: verified.id, time: verified.time,
                reportedAt: now, content: verified.content))
        return ReportReceipt(report: verified.report, standing: verified.standing)
    }
}

extension Look {
    /// A page of reports, oldest first, for whoever runs the server: until `limit`, or a few megabytes, are reached.
    public func reports(after number: UInt64, limit: Int) throws(Problem) -> Page<ReportView> {
        var items: [ReportView] = []
        var last = number
        var byteCount = 0
        while items.count < limit, byteCount < Self.reportPageByteCountMax,
            let row = try tables.rows(ReportRow.inOrder, after: last, limit: 1).first {
            last = row.number
            byteCount += row.content.count
            items.append(
                ReportView(
                    number: ReportNumber(row.number), report: row.report, reporter: row.reporter,
                    sender: DeviceAddressPayload(row.sender),
                    standing: row.isAttributed ? .attributed : .unattributed, id: row.message, time: row.time,
                    reportedAt: row.reportedAt, content: row.content))
        }
        let isLast = try tables.rows(ReportRow.inOrder, after: last, limit: 1).isEmpty
        return Page(items: items, next: isLast ? nil : String(last))
    }

    private static var reportPageByteCountMax: Int { 4 << 20 }
}
