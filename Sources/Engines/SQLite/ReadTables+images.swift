import Store
import Wire

extension ReadTables {
    func avatar(of account: AccountID) throws(Problem) -> MediaID? {
        try connection.first("SELECT media FROM avatar WHERE account = ?", .id(account)) {
            $0.id(0).map { MediaID(bytes: $0) }
        }
    }

    func image(of conversation: ConversationID) throws(Problem) -> ConversationImage? {
        try connection.first(
            "SELECT media, sealed FROM conversation_image WHERE conversation = ?", .id(conversation)
        ) { (row) in
            ConversationImage(
                media: row.id(0).map { MediaID(bytes: $0) }, sealedImage: row.bytesIfPresent(1))
        }
    }

    func emoji(_ name: EmojiName) throws(Problem) -> EmojiRow? {
        try connection.first(
            "SELECT name, media, creator, created_at FROM emoji WHERE name = ?", .text(name.text), read: Self.emojiRow)
    }

    func emoji(after name: EmojiName?, limit: Int) throws(Problem) -> [EmojiRow] {
        try connection.rows(
            "SELECT name, media, creator, created_at FROM emoji WHERE name > ? ORDER BY name LIMIT ?",
            .text(name?.text ?? ""), .integer(Int64(max(0, limit))), read: Self.emojiRow)
    }

    func emojiCount(by creator: AccountID?) throws(Problem) -> Int {
        guard let creator else {
            return try connection.first("SELECT count(*) FROM emoji") { Int($0.integer(0)) } ?? 0
        }
        return try connection.first("SELECT count(*) FROM emoji WHERE creator = ?", .id(creator)) {
            Int($0.integer(0))
        } ?? 0
    }

    private static func emojiRow(_ row: Statement) -> EmojiRow? {
        guard let name = row.text(0).flatMap({ EmojiName(text: $0) }), let media = row.id(1), let creator = row.id(2)
        else { return nil }
        return EmojiRow(
            name: name, media: MediaID(bytes: media), creator: AccountID(bytes: creator), createdAt: row.time(3))
    }
}
