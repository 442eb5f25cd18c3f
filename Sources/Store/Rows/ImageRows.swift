package import SQLite
package import Wire

// What shows media that everybody sees. A row goes with its media.

/// The picture of an account.
package struct AvatarRow: TableRow {
    package var account: AccountID
    package var media: MediaID

    package init(account: AccountID, media: MediaID) {
        self.account = account
        self.media = media
    }

    package static let table = Table(
        "avatar", "The pictures of accounts. A row goes with its media.", key: 1,
        Column("account", \.account, .id),
        Column("media", \.media, .id)
    ) { AvatarRow(account: $0, media: $1) }

    package static let ofAccount = Lookup(\AvatarRow.account)
    package static let ofMedia = Lookup(\AvatarRow.media)
    package static let indexes: [any RowIndex] = [ofAccount, ofMedia]
    package static let erasure = Erasure.along(with: "its media")
    package static let cascades = Cascades(ofMedia: .init(ofMedia))
    package static let owners = [Owner(\AvatarRow.media, MediaRow.byID)]
}

/// The picture of a conversation.
package struct ConversationImageRow: TableRow {
    package var conversation: ConversationID
    /// With exactly one of its two fields.
    package var image: ConversationImage

    package init(conversation: ConversationID, image: ConversationImage) {
        self.conversation = conversation
        self.image = image
    }

    package static let table = Table(
        "conversation_image", "The pictures of conversations. A row goes with its media.", key: 1,
        Column("conversation", \.conversation, .id),
        Column("media", \.image.media, .id, "of open conversations only"),
        Column("sealed", \.image.sealedImage, .sealed)
    ) { (conversation, media, sealed) -> ConversationImageRow? in
        guard (media == nil) != (sealed == nil) else { return nil }
        return ConversationImageRow(
            conversation: conversation, image: ConversationImage(media: media, sealedImage: sealed))
    }

    package static let ofConversation = Lookup(\ConversationImageRow.conversation)
    package static let ofMedia = Lookup(\ConversationImageRow.image.media)
    package static let indexes: [any RowIndex] = [ofConversation, ofMedia]
    package static let erasure = Erasure.nobody
    package static let cascades = Cascades(ofMedia: .init(ifAny: ofMedia))
    package static let owners = [
        Owner(\ConversationImageRow.conversation, ConversationRow.byID),
        Owner(ifAny: \ConversationImageRow.image.media, MediaRow.byID),
    ]
}
