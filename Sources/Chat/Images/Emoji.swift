public import Store
public import Wire

extension Turn {
    /// Adds a custom emoji to the server. The same again gives the same.
    /// - Throws: `unauthenticated` when the account was deleted meanwhile; `emoji-taken`; `quota-exceeded`;
    ///   `not-found`; `requires-open-mode`; `other-use`; `media-not-ready`.
    public func addEmoji(
        _ name: EmojiName, media: MediaID, by account: AccountID
    ) throws(Problem) -> EmojiView {
        if let found = try tables.row(EmojiView.byName, name) {
            guard found.media == media, found.creator == account else {
                throw Problem(.emojiTaken, "There is a :\(name): already.")
            }
            return found
        }
        let media = try look.chosen(media, for: .emoji, by: account)
        guard try tables.count(EmojiView.ofCreator, account) < Limits.emojiPerAccountMax else {
            throw Problem(.quotaExceeded, "An account adds at most \(Limits.emojiPerAccountMax) emoji: delete some.")
        }
        guard try tables.count(EmojiView.inOrder) < Limits.emojiMax else {
            throw Problem(.quotaExceeded, "The server has \(Limits.emojiMax) emoji, and takes no more.")
        }
        try charge(.rows(1), to: account)
        try pin(media)
        let emoji = EmojiView(name: name, media: media.media, creator: account, createdAt: now)
        try tables.insert(emoji)
        return emoji
    }

    /// Deletes an emoji with its media.
    /// - Parameter account: who asks; `nil` for whoever runs the server.
    /// - Throws: `not-found`; `forbidden` for what somebody else has added.
    public mutating func removeEmoji(_ name: EmojiName, by account: AccountID?) throws(Problem) {
        grows(.nothing)
        guard let row = try tables.row(EmojiView.byName, name) else { throw Look.noEmoji }
        guard account == nil || row.creator == account else {
            throw Problem(.forbidden, "Who added an emoji deletes it, or whoever runs the server.")
        }
        try endMedia(row.media)
    }
}

extension Look {
    static var noEmoji: Problem { Problem(.notFound, "There is no such emoji.") }

    /// The media of an emoji.
    /// - Throws: `not-found`.
    public func emojiMedia(_ name: EmojiName) throws(Problem) -> MediaRow {
        guard let row = try tables.row(EmojiView.byName, name) else { throw Self.noEmoji }
        return try completeMedia(row.media)
    }

    /// The server's emoji, in the order of their names.
    public func emoji(_ wish: PageWish = PageWish()) throws(Problem) -> Page<EmojiView> {
        try tables.page(wish, EmojiView.inOrder, by: \.name) { $0 }
    }
}
