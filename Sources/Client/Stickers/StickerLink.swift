import Wire

/// A sticker pack as text: `sotto-stickers:` and base64url of the CBOR of the pointer to it. A secret of all who look
/// at the pack: it holds the key.
enum StickerLink {
    static let prefix = "sotto-stickers:"
    /// Characters of a link.
    static let lengthMax = 2_048

    static func text(_ pack: AttachmentPointer) -> String {
        prefix + Base64URL.encode(pack.encoded(as: .cbor))
    }

    /// `nil` for anything but a whole link to something short enough to be a pack.
    static func pack(_ text: String) -> AttachmentPointer? {
        guard text.utf8.count <= lengthMax, text.hasPrefix(prefix),
            let bytes = Base64URL.decode(String(text.dropFirst(prefix.count))),
            let pack = try? AttachmentPointer.decode(
                bytes, in: WireContext(form: .cbor, refusesUnknownFields: false)),
            pack.byteCount <= StickerPack.byteCountMax
        else { return nil }
        return pack
    }
}

extension AttachmentPointer {
    /// The text that shows a pack to others: ``StickerLink``.
    package var stickerLink: String { StickerLink.text(self) }
}
