import Crypto
import Wire

/// A file that was taken to be sent and has not become a message yet. Survives a restart, beside the line of the
/// transcript that it belongs to (docs/protocol/attachments.md, "On its way out").
struct FileTransfer: WireRecord, Equatable {
    /// The client id that its message will have.
    var message: ClientID
    var to: AccountID
    var handle: Handle
    /// Where its line stands.
    var line: LinePlace
    /// When it was taken.
    var sentAt: Timestamp
    /// The name of its spool in the client's folder.
    var spool: String
    /// What opens the spool; nowhere else until there is a message.
    var key: [UInt8]
    /// SHA-256 of the spool.
    var digest: [UInt8]
    /// Of the file, without padding.
    var byteCount: UInt64
    var name: String?
    var type: String?
    var preview: AttachmentPreview?
    /// May be empty.
    var caption: String
    var expiresIn: UInt64?
    /// Where it goes; none before it was created, and none again when the server has forgotten it.
    var upload: UploadCreated?
    /// Times that the server had other bytes than the digest's in the end.
    var mismatchCount: UInt64 = 0

    init(
        _ file: OutgoingFile, _ spool: SealedSpool, to account: AccountID, _ handle: Handle, at time: Timestamp,
        line: LinePlace, preview: AttachmentPreview? = nil
    ) {
        self.line = line
        message = .random()
        to = account
        self.handle = handle
        sentAt = time
        self.spool = spool.name
        key = spool.key
        digest = spool.summary.digest
        byteCount = UInt64(spool.summary.byteCount)
        name = file.name
        type = file.type
        self.preview = preview
        caption = file.caption
        expiresIn = file.expirySeconds
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        message = try fields.value("message", \.message)
        to = try fields.value("to", \.to)
        handle = try fields.value("handle", \.handle)
        line = try fields.value("line", \.line)
        sentAt = try fields.value("sentAt", \.sentAt)
        spool = try fields.text("spool", \.spool, length: 1...64)
        key = try fields.bytes("key", \.key, count: SealedStream.Key.byteCount)
        digest = try fields.bytes("digest", \.digest, count: SealedFile.digestByteCount)
        byteCount = try fields.number("size", \.byteCount, in: 0...UInt64(SealedFile.byteCountMax))
        name = try fields.textIfPresent("name", \.name, length: FileNote.nameLengths)
        type = try fields.textIfPresent("type", \.type, length: FileNote.typeLengths)
        preview = try fields.valueIfPresent("preview", \.preview)
        caption = try fields.textIfAny("caption", \.caption, length: 1...Limits.textLengthMax)
        expiresIn = try fields.numberIfPresent("expiresIn", \.expiresIn, in: ClientLimits.expirySeconds)
        upload = try fields.valueIfPresent("upload", \.upload)
        mismatchCount = try fields.number("mismatches", \.mismatchCount, or: 0)
    }

    /// What its line in the transcript says of the file.
    var note: FileNote { FileNote(name: name, type: type, byteCount: byteCount, preview) }

    /// What the spool holds; `nil` for bounds that no file has.
    var summary: SealedFile.Summary? { SealedFile.Summary(byteCount: Int(clamping: byteCount), digest: digest) }

    /// Bytes to upload.
    var sealedByteCount: UInt64 { UInt64(summary?.sealedByteCount ?? 0) }

    /// What is sent once the server has the bytes.
    func outgoing(_ upload: UploadCreated) -> OutgoingMessage {
        let pointer = AttachmentPointer(
            media: "\(upload.media)", key: key, digest: digest, byteCount: byteCount, type: type, name: name,
            preview: preview)
        return OutgoingMessage(
            text: caption, file: pointer, deleteCapability: upload.deleteCapability, expiresIn: expiresIn)
    }
}
