import Wire

/// A sticker pack in the local store.
struct KeptStickerPack: WireRecord, Equatable {
    /// What opens it.
    var pointer: AttachmentPointer
    var pack: StickerPack
    /// Of a pack that was made here: deletes it and its stickers at the server.
    var deletions: [MediaDeletion]

    init(pointer: AttachmentPointer, pack: StickerPack, deletions: [MediaDeletion]) {
        self.pointer = pointer
        self.pack = pack
        self.deletions = deletions
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        pointer = try fields.value("pointer", \.pointer)
        pack = try fields.value("pack", \.pack)
        deletions = try fields.list("deletions", \.deletions, count: 0...(StickerPack.stickerCounts.upperBound + 1))
    }

    /// What a user is shown of it.
    func note(_ name: MediaID) -> StickerPackNote {
        StickerPackNote(
            pack: name, title: pack.title, author: pack.author, link: StickerLink.text(pointer),
            isOwn: !deletions.isEmpty, emojis: pack.stickers.map(\.emoji))
    }

    /// A sticker of it, for a message.
    func sticker(_ index: Int) -> StickerContent? {
        guard pack.stickers.indices.contains(index) else { return nil }
        return StickerContent(pack: pointer, index: UInt64(index), sticker: pack.stickers[index])
    }
}
