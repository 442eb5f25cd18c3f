import Wire

/// A send that no server has accepted yet. Survives a restart; every try carries the same client id.
struct OutboxEntry: WireRecord, Equatable {
    var clientID: ClientID
    var to: AccountID
    var kind: EnvelopeKind
    /// The content before sealing, for a device that turns up later.
    var content: [UInt8]
    /// What is sent; empty while it is not sealed yet.
    var copies: [DeviceCopy]
    /// The line that it is; none for a copy to the own devices, and for what takes something back.
    var line: LinePlace?
    /// What the sender commits to, 32 bytes; none for a copy to the own devices.
    var commitment: [UInt8]?
    /// Since when there is the certificate that ``copies`` carry; none while they are not sealed, or say who sends.
    var certifiedAt: Timestamp?
    /// The recipient's token was refused, or there is no certificate: it goes out signed in.
    var showsSender = false

    init(
        clientID: ClientID, to: AccountID, kind: EnvelopeKind, content: [UInt8], line: LinePlace?,
        commitment: [UInt8]? = nil
    ) {
        self.clientID = clientID
        self.to = to
        self.kind = kind
        self.content = content
        self.line = line
        self.commitment = commitment
        copies = []
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        clientID = try fields.value("clientId", \.clientID)
        to = try fields.value("to", \.to)
        kind = try fields.value("kind", \.kind)
        content = try fields.bytes("content", \.content, count: 1...StoreLimits.valueByteCountMax)
        copies = try fields.list("copies", \.copies, count: 0...Limits.devicesPerSendMax)
        line = try fields.valueIfPresent("line", \.line)
        commitment = try fields.bytesIfPresent("commitment", \.commitment, count: 32...32)
        certifiedAt = try fields.valueIfPresent("certifiedAt", \.certifiedAt)
        showsSender = try fields.flag("showsSender", \.showsSender)
    }
}
