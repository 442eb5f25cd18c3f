/// What a sealed envelope is for. The server routes by it and never looks further.
public enum EnvelopeKind: String, WireEnumeration {
    case message, handshake, sync, receipt, call, control
    /// Its sender is sealed inside, with the kind of what is there. Comes by the sealed route alone.
    case sealed
    /// One of a later version: nobody opens it who does not know it.
    case later
}

/// One device's copy of a pairwise send.
public struct DeviceCopy: WireRecord, Equatable {
    public var device: DeviceID
    /// The one the sender's session is with; a device that re-registered is reported as stale.
    public var registrationID: RegistrationID
    /// Ciphertext; the server stores and forwards it.
    public var body: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        device = try fields.value("device", \.device)
        registrationID = try fields.value("registrationId", \.registrationID)
        body = try fields.bytes("body", \.body, count: 1...Limits.sealedBodyByteCountMax)
    }
}

/// A pairwise send: one ciphertext for each device of one account.
///
/// The sender's own other devices are addressed by a send to the own account, which leaves the sending device out.
public struct SendRequest: WireRecord, Equatable {
    /// A retry carries the same one and gets the same answer.
    public var clientID: ClientID
    public var kind: EnvelopeKind = .message
    public var copies: [DeviceCopy]
    /// Worth waking a sleeping phone for.
    public var isUrgent: Bool = false
    /// Handed over to who is connected now, and never stored.
    public var isEphemeral: Bool = false
    /// What the sender commits to, 32 bytes; docs/protocol/franking.md.
    public var commitment: [UInt8]?

    public init(fields: inout Fields<Self>) throws(WireError) {
        clientID = try fields.value("clientId", \.clientID)
        kind = try fields.value("kind", \.kind, or: .message)
        copies = try fields.list("copies", \.copies, count: 0...Limits.devicesPerSendMax)
        isUrgent = try fields.flag("urgent", \.isUrgent)
        isEphemeral = try fields.flag("ephemeral", \.isEphemeral)
        commitment = try fields.bytesIfPresent("commitment", \.commitment, count: 32...32)
    }
}

/// The server's word that a send is durable. A retry hears the same, marked as a replay.
public struct Accepted: WireRecord, Equatable {
    public var clientID: ClientID
    public var id: MessageID
    public var time: Timestamp
    /// The conversation's own order: the dm of the two accounts, or the conversation that was posted to.
    public var conversation: ConversationID?
    public var seq: SequenceNumber?
    public var isReplay: Bool = false

    public init(fields: inout Fields<Self>) throws(WireError) {
        clientID = try fields.value("clientId", \.clientID)
        id = try fields.value("id", \.id)
        time = try fields.value("time", \.time)
        conversation = try fields.valueIfPresent("conversation", \.conversation)
        seq = try fields.valueIfPresent("seq", \.seq)
        isReplay = try fields.flag("replay", \.isReplay)
    }
}

/// One entry of a device's queue: what one sender addressed to this device.
public struct Envelope: WireRecord, Equatable {
    /// Its place in this device's queue; absent when ephemeral.
    public var number: QueueNumber?
    public var id: MessageID
    public var time: Timestamp
    /// Absent when the sender is sealed.
    public var sender: DeviceAddressPayload?
    public var kind: EnvelopeKind
    public var conversation: ConversationID?
    public var seq: SequenceNumber?
    public var isUrgent: Bool = false
    /// What the sender committed to, 32 bytes.
    public var commitment: [UInt8]?
    /// The server's stamp on the commitment, 32 bytes. Worked out when the envelope is delivered; not stored.
    public var frankingTag: [UInt8]?
    public var body: [UInt8]

    public init(fields: inout Fields<Self>) throws(WireError) {
        number = try fields.valueIfPresent("number", \.number)
        id = try fields.value("id", \.id)
        time = try fields.value("time", \.time)
        sender = try fields.valueIfPresent("sender", \.sender)
        kind = try fields.value("kind", \.kind)
        conversation = try fields.valueIfPresent("conversation", \.conversation)
        seq = try fields.valueIfPresent("seq", \.seq)
        isUrgent = try fields.flag("urgent", \.isUrgent)
        commitment = try fields.bytesIfPresent("commitment", \.commitment, count: 32...32)
        frankingTag = try fields.bytesIfPresent("frankingTag", \.frankingTag, count: 32...32)
        body = try fields.bytes("body", \.body, count: 1...Limits.sealedBodyByteCountMax)
    }
}

/// One device of one account.
public struct DeviceAddressPayload: WireRecord, Equatable {
    public static let name = "DeviceAddress"
    public var account: AccountID
    public var device: DeviceID

    public init(_ address: DeviceAddress) {
        account = address.account
        device = address.device
    }

    /// The same as an identifier.
    public var address: DeviceAddress { DeviceAddress(account: account, device: device) }

    public init(fields: inout Fields<Self>) throws(WireError) {
        account = try fields.value("account", \.account)
        device = try fields.value("device", \.device)
    }
}

/// Acknowledges every envelope up to and with a number: they are removed from the queue.
public struct Delivered: WireRecord, Equatable {
    public var through: QueueNumber

    public init(fields: inout Fields<Self>) throws(WireError) { through = try fields.value("through", \.through) }
}
