import Keys
package import Wire

/// What a sealed message says, before padding and sealing: one CBOR map. docs/protocol/content.md describes it.
package struct MessageContent: WireRecord, Equatable {
    /// What there is to say. A newer version may know more; a reader that does not says so to its user.
    package enum Kind: String, WireEnumeration {
        case text
        /// A file, perhaps with a text beside it.
        case file
        /// Takes back a message of the same account.
        case delete
        /// One sticker of a pack.
        case sticker
    }

    /// ``Client`` writes and reads this one.
    package static let version: UInt64 = 1

    /// The sender's name for the message: the client id of its send, also in the copies for the own devices.
    package var message: ClientID
    package var sentAt: Timestamp
    /// Empty only beside a file, and in what says something of another message.
    package var text: String
    package var file: AttachmentPointer?
    /// The message that is deleted: that and nothing else is said.
    package var target: ClientID?
    /// That and nothing else is shown.
    package var sticker: StickerContent?
    /// Seconds until it disappears, of ``ClientLimits/expirySeconds``.
    package var expiresIn: UInt64?
    /// Only for the own devices: deletes the file's bytes at the server, 43 characters.
    package var deleteCapability: String?
    /// Only in a copy for the sender's own other devices: whom the message went to.
    package var to: AccountID?
    /// The delivery token of the account it is from, 32 bytes.
    package var deliveryToken: [UInt8]?

    package init(
        message: ClientID, sentAt: Timestamp, text: String, file: AttachmentPointer? = nil,
        target: ClientID? = nil, sticker: StickerContent? = nil, expiresIn: UInt64? = nil,
        deleteCapability: String? = nil, to: AccountID? = nil, deliveryToken: [UInt8]? = nil
    ) {
        self.message = message
        self.sentAt = sentAt
        self.text = text
        self.file = file
        self.target = target
        self.sticker = sticker
        self.expiresIn = expiresIn
        self.deleteCapability = deleteCapability
        self.to = to
        self.deliveryToken = deliveryToken
    }

    package init(fields: inout Fields<Self>) throws(WireError) {
        try fields.constant("v", number: Self.version)
        let kind = try fields.value("type", \.kind)
        message = try fields.value("id", \.message)
        sentAt = try fields.value("sentAt", \.sentAt)
        switch kind {
        case .text: text = try fields.text("text", \.text, length: 1...Limits.textLengthMax)
        case .file:
            text = try fields.textIfAny("text", \.text, length: 1...Limits.textLengthMax)
            file = try fields.value("file", \.file)
        case .delete:
            text = ""
            target = try fields.value("target", \.target)
        case .sticker:
            text = ""
            sticker = try fields.value("sticker", \.sticker)
        }
        expiresIn = try fields.numberIfPresent("expiresIn", \.expiresIn, in: ClientLimits.expirySeconds)
        deleteCapability = try fields.textIfPresent(
            "deleteCapability", \.deleteCapability, length: MediaDeletion.capabilityLengths)
        to = try fields.valueIfPresent("to", \.to)
        deliveryToken = try fields.bytesIfPresent("deliveryToken", \.deliveryToken, count: 32...32)
    }

    /// What it says, by what it has.
    package var kind: Kind {
        if target != nil { return .delete }
        if sticker != nil { return .sticker }
        return file == nil ? .text : .file
    }

    /// - Throws: `WireError` for another version or type, and for what is not of this form.
    package static func decode(_ bytes: [UInt8]) throws(WireError) -> MessageContent {
        try decode(bytes, in: WireContext(form: .cbor, refusesUnknownFields: false))
    }
}
