import Crypto
package import Wire

/// What a message says of a file beside it: where its sealed bytes lie, and what opens them. As
/// docs/protocol/attachments.md has it.
package struct AttachmentPointer: WireRecord, Equatable {
    /// As the upload was answered.
    package var media: String
    package var key: [UInt8]
    /// SHA-256 of all sealed bytes.
    package var digest: [UInt8]
    /// Of the file, without padding.
    package var byteCount: UInt64
    /// What the sender says of it; never a reason to run or overwrite anything.
    package var type: String?
    package var name: String?
    /// Of an image whose sender made one.
    package var preview: AttachmentPreview?

    package init(
        media: String, key: [UInt8], digest: [UInt8], byteCount: UInt64, type: String?, name: String?,
        preview: AttachmentPreview? = nil
    ) {
        self.media = media
        self.key = key
        self.digest = digest
        self.byteCount = byteCount
        self.type = type
        self.name = name
        self.preview = preview
    }

    package init(fields: inout Fields<Self>) throws(WireError) {
        media = try fields.text("media", \.media, length: 1...128)
        key = try fields.bytes("key", \.key, count: SealedStream.Key.byteCount)
        digest = try fields.bytes("digest", \.digest, count: SealedFile.digestByteCount)
        byteCount = try fields.number("size", \.byteCount, in: 0...UInt64(SealedFile.byteCountMax))
        type = try fields.textIfPresent("type", \.type, length: FileNote.typeLengths)
        name = try fields.textIfPresent("name", \.name, length: FileNote.nameLengths)
        // One that breaks a bound is as good as none: it never costs the file.
        preview = try? fields.valueIfPresent("preview", \.preview)
    }

    /// What its line in the transcript says.
    var note: FileNote { FileNote(name: name, type: type, byteCount: byteCount, preview) }

    /// - Throws: ``ClientError/file(_:)`` for what names no media of a server.
    func checked() throws(ClientError) -> (media: MediaID, summary: SealedFile.Summary) {
        guard let media = MediaID(text: media),
            let summary = SealedFile.Summary(byteCount: Int(clamping: byteCount), digest: digest)
        else { throw .file(.notAuthentic) }
        return (media, summary)
    }

    /// - Throws: ``ClientError/file(_:)``.
    func streamKey() throws(ClientError) -> SealedStream.Key {
        do { return try SealedStream.Key(SecretBytes(copying: key)) } catch { throw .file(.notAuthentic) }
    }
}
