public import Wire

/// What a line of the transcript says of a sticker.
public struct StickerNote: WireRecord, Equatable {
    /// What it stands for, as its sender says.
    public var emoji: String
    /// Its place in its pack, from 0.
    public var index: UInt64

    init(emoji: String, index: UInt64) {
        self.emoji = emoji
        self.index = index
    }

    public init(fields: inout Fields<Self>) throws(WireError) {
        emoji = try fields.text("emoji", \.emoji, length: Sticker.emojiLengths)
        index = try fields.number("index", \.index)
    }
}

/// An image that shall be a sticker.
public struct StickerFile: Sendable, Equatable {
    /// Where it is.
    public var path: String
    /// What it stands for, 1 to 32 characters.
    public var emoji: String

    /// A path, and what the image stands for.
    public init(path: String, emoji: String) {
        self.path = path
        self.emoji = emoji
    }
}

/// A sticker pack that this device keeps.
public struct StickerPackNote: Sendable, Equatable {
    /// Names it on this device and in ``Stickers/send(sticker:of:to:expiresIn:)``.
    public var pack: MediaID
    /// As its maker calls it.
    public var title: String
    /// Who made it, as the maker says; `nil` for nobody.
    public var author: String?
    /// Whoever has it can look at the pack: ``StickerLink``.
    public var link: String
    /// Made on this device, which can delete it.
    public var isOwn: Bool
    /// What each stands for, in order.
    public var emojis: [String]
}

/// Why a sticker pack cannot be made, found or read.
public enum StickerFailure: String, Sendable, Equatable {
    /// A title or author of no or too many characters, no or too many stickers, or an emoji that is none.
    case badPack = "bad-pack"
    /// Not a whole link, or none to a pack.
    case badLink = "bad-link"
    /// This device keeps no such pack, or the pack has no such sticker.
    case unknown
    /// As many packs as a device keeps.
    case tooMany = "too-many"

    var text: String {
        switch self {
        case .badPack: "A pack has a title and an author of 1 to 128 characters, and 1 to 200 stickers."
        case .badLink: "This is not a whole link to a sticker pack. Copy it again, as one piece."
        case .unknown: "There is no such sticker pack on this device, or no such sticker in it."
        case .tooMany: "There are as many sticker packs on this device as it keeps. Remove one."
        }
    }
}

extension StickerContent {
    /// What its line in the transcript says.
    var note: StickerNote { StickerNote(emoji: sticker.emoji, index: index) }
}

extension StoreTransaction {
    /// Keeps what shows a sticker, and where its pack is.
    mutating func put(_ sticker: StickerContent, _ message: ClientID, from account: AccountID) {
        put(sticker, at: .sticker(message, from: account))
        put(sticker.sticker.file, at: .attachment(message, from: account))
    }
}
