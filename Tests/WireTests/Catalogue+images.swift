@testable import Wire

extension Catalogue {
    static let emoji = EmojiView(
        name: emojiName("+1"), media: mediaID, creator: account, createdAt: endOfTime)

    static func emojiName(_ text: String) -> EmojiName {
        guard let name = EmojiName(text: text) else { preconditionFailure("not a name") }
        return name
    }

    static let images = [
        Specimen(ImageChoice.self, ImageChoice(media: mediaID)),
        Specimen(
            ConversationImage.self, ConversationImage(), ConversationImage(media: mediaID),
            ConversationImage(sealedImage: bytes(Limits.sealedImageByteCountMax))),
        Specimen(EmojiView.self, emoji),
        Specimen(Page<EmojiView>.self, Page(items: []), Page(items: [emoji, emoji], next: "+1")),
    ]
}
