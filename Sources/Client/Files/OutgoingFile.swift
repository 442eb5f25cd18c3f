import Wire

/// A file that is to be sent, and what goes with it. ``Chats/send(_:to:progress:)`` takes it.
public struct OutgoingFile: Sendable, Equatable {
    /// Where it is; its last part is the name that the recipient is told.
    public var path: String
    /// A text beside it; may be empty.
    public var caption: String
    /// What it is said to be, 1 to 127 characters.
    public var type: String?
    /// Until the message disappears, as ``Chats/send(_:to:expiresIn:)`` has them; `nil` for never.
    public var expiresIn: Duration?
    /// Whether an image gets a small picture beside it, where ``SottoConfiguration/thumbnailWorkerPath`` says who
    /// makes one.
    public var wantsPreview: Bool

    /// Everything but the path may be left out.
    public init(
        path: String, caption: String = "", type: String? = nil, expiresIn: Duration? = nil, wantsPreview: Bool = true
    ) {
        self.path = path
        self.caption = caption
        self.type = type
        self.expiresIn = expiresIn
        self.wantsPreview = wantsPreview
    }

    var expirySeconds: UInt64? { expiresIn?.wholeSeconds }

    /// What the recipient is told of the path.
    var name: String? {
        path.split(separator: "/").last.map { String($0.unicodeScalars.prefix(FileNote.nameLengths.upperBound)) }
    }

    /// - Parameter seconds: until it may disappear.
    /// - Throws: ``ClientError/textTooLong``; ``ClientError/file(_:)``; ``ClientError/badExpiry``.
    func check(_ seconds: ClosedRange<UInt64>) throws(ClientError) {
        guard caption.unicodeScalars.count <= Limits.textLengthMax else { throw .textTooLong }
        guard OutgoingMessage.canBeSent(caption + (type ?? ""), isOpen: false) else { throw .badText }
        // What does not fit its record could never be read again.
        guard type.map({ FileNote.typeLengths.contains($0.unicodeScalars.count) }) ?? true else {
            throw .file(.badType)
        }
        guard expirySeconds.map(seconds.contains) ?? true else { throw .badExpiry }
    }
}
