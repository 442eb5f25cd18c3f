import Wire

/// What a message to somebody shall say, before it has a name and a place in the transcript.
struct OutgoingMessage {
    /// Empty only beside a file.
    var text = ""
    var file: AttachmentPointer?
    /// Open media, for an open conversation.
    var media: [MediaID] = []
    /// Alone where it is.
    var sticker: StickerContent?
    /// Deletes the file's bytes at the server; for the own devices alone.
    var deleteCapability: String?
    /// Seconds, of ``ClientLimits/expirySeconds``; in an open conversation of ``Limits/messageSeconds``.
    var expiresIn: UInt64?

    /// - Throws: ``ClientError/emptyText``; ``ClientError/textTooLong``; ``ClientError/badText``;
    ///   ``ClientError/badExpiry``.
    func check(for chat: ChatID?) throws(ClientError) {
        guard !text.isEmpty || file != nil || sticker != nil || !media.isEmpty else { throw .emptyText }
        guard text.unicodeScalars.count <= Limits.textLengthMax else { throw .textTooLong }
        let isOpen = chat?.isOpen ?? false
        guard Self.canBeSent(text, isOpen: isOpen) else { throw .badText }
        let seconds = isOpen ? Limits.messageSeconds : ClientLimits.expirySeconds
        guard expiresIn.map(seconds.contains) ?? true else { throw .badExpiry }
    }

    /// Whether it is read again as it was written: here, and by a server that is to read it.
    static func canBeSent(_ text: String, isOpen: Bool) -> Bool {
        text.utf8.allSatisfy { isOpen ? $0 >= 0x20 || [0x09, 0x0A, 0x0D].contains($0) : $0 != 0 }
    }
}
