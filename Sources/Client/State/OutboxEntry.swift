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
    /// The history entry to update; none for a copy to the own devices.
    var history: UInt64?

    init(clientID: ClientID, to: AccountID, kind: EnvelopeKind, content: [UInt8], history: UInt64?) {
        self.clientID = clientID
        self.to = to
        self.kind = kind
        self.content = content
        self.history = history
        copies = []
    }

    init(fields: inout Fields) throws(WireError) {
        clientID = try fields.value("clientId")
        to = try fields.value("to")
        kind = try fields.value("kind")
        content = try fields.bytes("content", count: 1...StoreLimits.valueByteCountMax)
        copies = try fields.list("copies", count: 0...Limits.devicesPerSendMax)
        history = try fields.numberIfPresent("history")
    }

    func write(fields writer: inout WireWriter) {
        writer.put("clientId", clientID)
        writer.put("to", to)
        writer.put("kind", kind)
        writer.put("content", bytes: content)
        writer.put("copies", list: copies)
        writer.put("history", number: history)
    }
}
