package import SQLite
package import Wire

/// A custom emoji is kept as it is told: by a reference to media, which it goes with.
extension EmojiView: TableRow {
    package static let table = Table(
        "emoji", "Custom emoji of the server. A row goes with its media.", key: 1,
        Column("name", \.name, .openText, "what everybody on the server writes for it"),
        Column("media", \.media, .id),
        Column("creator", \.creator, .id, "the account that added it"),
        Column("created_at", \.createdAt, .time)
    ) { EmojiView(name: $0, media: $1, creator: $2, createdAt: $3) }

    package static let byName = Lookup(\EmojiView.name)
    package static let ofMedia = Lookup(\EmojiView.media)
    package static let inOrder = Index(by: \EmojiView.name)
    package static let ofCreator = Index(within: \EmojiView.creator, by: \.name)
    package static let indexes: [any RowIndex] = [byName, ofMedia, inOrder, ofCreator]
    package static let erasure = Erasure.along(with: "its media")
    package static let cascades = Cascades(ofMedia: .init(ofMedia))
    package static let owners = [Owner(\EmojiView.media, MediaRow.byID)]
}
