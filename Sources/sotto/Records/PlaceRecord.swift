import Client
import Wire

/// A chat that something was done to.
struct PlaceRecord: PrintedRecord, Equatable {
    var chat: ChatID

    init(_ chat: ChatID) { self.chat = chat }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
    }
}

extension RecordKind where Value == PlaceRecord {
    static var left: Self { .init("this account has left a conversation") }
    static var followed: Self { .init("a conversation is followed from now on") }
    static var unfollowed: Self { .init("a conversation is not followed any more") }
    static var imageRemoved: Self { .init("an open conversation has no image any more") }
}

/// A line that something was done to.
struct LinePlaceRecord: PrintedRecord, Equatable {
    var chat: ChatID
    var number: SequenceNumber

    init(_ chat: ChatID, number: SequenceNumber) { (self.chat, self.number) = (chat, number) }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        number = try fields.value("number", \.number)
    }
}

extension RecordKind where Value == LinePlaceRecord {
    static var cancelled: Self { .init("what waited to be sent was given up") }
    static var pinned: Self { .init("a post is kept in sight") }
    static var unpinned: Self { .init("a post is no longer kept in sight") }
    static var read: Self { .init("everything up to that number is read, for all devices of this account") }
}

/// The image of an open conversation.
struct ImageSetRecord: PrintedRecord, Equatable {
    var chat: ChatID
    var media: MediaID

    init(_ media: MediaID, of chat: ChatID) { (self.chat, self.media) = (chat, media) }

    init(fields: inout Fields<Self>) throws(WireError) {
        chat = try fields.value("chat", \.chat)
        media = try fields.value("media", \.media)
    }
}

extension RecordKind where Value == ImageSetRecord {
    static var imageSet: Self { .init("an open conversation has this image now") }
}
