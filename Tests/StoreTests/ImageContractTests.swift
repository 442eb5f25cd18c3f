import Store
import Testing
import Wire

/// What shows media, and goes with them.
///
/// Mirrors `Tables` and `EmojiView`.
@Suite("Contract: images", .timeLimit(.minutes(10)))
struct ImageContractTests {
    private static func media(_ number: UInt64, use: MediaUse? = nil) -> MediaRow {
        MediaRow(
            media: MediaID(bytes: SixteenBytes(high: number, low: 1)),
            blob: BlobID(bytes: SixteenBytes(high: number, low: 2)), owner: .number(1), mediaClass: .open,
            state: .ready, byteCount: 1, sha256: nil, lifetime: .pinned, conversation: nil, createdAt: .start,
            uploadHash: [UInt8](repeating: UInt8(number), count: 32), uploadExpiresAt: .start, deleteHash: [9],
            expiresAt: nil, endsAt: nil, use: use)
    }

    private static func emoji(_ text: String, _ media: UInt64, by creator: UInt64 = 1) throws -> EmojiView {
        EmojiView(
            name: try #require(EmojiName(text: text)), media: Self.media(media).media,
            creator: AccountID(bytes: SixteenBytes(high: creator, low: 0)), createdAt: .start)
    }

    @Test("media say what they are for", arguments: Engine.allCases)
    func uses(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let rows = [Self.media(1), Self.media(2, use: .avatar), Self.media(3, use: .emoji)]
            try await store.write { (tables) throws(Problem) in for row in rows { try tables.putMedia(row) } }
            try await store.read { (tables) throws(Problem) in
                for row in rows { #expect(try tables.row(MediaRow.byID, row.media) == row) }
            }
        }
    }

    @Test("an avatar is replaced, and ends with its media", arguments: Engine.allCases)
    func avatars(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            try await store.register(accounts: 1)
            let account = AccountID.number(1)
            let (first, second) = (Self.media(1), Self.media(2))
            try await store.write { (tables) throws(Problem) in
                for row in [first, second] { try tables.putMedia(row) }
                #expect(try tables.row(AvatarRow.ofAccount, account)?.media == nil)
                try tables.put(AvatarRow(account: account, media: first.media))
                try tables.put(AvatarRow(account: account, media: second.media))
                try tables.removeMedia(first.media)
            }
            #expect(
                try await store.read { (tables) throws(Problem) in
                    try tables.row(AvatarRow.ofAccount, account)?.media
                } == second.media)
            try await store.write { (tables) throws(Problem) in try tables.removeMedia(second.media) }
            #expect(try await store.read { (tables) throws(Problem) in
                try tables.row(AvatarRow.ofAccount, account)?.media
            } == nil)
        }
    }

    @Test("a conversation's image is media or a ciphertext, and media take it along", arguments: Engine.allCases)
    func images(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let row = Self.media(1)
            let conversations = [Sample.group(1), Sample.group(2, mode: .sealed)]
            let (open, sealed) = (conversations[0].conversation, conversations[1].conversation)
            let ciphertext = ConversationImage(sealedImage: [1, 2])
            try await store.write { (tables) throws(Problem) in
                for conversation in conversations { try tables.insertConversation(conversation) }
                try tables.putMedia(row)
                try tables.put(ConversationImageRow(conversation: open, image: ConversationImage(media: row.media)))
                try tables.put(ConversationImageRow(conversation: sealed, image: ConversationImage(sealedImage: [9])))
                try tables.put(ConversationImageRow(conversation: sealed, image: ciphertext))
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.row(ConversationImageRow.ofConversation,
                    open)?.image == ConversationImage(media: row.media))
                #expect(try tables.row(ConversationImageRow.ofConversation, sealed)?.image == ciphertext)
            }
            try await store.write { (tables) throws(Problem) in
                try tables.removeMedia(row.media)
                #expect(try tables.row(ConversationImageRow.ofConversation, open)?.image == nil)
                #expect(try tables.row(ConversationImageRow.ofConversation, sealed)?.image == ciphertext)
                try tables.remove(ConversationImageRow.ofConversation, sealed)
                try tables.remove(ConversationImageRow.ofConversation, sealed)
                #expect(try tables.row(ConversationImageRow.ofConversation, sealed)?.image == nil)
            }
        }
    }

    @Test("emoji are listed by name, counted by who added them, and end with their media", arguments: Engine.allCases)
    func emoji(_ engine: Engine) async throws {
        try await withStore(engine) { (store) in
            let rows = [
                try Self.emoji("zz", 1), try Self.emoji("+1", 2, by: 2), try Self.emoji("a_b", 3),
                try Self.emoji("a-b", 4),
            ]
            let sorted = [rows[1], rows[3], rows[2], rows[0]]
            try await store.write { (tables) throws(Problem) in
                for number: UInt64 in 1...4 { try tables.putMedia(Self.media(number)) }
                for row in rows { try tables.insert(row) }
            }
            try await store.read { (tables) throws(Problem) in
                #expect(try tables.rows(EmojiView.inOrder, limit: 9) == sorted)
                #expect(try tables.rows(EmojiView.inOrder, after: sorted[0].name, limit: 2) == Array(sorted[1...2]))
                #expect(try tables.rows(EmojiView.inOrder, after: sorted[3].name, limit: 2).isEmpty)
                #expect(try tables.row(EmojiView.byName, rows[2].name) == rows[2])
                #expect(try tables.count(EmojiView.inOrder) == 4)
                #expect(try tables.count(EmojiView.ofCreator, rows[0].creator) == 3)
                #expect(try tables.count(EmojiView.ofCreator, .random()) == 0)
            }
            try await store.write { (tables) throws(Problem) in
                try tables.removeMedia(rows[2].media)
                #expect(try tables.row(EmojiView.byName, rows[2].name) == nil)
                #expect(try tables.count(EmojiView.inOrder) == 3)
            }
        }
    }
}
