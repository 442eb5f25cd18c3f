package import SQLite
public import Wire

/// A message that its recipient reported, and that verified.
public struct ReportRow: Sendable, Equatable {
    /// Its place among all reports, from 1 up; whatever a new one says counts for nothing.
    public var number: UInt64
    /// SHA-256 of the message's franking tag, 32 bytes. Unique.
    public var report: [UInt8]
    public var reporter: AccountID
    public var sender: DeviceAddress
    public var isAttributed: Bool
    public var message: MessageID
    public var time: Timestamp
    public var reportedAt: Timestamp
    /// What it says, readable by the reporter's choice.
    public var content: [UInt8]

    public init(
        number: UInt64 = 0, report: [UInt8], reporter: AccountID, sender: DeviceAddress, isAttributed: Bool,
        message: MessageID, time: Timestamp, reportedAt: Timestamp, content: [UInt8]
    ) {
        self.number = number
        self.report = report
        self.reporter = reporter
        self.sender = sender
        self.isAttributed = isAttributed
        self.message = message
        self.time = time
        self.reportedAt = reportedAt
        self.content = content
    }
}

extension ReportRow: StoredRow {
    package static let table = Table(
        "report", "Messages that their recipients reported.", key: 1,
        Column("number", \.number, .counter),
        Column("report", \.report, .hash, "of the message's franking tag"),
        Column("reporter", \.reporter, .id),
        Column("sender", \.sender.account, .id, "its account"),
        Column("sender_device", \.sender.device, .id, "within the account"),
        Column("is_attributed", \.isAttributed, .counter, "a flag"),
        Column("message", \.message, .id, "log.row, which may be gone"),
        Column("time", \.time, .time, "of the message"),
        Column("reported_at", \.reportedAt, .time),
        Column("content", \.content, .openText, "by the reporter's choice")
    ) { (number, report, reporter, sender, device, isAttributed, message, time, reportedAt, content) -> ReportRow? in
        ReportRow(
            number: number, report: report, reporter: reporter,
            sender: DeviceAddress(account: sender, device: device), isAttributed: isAttributed, message: message,
            time: time, reportedAt: reportedAt, content: content)
    }

    package static let byNumber = Lookup(\ReportRow.number)
    package static let byReport = Lookup(\ReportRow.report)
    package static let inOrder = Index(by: \ReportRow.number)
    package static let ofReporter = Index(within: \ReportRow.reporter, by: \.number)
    package static let byTime = Index(by: \ReportRow.reportedAt)
    package static let indexes: [any RowIndex] = [byNumber, byReport, inOrder, ofReporter, byTime]
    package static let expiry: (any RowExpiry)? = Expiry(at: byTime, after: Limits.reportDays * 86_400)
    package static let erasure = Erasure.byAccount(ofReporter)
}
