/// What open media without a conversation are for. Fixed when the upload is created.
public enum MediaUse: String, WireEnumeration {
    case avatar, emoji
    /// One of a later version.
    case later

    /// Of one file.
    public var byteCountMax: UInt64 {
        switch self {
        case .avatar: Limits.avatarByteCountMax
        case .emoji: Limits.emojiByteCountMax
        case .later: 0
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

    public init(fields: inout Fields<Self>) throws(WireError) { media = try fields.value("media", \.media) }
}

/// The image of a conversation: media where it is open, a ciphertext where it is sealed; neither where it has none.
public struct ConversationImage: WireRecord, Equatable {
    public var media: MediaID?
    public var sealedImage: [UInt8]?

    public init(fields: inout Fields<Self>) throws(WireError) {
        media = try fields.valueIfPresent("media", \.media)
        sealedImage = try fields.bytesIfPresent("sealedImage", \.sealedImage, count: 1...Limits.sealedImageByteCountMax)
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

    public init(fields: inout Fields<Self>) throws(WireError) {
        name = try fields.value("name", \.name)
        media = try fields.value("media", \.media)
        creator = try fields.value("creator", \.creator)
        createdAt = try fields.value("createdAt", \.createdAt)
    }
}
