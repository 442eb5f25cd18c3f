/// What open media without a conversation are for. Fixed when the upload is created.
public enum MediaUse: String, WireEnumeration {
    case avatar, emoji

    /// Of one file.
    public var byteCountMax: UInt64 {
        switch self {
        case .avatar: Limits.avatarByteCountMax
        case .emoji: Limits.emojiByteCountMax
        }
    }
}

/// The name of a custom emoji: 2 to 32 of `a`–`z`, `0`–`9`, `_`, `+` and `-`.
public struct EmojiName: WireType, Hashable, CustomStringConvertible {
    public let text: String

    /// `nil` unless `text` keeps to the rule. Capital letters are refused, not folded.
    public init?(text: some StringProtocol) {
        let characters = text.utf8
        guard Limits.emojiNameLength.contains(characters.count) else { return nil }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let others: [UInt8] = [UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-")]
        guard characters.allSatisfy({ letters.contains($0) || digits.contains($0) || others.contains($0) })
        else { return nil }
        self.text = String(text)
    }

    private init(sample: String) { text = sample }

    public init(wire value: WireValue, in context: WireContext) throws(WireError) {
        guard case .text(let text) = value else { throw WireError(.wrongType(expected: "text", found: value.kind)) }
        guard let name = EmojiName(text: text) else {
            throw WireError(.outOfBounds("must be 2 to 32 of a-z, 0-9, '_', '+', '-'"))
        }
        self = name
    }

    public func write(to writer: inout WireWriter) { writer.write(text: text) }
    public static var schema: Schema { .formatted(name: "EmojiName", pattern: "[a-z0-9+_-]{2,32}", cbor: .text) }
    public static var sample: EmojiName { EmojiName(sample: "party-parrot") }
    public var description: String { text }
}

/// The media that become an avatar or an emoji.
public struct ImageChoice: WireRecord, Equatable {
    public var media: MediaID

    public init(media: MediaID) { self.media = media }

    public init(fields: inout Fields) throws(WireError) { media = try fields.value("media") }

    public func write(fields writer: inout WireWriter) { writer.put("media", media) }
}

/// The image of a conversation: media where it is open, a ciphertext where it is sealed; neither where it has none.
public struct ConversationImage: WireRecord, Equatable {
    public var media: MediaID?
    public var sealedImage: [UInt8]?

    public init(media: MediaID? = nil, sealedImage: [UInt8]? = nil) {
        self.media = media
        self.sealedImage = sealedImage
    }

    public init(fields: inout Fields) throws(WireError) {
        media = try fields.valueIfPresent("media")
        sealedImage = try fields.bytesIfPresent("sealedImage", count: 1...Limits.sealedImageByteCountMax)
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("media", media)
        writer.put("sealedImage", bytes: sealedImage)
    }
}

/// A custom emoji of the server.
public struct EmojiView: WireRecord, Equatable {
    public static let name = "Emoji"
    public var name: EmojiName
    public var media: MediaID
    /// Who added it.
    public var creator: AccountID
    public var createdAt: Timestamp

    public init(name: EmojiName, media: MediaID, creator: AccountID, createdAt: Timestamp) {
        self.name = name
        self.media = media
        self.creator = creator
        self.createdAt = createdAt
    }

    public init(fields: inout Fields) throws(WireError) {
        name = try fields.value("name")
        media = try fields.value("media")
        creator = try fields.value("creator")
        createdAt = try fields.value("createdAt")
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("name", name)
        writer.put("media", media)
        writer.put("creator", creator)
        writer.put("createdAt", createdAt)
    }
}

/// A page of custom emoji in the order of their names; `next` is an opaque cursor, absent on the last page.
public struct EmojiPage: WireRecord, Equatable {
    public var items: [EmojiView]
    public var next: String?

    public init(items: [EmojiView], next: String?) {
        self.items = items
        self.next = next
    }

    public init(fields: inout Fields) throws(WireError) {
        items = try fields.list("items", count: 0...Limits.pageItemsMax)
        next = try fields.textIfPresent("next", length: 1...200)
    }

    public func write(fields writer: inout WireWriter) {
        writer.put("items", list: items)
        writer.put("next", text: next)
    }
}
