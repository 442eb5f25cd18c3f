import Store
import Wire

extension WriteTables {
    func putAvatar(_ media: MediaID, of account: AccountID) throws(Problem) {
        try willWrite()
        let (row, owner) = (try self.media(media), try self.account(account))
        precondition(row != nil, "a reference to no media")
        precondition(owner != nil, "an avatar of no account")
        try connection.run("INSERT OR REPLACE INTO avatar (account, media) VALUES (?, ?)", .id(account), .id(media))
    }

    func putImage(_ image: ConversationImage, of conversation: ConversationID) throws(Problem) {
        try willWrite()
        precondition((image.media == nil) != (image.sealedImage == nil), "an image is one of two things")
        let owner = try self.conversation(conversation)
        precondition(owner != nil, "an image of no conversation")
        if let media = image.media {
            let row = try self.media(media)
            precondition(row != nil, "a reference to no media")
        }
        try connection.run(
            "INSERT OR REPLACE INTO conversation_image (conversation, media, sealed) VALUES (?, ?, ?)",
            .id(conversation), image.media.map { .id($0) } ?? .null, .blob(image.sealedImage))
    }

    func removeImage(of conversation: ConversationID) throws(Problem) {
        try willWrite()
        try connection.run("DELETE FROM conversation_image WHERE conversation = ?", .id(conversation))
    }

    func insertEmoji(_ row: EmojiRow) throws(Problem) {
        try willWrite()
        let media = try self.media(row.media)
        precondition(media != nil, "a reference to no media")
        try connection.run(
            "INSERT INTO emoji (name, media, creator, created_at) VALUES (?, ?, ?, ?)", .text(row.name.text),
            .id(row.media), .id(row.creator), .time(row.createdAt))
    }

    /// Ends whatever shows these media.
    func removeReferences(to media: MediaID) throws(Problem) {
        try connection.run("DELETE FROM avatar WHERE media = ?", .id(media))
        try connection.run("DELETE FROM conversation_image WHERE media = ?", .id(media))
        try connection.run("DELETE FROM emoji WHERE media = ?", .id(media))
    }
}
