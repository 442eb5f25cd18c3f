import Client
import Wire

/// docs/protocol/content.md and attachments.md: what messages say, before padding and sealing.
enum ContentVectors {
    private static let time = Timestamp(milliseconds: 1_700_000_000_000)
    private static let id = ClientID(bytes: SixteenBytes(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10))
    private static let other = ClientID(bytes: SixteenBytes(high: 0x1112_1314_1516_1718, low: 0x191A_1B1C_1D1E_1F20))

    static func make() throws -> JSON {
        let photo = pointer(12_345, type: "image/jpeg", name: "photo.jpg", preview: AttachmentPreview(
            thumbHash: SessionVectors.pattern(25, from: 3, step: 7), width: 4_000, height: 3_000,
            thumbnail: SessionVectors.pattern(300, from: 1, step: 3), thumbnailType: "image/webp"))
        let sticker = Sticker(emoji: "🌊", file: pointer(20_000, type: "image/webp", name: nil))
        let packPointer = pointer(500, type: nil, name: nil)
        let contents = [
            MessageContent(message: id, sentAt: time, text: "hi"),
            MessageContent(message: id, sentAt: time, text: "soon gone", expiresIn: 3_600),
            MessageContent(message: id, sentAt: time, text: "look", file: photo),
            MessageContent(
                message: id, sentAt: time, text: "", file: photo, expiresIn: 2_419_200,
                deleteCapability: String(repeating: "c", count: 43), to: AccountID(bytes: other.bytes),
                deliveryToken: SessionVectors.pattern(32, from: 9, step: 11)),
            MessageContent(message: id, sentAt: time, text: "", target: other),
            MessageContent(
                message: id, sentAt: time, text: "",
                sticker: StickerContent(pack: packPointer, index: 1, sticker: sticker)),
        ]
        let pack = StickerPack(
            title: "Samples", author: "Alice",
            stickers: [Sticker(emoji: "🟥", file: pointer(900, type: "image/png", name: nil)), sticker])
        return .object([
            ("cases", .list(contents.map { .object([("fields", fields(of: $0)), ("bytes", bytes($0))]) })),
            (
                "pack",
                .object([
                    (
                        "fields",
                        .object([
                            ("v", .number(StickerPack.version)), ("title", .text(pack.title)),
                            ("author", .text(pack.author ?? "")), ("stickers", .list(pack.stickers.map(fields))),
                        ])
                    ),
                    ("bytes", bytes(pack)), ("pointer", fields(of: packPointer)),
                    ("link", .text(packPointer.stickerLink)),
                ])
            ),
        ])
    }

    private static func bytes(_ record: some WireRecord) -> JSON { .hex(record.encoded(as: .cbor)) }

    private static func pointer(
        _ byteCount: UInt64, type: String?, name: String?, preview: AttachmentPreview? = nil
    ) -> AttachmentPointer {
        AttachmentPointer(
            media: "\(MediaID(bytes: other.bytes))", key: SessionVectors.pattern(32, from: 1, step: 1),
            digest: SessionVectors.pattern(32, from: 200, step: 1), byteCount: byteCount, type: type, name: name,
            preview: preview)
    }

    private static func fields(of content: MessageContent) -> JSON {
        var fields: [(String, JSON)] = [
            ("v", .number(MessageContent.version)), ("type", .text(content.kind.rawValue)),
            ("id", .hex(content.message.bytes.array)), ("sentAt", .number(content.sentAt.milliseconds)),
        ]
        if !content.text.isEmpty { fields.append(("text", .text(content.text))) }
        if let file = content.file { fields.append(("file", self.fields(of: file))) }
        if let target = content.target { fields.append(("target", .hex(target.bytes.array))) }
        if let sticker = content.sticker {
            fields.append(("sticker", .object([
                ("pack", self.fields(of: sticker.pack)), ("index", .number(sticker.index)),
                ("emoji", .text(sticker.sticker.emoji)), ("file", self.fields(of: sticker.sticker.file)),
            ])))
        }
        if let seconds = content.expiresIn { fields.append(("expiresIn", .number(seconds))) }
        if let capability = content.deleteCapability { fields.append(("deleteCapability", .text(capability))) }
        if let to = content.to { fields.append(("to", .hex(to.bytes.array))) }
        if let token = content.deliveryToken { fields.append(("deliveryToken", .hex(token))) }
        return .object(fields)
    }

    private static func fields(of sticker: Sticker) -> JSON {
        .object([("emoji", .text(sticker.emoji)), ("file", fields(of: sticker.file))])
    }

    private static func fields(of file: AttachmentPointer) -> JSON {
        var fields: [(String, JSON)] = [
            ("media", .text(file.media)), ("key", .hex(file.key)), ("digest", .hex(file.digest)),
            ("size", .number(file.byteCount)),
        ]
        if let type = file.type { fields.append(("type", .text(type))) }
        if let name = file.name { fields.append(("name", .text(name))) }
        if let preview = file.preview {
            fields.append(("preview", .object([
                ("thumbHash", .hex(preview.thumbHash)), ("width", .number(preview.width)),
                ("height", .number(preview.height)), ("thumbnail", .hex(preview.thumbnail)),
                ("thumbnailType", .text(preview.thumbnailType)),
            ])))
        }
        return .object(fields)
    }
}
