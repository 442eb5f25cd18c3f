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
