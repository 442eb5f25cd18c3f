// Avatars, images of conversations, custom emoji. docs/protocol/images.md

private let area = "images"

/// What choosing media may be refused with.
private let choiceProblems: [ProblemCode] = [.notFound, .requiresOpenMode, .otherUse, .mediaNotReady]

/// How a request says which picture it wants.
public enum PictureParameters {
    public static let size = Parameter("size", 1...1 << 16, "Of its longer side, at least; 320 when absent.")
    public static let type = Parameter("type", PictureType.self, "When absent, `Accept` decides.")
    public static let animated = Parameter("animated", "The moving preview where there is one; not of JPEG.")

    static let parameters = [size.facts, type.facts, animated.facts]
}

extension Endpoints {
    public static let setAvatar = Endpoint(
        .put, "/v1/accounts/me/avatar", area: area, "Make uploaded media the own avatar",
        allows: .all, home: .caller, reads: ImageChoice.self, problems: choiceProblems)

    public static let removeAvatar = Endpoint(
        .delete, "/v1/accounts/me/avatar", area: area, "Have no avatar any more; its media are deleted",
        allows: .all, home: .caller)

    public static let avatar = Endpoint(
        .get, "/v1/accounts/{account}/avatar", AccountReference.self, area: area,
        "The picture of an account's avatar",
        allows: .all, home: .place, query: PictureParameters.parameters, givesMediaType: "image/webp",
        answers: AnswerFields.download, problems: [.mediaNotReady, .mediaDamaged])

    public static let setConversationImage = Endpoint(
        .put, "/v1/conversations/{conversation}/image", ConversationID.self, area: area,
        "Give a conversation an image: own media of it where it is open, a ciphertext where it is sealed",
        allows: .admins, home: .place, reads: ConversationImage.self,
        problems: choiceProblems + [.forbidden, .sealedInOpen])

    public static let removeConversationImage = Endpoint(
        .delete, "/v1/conversations/{conversation}/image", ConversationID.self, area: area,
        "Take a conversation's image away; media of an open one are deleted",
        allows: .admins, home: .place, problems: [.forbidden])

    public static let emoji = Endpoint(
        .get, "/v1/emoji", area: area, "The server's custom emoji, in the order of their names",
        allows: .all, home: .anywhere, query: Parameters.page, gives: Page<EmojiView>.self)

    public static let addEmoji = Endpoint(
        .put, "/v1/emoji/{emoji}", EmojiName.self, area: area, "Add a custom emoji",
        allows: .all, home: .anywhere, reads: ImageChoice.self, gives: EmojiView.self, status: 201,
        problems: choiceProblems + [.emojiTaken, .quotaExceeded, .forbidden])

    public static let removeEmoji = Endpoint(
        .delete, "/v1/emoji/{emoji}", EmojiName.self, area: area,
        "Delete an emoji that the account added, with its media",
        allows: .maker, home: .anywhere, problems: [.forbidden])

    public static let emojiImage = Endpoint(
        .get, "/v1/emoji/{emoji}/image", EmojiName.self, area: area, "The picture of an emoji",
        allows: .all, home: .anywhere, query: PictureParameters.parameters, givesMediaType: "image/webp",
        answers: AnswerFields.download, problems: [.mediaNotReady, .mediaDamaged])
}
