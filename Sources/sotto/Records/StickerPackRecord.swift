import Client
import Wire

/// A sticker pack that this device keeps.
struct StickerPackRecord: PrintedRecord, Equatable {
    var pack: MediaID
    var title: String
    var maker: String?
    var isOwn: Bool
    var emojis: [Words]
    var link: String

    init(_ note: StickerPackNote) {
        (pack, title, maker, isOwn, link) = (note.pack, note.title, note.author, note.isOwn, note.link)
        emojis = note.emojis.map { Words($0) }
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        pack = try fields.value("pack", \.pack)
        title = try fields.words("title", \.title)
        maker = try fields.wordsIfPresent("maker", \.maker)
        isOwn = try fields.flag("own", \.isOwn)
        emojis = try fields.listIfAny("emojis", \.emojis, countMax: Self.stickersMax)
        link = try fields.words("link", \.link)
    }

    /// As many as a pack has.
    private static let stickersMax = 200

    static var notes: [String: String] {
        [
            "maker": "who made it, as the maker says",
            "own": "made on this device, which can delete it",
            "emojis": "what each sticker stands for, in order",
            "link": "whoever has it can look at the pack",
        ]
    }
}

extension RecordKind where Value == StickerPackRecord {
    static var stickerPack: Self { .init("a sticker pack of this device, in a list of them, or one that is new") }
}

/// A pack that this device keeps no more.
struct StickerPackRemovedRecord: PrintedRecord, Equatable {
    var pack: MediaID

    init(_ pack: MediaID) { self.pack = pack }

    init(fields: inout Fields<Self>) throws(WireError) {
        pack = try fields.value("pack", \.pack)
    }
}

extension RecordKind where Value == StickerPackRemovedRecord {
    static var stickerPackRemoved: Self { .init("this device keeps a sticker pack no more") }
}
