package import Wire

/// A set of stickers, as it lies sealed at the server: docs/protocol/attachments.md, "Sticker packs".
package struct StickerPack: WireRecord, Equatable {
    package static let version: UInt64 = 1
    /// Characters of a title, and of an author.
    package static let nameLengths = 1...128
    package static let stickerCounts = 1...200
    /// Of the file behind one sticker.
    package static let stickerByteCountMax: UInt64 = 300 * 1024
    /// Of all this, encoded.
    package static let byteCountMax: UInt64 = 1 << 20

    /// As its maker says.
    package var title: String
    /// As the maker says.
    package var author: String?
    /// In order; messages name them by their place.
    package var stickers: [Sticker]

    /// - Parameter stickers: 1 to 200.
    package init(title: String, author: String?, stickers: [Sticker]) {
        self.title = title
        self.author = author
        self.stickers = stickers
    }

    package init(fields: inout Fields<Self>) throws(WireError) {
        try fields.constant("v", number: Self.version)
        title = try fields.text("title", \.title, length: Self.nameLengths)
        author = try fields.textIfPresent("author", \.author, length: Self.nameLengths)
        stickers = try fields.list("stickers", \.stickers, count: Self.stickerCounts)
    }

    /// - Throws: `WireError` for another version, and for what is not of this form.
    package static func decode(_ bytes: [UInt8]) throws(WireError) -> StickerPack {
        try decode(bytes, in: WireContext(form: .cbor, refusesUnknownFields: false))
    }
}

/// One sticker of a pack.
package struct Sticker: WireRecord, Equatable {
    /// Characters of what it stands for.
    package static let emojiLengths = 1...32

    /// What it stands for: where it cannot be shown, this is.
    package var emoji: String
    /// At most ``StickerPack/stickerByteCountMax`` bytes.
    package var file: AttachmentPointer

    /// One sticker and where its bytes lie.
    package init(emoji: String, file: AttachmentPointer) {
        self.emoji = emoji
        self.file = file
    }

    package init(fields: inout Fields<Self>) throws(WireError) {
        emoji = try fields.text("emoji", \.emoji, length: Self.emojiLengths)
        file = try fields.sticker("file", \.file)
    }
}

/// What a message of type `sticker` shows: one sticker of a pack, with all it takes to show it without the pack.
package struct StickerContent: WireRecord, Equatable {
    /// What opens the pack.
    package var pack: AttachmentPointer
    /// Its place in the pack, from 0.
    package var index: UInt64
    package var sticker: Sticker

    /// A sticker, and where it comes from.
    package init(pack: AttachmentPointer, index: UInt64, sticker: Sticker) {
        self.pack = pack
        self.index = index
        self.sticker = sticker
    }

    package init(fields: inout Fields<Self>) throws(WireError) {
        pack = try fields.value("pack", \.pack)
        index = try fields.number("index", \.index, in: 0...UInt64(StickerPack.stickerCounts.upperBound - 1))
        sticker = try fields.embedded(\.sticker)
    }
}

extension Fields {
    /// A pointer to a file that is short enough for a sticker.
    fileprivate mutating func sticker(
        _ key: String, _ get: (Record) -> AttachmentPointer
    ) throws(WireError) -> AttachmentPointer {
        let file = try value(key, get)
        let byteCountMax = StickerPack.stickerByteCountMax
        try require(file.byteCount <= byteCountMax, at: key, "must have at most \(byteCountMax) bytes")
        return file
    }
}
