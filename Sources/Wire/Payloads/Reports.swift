// Reporting a message that the server cannot read: docs/protocol/franking.md.

/// What a recipient shows of one message that it was sent.
public struct ReportRequest: WireRecord, Equatable {
    /// Of the envelope.
    public var id: MessageID
    public var time: Timestamp
    /// Of the envelope; absent where the sender was sealed.
    public var sender: DeviceAddressPayload?
    /// Of the envelope, 32 bytes each.
    public var commitment: [UInt8]
    public var frankingTag: [UInt8]
    /// As it was opened, 32 bytes.
    public var frankingKey: [UInt8]
    /// The content that was committed to, byte for byte.
    public var content: [UInt8]
    /// Of a sealed sender: its certificate and what came beside it.
    public var certificate: [UInt8]?
    public var attribution: [UInt8]?

    public init(fields: inout Fields<Self>) throws(WireError) {
        id = try fields.value("id", \.id)
        time = try fields.value("time", \.time)
        sender = try fields.valueIfPresent("sender", \.sender)
        commitment = try fields.bytes("commitment", \.commitment, count: 32)
        frankingTag = try fields.bytes("frankingTag", \.frankingTag, count: 32)
        frankingKey = try fields.bytes("frankingKey", \.frankingKey, count: 32)
        content = try fields.bytes("content", \.content, count: 1...Limits.sealedBodyByteCountMax)
        let byteCount = SenderCertificatePayload.byteCount
        certificate = try fields.bytesIfPresent("certificate", \.certificate, count: byteCount...byteCount)
        attribution = try fields.bytesIfPresent("attribution", \.attribution, count: 32...32)
    }
}

/// How much of a report the server knows for itself.
public enum ReportStanding: String, WireEnumeration {
    /// The message was sent to the reporter, by the sender that is named.
    case attributed
    /// The message was sent to the reporter; who sent it is the reporter's word.
    case unattributed
    /// One of a later version.
    case later
}

/// The server's word that a report verified and is kept.
public struct ReportReceipt: WireRecord, Equatable {
    /// Names the report, 32 bytes: the same message has the same one.
    public var report: [UInt8]
    public var standing: ReportStanding

    public init(fields: inout Fields<Self>) throws(WireError) {
        report = try fields.bytes("report", \.report, count: 32)
        standing = try fields.value("standing", \.standing)
    }
}

/// A place among all reports, from 1 up.
public struct ReportNumber: Hashable, Sendable {
    public let rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

extension ReportNumber: WireNumber {
    static var bounds: ClosedRange<UInt64> { 0...UInt64(1) << 53 }
    static func make(_ number: UInt64) -> Self? { ReportNumber(number) }
    var number: UInt64 { rawValue }
}

/// A report as whoever runs the server sees it.
public struct ReportView: WireRecord, Equatable {
    /// Its place among all reports, from 1 up.
    public var number: ReportNumber
    /// As in the ``ReportReceipt``, 32 bytes.
    public var report: [UInt8]
    public var reporter: AccountID
    public var sender: DeviceAddressPayload
    public var standing: ReportStanding
    /// Of the message.
    public var id: MessageID
    public var time: Timestamp
    public var reportedAt: Timestamp
    /// What it says: one CBOR map, docs/protocol/content.md.
    public var content: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        number = try fields.value("number", \.number)
        report = try fields.bytes("report", \.report, count: 32)
        reporter = try fields.value("reporter", \.reporter)
        sender = try fields.value("sender", \.sender)
        standing = try fields.value("standing", \.standing)
        id = try fields.value("id", \.id)
        time = try fields.value("time", \.time)
        reportedAt = try fields.value("reportedAt", \.reportedAt)
        content = try fields.bytes("content", \.content, count: 1...Limits.sealedBodyByteCountMax)
    }
}
