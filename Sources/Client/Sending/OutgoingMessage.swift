/// What a message to somebody shall say, before it has a name and a place in the transcript.
struct OutgoingMessage {
    /// Empty only beside a file.
    var text = ""
    var file: AttachmentPointer?
    /// Alone where it is.
    var sticker: StickerContent?
    /// Deletes the file's bytes at the server; for the own devices alone.
    var deleteCapability: String?
    /// Seconds, of ``ClientLimits/expirySeconds``.
    var expiresIn: UInt64?
}
