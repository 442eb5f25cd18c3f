public import Wire

/// One line of the transcript that a client keeps: a message that came, one that went, or one that cannot be read.
public struct HistoryEntry: WireRecord, Equatable {
    /// What the line is about.
    public enum Kind: String, WireEnumeration {
        /// From somebody else.
        case received
        /// From this device.
        case sent
        /// From another device of the own account.
        case synced
        /// Came, and cannot be read; ``HistoryEntry/reason`` says why.
        case unreadable
    }

    /// How far a sent message got.
    public enum Progress: String, WireEnumeration {
        /// A file waits to be uploaded, or is under way; the message follows it.
        case uploading
        /// In the outbox.
        case queued
        /// Durable on the server.
        case accepted
        /// Given up; ``HistoryEntry/problem`` says why, or ``HistoryEntry/fileFailure``.
        case refused
    }

    /// Why a line says nothing any more.
    public enum Removal: String, WireEnumeration {
        /// Its sender, or the user of this device, has deleted it.
        case deleted
        /// Its time was over.
        case expired
    }

    /// Its place in this device's transcript, from 1 up.
    public var index: UInt64
    /// What the line is about.
    public var kind: Kind
    /// The other side: who sent it, or whom it was sent to.
    public var peer: AccountID
    /// Its handle, where it is known.
    public var peerHandle: Handle?
    /// The sending device.
    public var device: DeviceID
    /// The sender's own name for the message; the same on all devices.
    public var message: ClientID?
    /// What it says; none where it cannot be read.
    public var text: String?
    /// A file beside it; fetched only when somebody asks for it.
    public var file: FileNote?
    /// A sticker; its picture is the file beside it.
    public var sticker: StickerNote?
    /// Seconds until it disappears, where its sender wants that.
    public var expiresIn: UInt64?
    /// When it disappears from this device; not known before the server has accepted it.
    public var expiresAt: Timestamp?
    /// Set where what it said is gone, with its file and key.
    public var removal: Removal?
    /// When the sender says it was written.
    public var sentAt: Timestamp?
    /// When the server accepted it.
    public var time: Timestamp?
    /// Of a sent message.
    public var progress: Progress?
    /// It travelled without telling the server who sent it.
    public var isSenderHidden = false
    /// Of an accepted message whose sender was to be hidden: why the server knows it all the same.
    public var senderShown: SenderShownReason?
    /// Of what cannot be read.
    public var reason: UnreadableReason?
    /// Of a refused message.
    public var problem: ProblemCode?
    /// Of a file that was taken and not sent.
    public var fileFailure: FileFailure?

    /// A line with nothing said yet.
    public init(index: UInt64, kind: Kind, peer: AccountID, device: DeviceID) {
        self.index = index
        self.kind = kind
        self.peer = peer
        self.device = device
    }

    public init(fields: inout Fields<Self>) throws(WireError) {
        index = try fields.number("index", \.index)
        kind = try fields.value("kind", \.kind)
        peer = try fields.value("peer", \.peer)
        peerHandle = try fields.valueIfPresent("peerHandle", \.peerHandle)
        device = try fields.value("device", \.device)
        message = try fields.valueIfPresent("message", \.message)
        text = try fields.textIfPresent("text", \.text, length: 1...Limits.textLengthMax)
        file = try fields.valueIfPresent("file", \.file)
        sticker = try fields.valueIfPresent("sticker", \.sticker)
        expiresIn = try fields.numberIfPresent("expiresIn", \.expiresIn)
        expiresAt = try fields.valueIfPresent("expiresAt", \.expiresAt)
        removal = try fields.valueIfPresent("removed", \.removal)
        sentAt = try fields.valueIfPresent("sentAt", \.sentAt)
        time = try fields.valueIfPresent("time", \.time)
        progress = try fields.valueIfPresent("progress", \.progress)
        isSenderHidden = try fields.flag("senderHidden", \.isSenderHidden)
        senderShown = try fields.valueIfPresent("senderShown", \.senderShown)
        reason = try fields.valueIfPresent("reason", \.reason)
        problem = try fields.valueIfPresent("problem", \.problem)
        fileFailure = try fields.valueIfPresent("fileFailure", \.fileFailure)
    }
}

/// Why a message that came cannot be read. For the receiving user alone: its sender is never told.
public enum UnreadableReason: String, WireEnumeration, Error {
    /// Not the bytes of a message.
    case malformed
    /// The sender's account does not exist, or does not list the sending device.
    case unknownSender
    /// The sender's keys are not the ones known for it: somebody may stand between.
    case untrustedSender
    /// It begins a session with a prekey that this device does not have, or has no more.
    case unknownPreKey
    /// It belongs to a session that this device does not have.
    case noSession
    /// It does not open: damaged, repeated, or from a session that is out of step.
    case notAuthentic
    /// It opened, and holds something this version does not know. Kept for one that does.
    case unknownContent
}
