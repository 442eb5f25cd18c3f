import Wire

extension MemoryTables {
    func avatar(of account: AccountID) -> MediaID? { state.avatars[account] }

    func image(of conversation: ConversationID) -> ConversationImage? { state.images[conversation] }

    func emoji(_ name: EmojiName) -> EmojiRow? { state.emoji[name] }

    func emoji(after name: EmojiName?, limit: Int) -> [EmojiRow] {
        let names = state.emoji.keys.map(\.text).filter { (text) in name.map { $0.text < text } ?? true }
        // ASCII alone, so that Swift's order is that of the bytes.
        return names.sorted().prefix(max(0, limit)).compactMap { EmojiName(text: $0).flatMap { state.emoji[$0] } }
    }

    func emojiCount(by creator: AccountID?) -> Int {
        state.emoji.values.count { creator == nil || $0.creator == creator }
    }

    func putAvatar(_ media: MediaID, of account: AccountID) {
        writeCount += 1
        precondition(state.accounts[account] != nil, "an avatar of no account")
        requireUnused(media)
        state.avatars[account] = media
    }

    func putImage(_ image: ConversationImage, of conversation: ConversationID) {
        writeCount += 1
        precondition(state.conversations[conversation] != nil, "an image of no conversation")
        precondition((image.media == nil) != (image.sealedImage == nil), "an image is one of two things")
        if let media = image.media { requireUnused(media) }
        state.images[conversation] = image
    }

    func removeImage(of conversation: ConversationID) {
        writeCount += 1
        state.images[conversation] = nil
    }

    func insertEmoji(_ row: EmojiRow) {
        writeCount += 1
        precondition(state.emoji[row.name] == nil, "an emoji stands twice")
        requireUnused(row.media)
        state.emoji[row.name] = row
    }

    /// Ends whatever shows these media.
    func removeReferences(to media: MediaID) {
        state.avatars = state.avatars.filter { $0.value != media }
        state.images = state.images.filter { $0.value.media != media }
        state.emoji = state.emoji.filter { $0.value.media != media }
    }

    private func requireUnused(_ media: MediaID) {
        precondition(state.media[media] != nil, "a reference to no media")
        let isUsed = state.avatars.values.contains(media) || state.images.values.contains { $0.media == media }
            || state.emoji.values.contains { $0.media == media }
        precondition(!isUsed, "media with two uses")
    }
}
