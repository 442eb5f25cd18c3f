public import Wire

/// A custom emoji of the server: a reference to media, which goes with them.
public struct EmojiRow: Sendable, Equatable {
    /// Unique.
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
}
