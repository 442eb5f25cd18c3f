import Wire

/// One line of a chat as the store has it, at its ``LinePlace``.
struct StoredLine: WireRecord, Equatable {
    /// Whose it is.
    var author: AccountID
    /// The device that it came from.
    var device: DeviceID
    /// Its author's name for it; none for what cannot be read.
    var message: ClientID?
    /// What it says; none where it cannot be read, or says nothing any more.
    var text: String?
    var file: FileNote?
    /// A sticker; its picture is ``file``.
    var sticker: StickerNote?
    /// Media that a post of an open conversation shows.
    var media: [MediaID] = []
    /// What became another one in an open conversation, as the server told it.
    var change: ConversationEvent?
    /// Seconds until it disappears, where its author wants that.
    var expiresIn: UInt64?
    /// Known once the server has accepted it, or it has come.
    var expiresAt: Timestamp?
    var removal: Removal?
    /// When its author says that it was written.
    var sentAt: Timestamp?
    /// When the server accepted it.
    var time: Timestamp?
    /// Of what this device sends.
    var progress: Progress?
    /// While it is ``Progress/uploading``: the number of its ``FileTransfer``.
    var transfer: UInt64?
    var isSenderHidden = false
    var senderShown: SenderShownReason?
    var reason: UnreadableReason?
    var problem: ProblemCode?
    /// Whether it was given up for an answer that says what cannot be.
    var hasBadAnswer = false
    var fileFailure: FileFailure?

    /// How far a message of this device has come.
    enum Progress: String, WireEnumeration {
        case uploading
        case queued
        case accepted
        case refused
        /// Deleted before it was known whether the server has it.
        case withdrawn
    }

    init(author: AccountID, device: DeviceID) {
        self.author = author
        self.device = device
    }

    /// What nearly every line has goes by short names: each line carries them, and each chat those of its newest.
    init(fields: inout Fields<Self>) throws(WireError) {
        author = try fields.value("a", \.author)
        device = try fields.value("d", \.device)
        message = try fields.valueIfPresent("m", \.message)
        text = try fields.textIfPresent("t", \.text, length: 1...Limits.textLengthMax)
        file = try fields.valueIfPresent("file", \.file)
        sticker = try fields.valueIfPresent("sticker", \.sticker)
        media = try fields.listIfAny("media", \.media, countMax: Limits.mediaPerMessageMax)
        change = try fields.valueIfPresent("change", \.change)
        expiresIn = try fields.numberIfPresent("expiresIn", \.expiresIn)
        expiresAt = try fields.valueIfPresent("expiresAt", \.expiresAt)
        removal = try fields.valueIfPresent("removed", \.removal)
        sentAt = try fields.valueIfPresent("s", \.sentAt)
        time = try fields.valueIfPresent("at", \.time)
        progress = try fields.valueIfPresent("progress", \.progress)
        transfer = try fields.numberIfPresent("transfer", \.transfer)
        isSenderHidden = try fields.flag("senderHidden", \.isSenderHidden)
        senderShown = try fields.valueIfPresent("senderShown", \.senderShown)
        reason = try fields.valueIfPresent("reason", \.reason)
        problem = try fields.valueIfPresent("problem", \.problem)
        hasBadAnswer = try fields.flag("badAnswer", \.hasBadAnswer)
        fileFailure = try fields.valueIfPresent("fileFailure", \.fileFailure)
    }

    /// The same with nothing said.
    func emptied(_ removal: Removal) -> StoredLine {
        var line = self
        line.text = nil
        line.file = nil
        line.sticker = nil
        line.media = []
        line.expiresIn = nil
        line.expiresAt = nil
        if line.progress == .queued { line.progress = .withdrawn }
        line.removal = removal
        return line
    }

    /// As the list of chats keeps it: a text of at most ``ClientLimits/lastLineLengthMax``.
    var asLast: StoredLine {
        var line = self
        line.text = line.text.map { String($0.unicodeScalars.prefix(ClientLimits.lastLineLengthMax)) }
        return line
    }
}
