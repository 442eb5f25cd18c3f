/// What a sealed envelope is for. The server routes by it and never looks further.
public enum EnvelopeKind: String, WireEnumeration {
    case message, handshake, sync, receipt, call, control
    /// Its sender is sealed inside, with the kind of what is there. Comes by the sealed route alone.
    case sealed
}

/// One device's copy of a pairwise send.
public struct DeviceCopy: WireRecord, Equatable {
    public var device: DeviceID
    /// The one the sender's session is with; a device that re-registered is reported as stale.
    public var registrationID: RegistrationID
    /// Ciphertext; the server stores and forwards it.
    public var body: [UInt8]

    public init(device: DeviceID, registrationID: RegistrationID, body: [UInt8]) {
        self.device = device
        self.registrationID = registrationID
        self.body = body
    }

    public init(fields: inout Fields) throws(WireError) {
        device = try fields.value("device")
        registrationID = try fields.value("registrationId")
        body = try fields.bytes("body", count: 1...Limits.sealedBodyByteCountMax)
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("device", device)
        writer.put("registrationId", registrationID)
        writer.put("body", bytes: body)
    }
}

/// A pairwise send: one ciphertext for each device of one account.
///
/// The sender's own other devices are addressed by a send to the own account, which leaves the sending device out.
public struct SendRequest: WireRecord, Equatable {
    /// A retry carries the same one and gets the same answer.
    public var clientID: ClientID
    public var kind: EnvelopeKind
    public var copies: [DeviceCopy]
    /// Worth waking a sleeping phone for.
    public var isUrgent: Bool
    /// Handed over to who is connected now, and never stored.
    public var isEphemeral: Bool
    /// What the sender commits to, 32 bytes; docs/protocol/franking.md.
    public var commitment: [UInt8]?

    public init(
        clientID: ClientID, kind: EnvelopeKind = .message, copies: [DeviceCopy],
        isUrgent: Bool = false, isEphemeral: Bool = false, commitment: [UInt8]? = nil
    ) {
        self.clientID = clientID
        self.kind = kind
        self.copies = copies
        self.isUrgent = isUrgent
        self.isEphemeral = isEphemeral
        self.commitment = commitment
    }

    public init(fields: inout Fields) throws(WireError) {
        clientID = try fields.value("clientId")
        kind = try fields.valueIfPresent("kind") ?? .message
        copies = try fields.list("copies", count: 0...Limits.devicesPerSendMax)
        isUrgent = try fields.flag("urgent")
        isEphemeral = try fields.flag("ephemeral")
        commitment = try fields.bytesIfPresent("commitment", count: 32...32)
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("clientId", clientID)
        if kind != .message { writer.put("kind", kind) }
        writer.put("copies", list: copies)
        writer.put("urgent", flag: isUrgent)
        writer.put("ephemeral", flag: isEphemeral)
        writer.put("commitment", bytes: commitment)
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
    public var isReplay: Bool

    public init(
        clientID: ClientID, id: MessageID, time: Timestamp, conversation: ConversationID? = nil,
        seq: SequenceNumber? = nil, isReplay: Bool = false
    ) {
        self.clientID = clientID
        self.id = id
        self.time = time
        self.conversation = conversation
        self.seq = seq
        self.isReplay = isReplay
    }

    public init(fields: inout Fields) throws(WireError) {
        clientID = try fields.value("clientId")
        id = try fields.value("id")
        time = try fields.value("time")
        conversation = try fields.valueIfPresent("conversation")
        seq = try fields.valueIfPresent("seq")
        isReplay = try fields.flag("replay")
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("clientId", clientID)
        writer.put("id", id)
        writer.put("time", time)
        writer.put("conversation", conversation)
        writer.put("seq", seq)
        writer.put("replay", flag: isReplay)
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
    public var isUrgent: Bool
    /// What the sender committed to, 32 bytes.
    public var commitment: [UInt8]?
    /// The server's stamp on the commitment, 32 bytes. Worked out when the envelope is delivered; not stored.
    public var frankingTag: [UInt8]?
    public var body: [UInt8]

    public init(
        number: QueueNumber?, id: MessageID, time: Timestamp, sender: DeviceAddressPayload?, kind: EnvelopeKind,
        conversation: ConversationID? = nil, seq: SequenceNumber? = nil, isUrgent: Bool = false,
        commitment: [UInt8]? = nil, frankingTag: [UInt8]? = nil, body: [UInt8]
    ) {
        self.number = number
        self.id = id
        self.time = time
        self.sender = sender
        self.kind = kind
        self.conversation = conversation
        self.seq = seq
        self.isUrgent = isUrgent
        self.commitment = commitment
        self.frankingTag = frankingTag
        self.body = body
    }

    public init(fields: inout Fields) throws(WireError) {
        number = try fields.valueIfPresent("number")
        id = try fields.value("id")
        time = try fields.value("time")
        sender = try fields.valueIfPresent("sender")
        kind = try fields.value("kind")
        conversation = try fields.valueIfPresent("conversation")
        seq = try fields.valueIfPresent("seq")
        isUrgent = try fields.flag("urgent")
        commitment = try fields.bytesIfPresent("commitment", count: 32...32)
        frankingTag = try fields.bytesIfPresent("frankingTag", count: 32...32)
        body = try fields.bytes("body", count: 1...Limits.sealedBodyByteCountMax)
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("number", number)
        writer.put("id", id)
        writer.put("time", time)
        writer.put("sender", sender)
        writer.put("kind", kind)
        writer.put("conversation", conversation)
        writer.put("seq", seq)
        writer.put("urgent", flag: isUrgent)
        writer.put("commitment", bytes: commitment)
        writer.put("frankingTag", bytes: frankingTag)
        writer.put("body", bytes: body)
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

    public init(fields: inout Fields) throws(WireError) {
        account = try fields.value("account")
        device = try fields.value("device")
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("account", account)
        writer.put("device", device)
    }
}

/// A page of the device's queue, for clients without a socket.
public struct EnvelopePage: WireRecord, Equatable {
    public var items: [Envelope]
    /// More were waiting than this page holds.
    public var hasMore: Bool

    public init(items: [Envelope], hasMore: Bool) {
        self.items = items
        self.hasMore = hasMore
    }

    public init(fields: inout Fields) throws(WireError) {
        items = try fields.list("items", count: 0...Limits.pageItemsMax)
        hasMore = try fields.flag("hasMore")
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("items", list: items)
        writer.put("hasMore", flag: hasMore)
    }
}

/// Acknowledges every envelope up to and with a number: they are removed from the queue.
public struct Delivered: WireRecord, Equatable {
    public var through: QueueNumber

    public init(through: QueueNumber) { self.through = through }

    public init(fields: inout Fields) throws(WireError) { through = try fields.value("through") }

    public func write(fields writer: inout WireWriter) { writer.put("through", through) }
}
