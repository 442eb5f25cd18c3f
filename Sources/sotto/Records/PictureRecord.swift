import Client
import Media
import Wire

/// A picture that was saved.
struct PictureRecord: PrintedRecord, Equatable {
    var path: String
    var size: UInt64
    var type: String
    var width: UInt64?
    var height: UInt64?

    /// An avatar, an emoji.
    init(_ bytes: [UInt8], type: String, path: String) {
        (self.path, size, self.type) = (path, UInt64(bytes.count), type)
    }

    /// The small picture inside a message.
    init(_ thumbnail: InlineThumbnail, path: String) {
        self.init(thumbnail.bytes, type: thumbnail.type, path: path)
        (width, height) = (UInt64(clamping: thumbnail.width), UInt64(clamping: thumbnail.height))
    }

    /// What a worker made.
    init(_ picture: Picture, type: String, path: String) {
        self.init(picture.bytes, type: type, path: path)
        (width, height) = (UInt64(clamping: picture.size.width), UInt64(clamping: picture.size.height))
    }

    init(fields: inout Fields<Self>) throws(WireError) {
        path = try fields.words("path", \.path)
        size = try fields.number("size", \.size)
        type = try fields.words("type", \.type)
        width = try fields.numberIfPresent("width", \.width)
        height = try fields.numberIfPresent("height", \.height)
    }
}

extension RecordKind where Value == PictureRecord {
    static var picture: Self { .init("an avatar or an emoji was saved") }
    static var inlineThumbnail: Self { .init("the small picture inside a message was saved") }
}

/// The own avatar.
struct AvatarRecord: PrintedRecord, Equatable {
    var media: MediaID

    init(_ media: MediaID) { self.media = media }

    init(fields: inout Fields<Self>) throws(WireError) {
        media = try fields.value("media", \.media)
    }
}

extension RecordKind where Value == AvatarRecord {
    static var avatar: Self { .init("this account has that avatar now") }
}

extension RecordKind where Value == EmptyRecord {
    static var avatarRemoved: Self { .init("this account has no avatar any more") }
}

extension RecordKind where Value == EmojiView {
    static var emoji: Self { .init("an emoji of the server, in a list of them, or one that was added") }
}

/// An emoji that is no more.
struct EmojiRemovedRecord: PrintedRecord, Equatable {
    var name: EmojiName

    init(_ name: EmojiName) { self.name = name }

    init(fields: inout Fields<Self>) throws(WireError) {
        name = try fields.value("name", \.name)
    }
}

extension RecordKind where Value == EmojiRemovedRecord {
    static var emojiRemoved: Self { .init("the server has no emoji of that name any more") }
}
