public import Wire

/// One line of a chat: a message that came or went, one that cannot be read, or what is left of one that was deleted.
public struct Line: Sendable, Equatable, Identifiable {
    /// Its name, the same on every device, and before and after the server has it.
    public let id: LineID
    /// Its place in the order of its chat on this device, from 1 up. Of an open conversation the number of its entry in
    /// the log, the same for everybody; what waits to be posted has greater ones.
    public let number: SequenceNumber
    /// Who said it.
    public let author: LineAuthor
    /// What it says.
    public let body: LineBody
    /// How far it has come.
    public let delivery: Delivery
    /// When its author says that it was written.
    public let sentAt: Date?
    /// When the server accepted it.
    public let time: Date?
    /// When it disappears; `nil` for what stays.
    public let expiry: LineExpiry?
    /// What the server knows of its author.
    public let trust: LineTrust

    /// Its author's name for it; `nil` for what has none.
    public var message: ClientID? {
        guard case .message(let message, by: _) = id.name else { return nil }
        return message
    }

    /// The text, or the one beside a file; `nil` where there is none.
    public var text: String? {
        switch body {
        case .text(let text): text
        case .file(_, let caption), .media(_, let caption): caption
        case .sticker, .change, .gone, .unreadable: nil
        }
    }

    /// The file beside it, also the picture of a sticker.
    public var file: FileNote? {
        switch body {
        case .file(let file, _), .sticker(_, let file): file
        case .text, .media, .change, .gone, .unreadable: nil
        }
    }

    /// Why it says nothing any more.
    public var removal: Removal? {
        guard case .gone(let removal) = body else { return nil }
        return removal
    }
}

/// Whose line it is.
public struct LineAuthor: Sendable, Equatable {
    /// The account.
    public let account: AccountID
    /// The device of it.
    public let device: DeviceID
    /// Of the own account, from this device or another.
    public let isOwn: Bool
}

/// What a line says.
public enum LineBody: Sendable, Equatable {
    /// Words, of 1 to 99,999 characters.
    case text(String)
    /// A file, fetched only when somebody asks for it, and perhaps a text beside it.
    case file(FileNote, caption: String?)
    /// Media of an open conversation, which the server can see, and perhaps a text beside them.
    case media([MediaID], caption: String?)
    /// A sticker and its picture.
    case sticker(StickerNote, FileNote)
    /// Something about the conversation became another.
    case change(LineChange)
    /// Nothing any more.
    case gone(Removal)
    /// It came, and cannot be read.
    case unreadable(UnreadableReason)
}

/// Why a line says nothing any more.
public enum Removal: String, WireEnumeration {
    /// Its author, or the user of this device, has deleted it.
    case deleted
    /// Its time was over.
    case expired
}

/// How far a message has come.
public enum Delivery: Sendable, Equatable {
    /// From somebody else, or from another device of the own account.
    case received
    /// Its file waits to be uploaded, or is under way; the message follows it.
    case uploading
    /// In the outbox.
    case queued
    /// Durable on the server.
    case accepted
    /// Given up.
    case refused(Refusal)
    /// Withdrawn before it was known whether the server has it.
    case withdrawn

    /// Why a message was given up.
    public enum Refusal: Sendable, Equatable {
        /// The server's word.
        case problem(ProblemCode)
        /// The file could not be sent.
        case file(FileFailure)
        /// Its recipient's keys were not to be trusted, or could not be used.
        case keys
        /// The server's answer was none of the protocol.
        case answer
    }
}

/// When a line disappears.
public struct LineExpiry: Sendable, Equatable {
    /// From when it was accepted, or came.
    public let after: Duration
    /// From this device; not known before the server has accepted it.
    public let at: Date?
}

/// What the server knows of a line's author.
public struct LineTrust: Sendable, Equatable {
    /// It travelled without telling the server who sent it.
    public let isSenderHidden: Bool
    /// Of an accepted message whose sender was to be hidden: why the server knows it all the same.
    public let senderShown: SenderShownReason?
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
    /// It holds something this version does not know. Kept for one that does, as long as there is room; of an open
    /// conversation fetched by it.
    case unknownContent
}

extension Line {
    /// - Parameter own: the own account.
    init(_ stored: StoredLine, at place: LinePlace, own: AccountID) {
        let number = SequenceNumber(place.number)
        let name = stored.message.map { LineID.Name.message($0, by: stored.author) } ?? .number(number)
        id = LineID(place.chat, name)
        self.number = number
        author = LineAuthor(account: stored.author, device: stored.device, isOwn: stored.author == own)
        body = LineBody(stored)
        delivery = Delivery(stored, isOpen: place.chat.isOpen)
        sentAt = stored.sentAt?.date
        time = stored.time?.date
        expiry = stored.expiresIn.map { LineExpiry(after: .seconds(Int64(clamping: $0)), at: stored.expiresAt?.date) }
        trust = LineTrust(isSenderHidden: stored.isSenderHidden, senderShown: stored.senderShown)
    }
}

extension LineBody {
    fileprivate init(_ stored: StoredLine) {
        if let removal = stored.removal {
            self = .gone(removal)
        } else if let reason = stored.reason {
            self = .unreadable(reason)
        } else if let change = stored.change.flatMap({ LineChange($0) }) {
            self = .change(change)
        } else if !stored.media.isEmpty {
            self = .media(stored.media, caption: stored.text)
        } else if let file = stored.file, let sticker = stored.sticker {
            self = .sticker(sticker, file)
        } else if let file = stored.file {
            self = .file(file, caption: stored.text)
        } else {
            self = .text(stored.text ?? "")
        }
    }
}

extension Delivery {
    fileprivate init(_ stored: StoredLine, isOpen: Bool) {
        switch stored.progress {
        case nil: self = .received
        case .uploading: self = .uploading
        case .queued: self = .queued
        case .accepted: self = .accepted
        case .withdrawn: self = .withdrawn
        case .refused:
            if let failure = stored.fileFailure {
                self = .refused(.file(failure))
            } else {
                let isAnswer = isOpen || stored.hasBadAnswer
                self = .refused(stored.problem.map { .problem($0) } ?? (isAnswer ? .answer : .keys))
            }
        }
    }
}
