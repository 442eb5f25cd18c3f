package import SQLite
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

extension EmojiRow: TableRow {
    package static let table = Table(
        "emoji", "Custom emoji of the server. A row goes with its media.", key: 1,
        Column("name", \.name, .openText, "what everybody on the server writes for it"),
        Column("media", \.media, .id),
        Column("creator", \.creator, .id, "the account that added it"),
        Column("created_at", \.createdAt, .time)
    ) { EmojiRow(name: $0, media: $1, creator: $2, createdAt: $3) }

    package static let byName = Lookup(\EmojiRow.name)
    package static let ofMedia = Lookup(\EmojiRow.media)
    package static let inOrder = Index(by: \EmojiRow.name)
    package static let ofCreator = Index(within: \EmojiRow.creator, by: \.name)
    package static let indexes: [any RowIndex] = [byName, ofMedia, inOrder, ofCreator]
    package static let erasure = Erasure.along(with: "its media")
    package static let cascades = Cascades(ofMedia: .init(ofMedia))
    package static let owners = [Owner(\EmojiRow.media, MediaRow.byID)]
}
