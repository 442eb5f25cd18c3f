import Crypto
import Keys
import Ratchet
import Wire

// Everything that a client keeps, and where.

extension StoreKey where Value == Profile { static var profile: Self { .init(.basics, .profile) } }
extension StoreKey where Value == Counters { static var counters: Self { .init(.basics, .counters) } }
extension StoreKey where Value == TokenPair { static var tokens: Self { .init(.ownAccount, .tokens) } }
extension StoreKey where Value == BackupState { static var backup: Self { .init(.ownAccount, .backup) } }
extension StoreKey where Value == KnownLog { static var keyLog: Self { .init(.ownAccount, .keyLog) } }
extension StoreKey where Value == StandingPreKeyIDs {
    static var standingPreKeys: Self { .init(.preKeys, .standingPreKeys) }
}

extension StoreShelf where Value == StoredPreKey { static var preKeys: Self { .init(.preKeys, .preKey) } }
extension StoreKey where Value == StoredPreKey {
    /// By kind, then by id.
    static func preKey(_ kind: StoredPreKey.Kind, _ id: UInt32) -> Self {
        StoreShelf.preKeys.key(kind.number << 32 | UInt64(id))
    }

    /// Kind and id in such a key.
    var preKey: (kind: StoredPreKey.Kind, id: UInt32)? {
        guard let number, let kind = StoredPreKey.Kind.allCases.first(where: { $0.number == number >> 32 }) else {
            return nil
        }
        return (kind, UInt32(truncatingIfNeeded: number))
    }
}

extension StoreShelf where Value == Contact { static var contacts: Self { .init(.contacts, .contact) } }
extension StoreKey where Value == Contact {
    static func contact(_ account: AccountID) -> Self { StoreShelf.contacts.key(account.description) }
}

extension StoreShelf where Value == KnownOwnList { static var ownLists: Self { .init(.ownAccount, .ownList) } }
extension StoreKey where Value == KnownOwnList {
    /// What the key log should have of the own account, by epoch.
    static func ownList(_ epoch: UInt64) -> Self { StoreShelf.ownLists.key(epoch) }
}

extension StoreKey where Value == AccountID {
    static func handle(_ handle: Handle) -> Self { .init(.contacts, .handle, named: handle.description) }
}

extension StoreKey where Value == StoredSession {
    static func session(_ address: DeviceAddress) -> Self {
        .init(.account(address.account), .session, UInt64(address.device.rawValue))
    }
}

extension StoreShelf where Value == Timestamp {
    static var answered: Self { .init(.preKeys, .answered) }
    static func earlyDeletions(from account: AccountID) -> Self { .init(.account(account), .earlyDeletion) }
}

extension StoreKey where Value == Timestamp {
    /// A handshake that was answered, and when.
    static func answered(_ handshake: HandshakeID) -> Self {
        StoreShelf.answered.key(Base64URL.encode(handshake.bytes))
    }
    /// A message that its sender deleted before it came, and when that was heard.
    static func earlyDeletion(_ message: ClientID, from account: AccountID) -> Self {
        StoreShelf.earlyDeletions(from: account).key(message.description)
    }
}

extension StoreShelf where Value == OutboxEntry { static var outbox: Self { .init(.underWay, .outbox) } }
extension StoreKey where Value == OutboxEntry {
    static func outbox(_ number: UInt64) -> Self { StoreShelf.outbox.key(number) }
}

extension StoreShelf where Value == StoredLine {
    /// The lines of a chat, by number.
    static func lines(of chat: ChatID) -> Self { .init(.chat(chat), .line) }
}
extension StoreKey where Value == StoredLine {
    static func line(_ place: LinePlace) -> Self { StoreShelf.lines(of: place.chat).key(place.number) }
}

extension StoreShelf where Value == StoredChat { static var chats: Self { .init(.chats, .chat) } }
extension StoreShelf where Value == ChatRow {
    /// The same, read as far as a list wants it.
    static var chatRows: Self { .init(.chats, .chat) }
}
extension StoreKey where Value == StoredChat {
    static func chat(_ chat: ChatID) -> Self { StoreShelf.chats.key(chat.description) }
}
extension StoreKey where Value == ChatRow {
    static func chatRow(_ chat: ChatID) -> Self { StoreShelf.chatRows.key(chat.description) }
}

extension StoreShelf where Value == FileTransfer { static var transfers: Self { .init(.underWay, .transfer) } }
extension StoreKey where Value == FileTransfer {
    /// Files that wait, in the order in which they were taken.
    static func transfer(_ number: UInt64) -> Self { StoreShelf.transfers.key(number) }
}

extension StoreShelf where Value == DueLines { static var expiries: Self { .init(.transcript, .expiry) } }
extension StoreKey where Value == DueLines {
    /// Lines that disappear, by when in milliseconds.
    static func expiry(_ time: Timestamp) -> Self { StoreShelf.expiries.key(time.milliseconds) }

    /// The time in such a key.
    var expiry: Timestamp? { number.map { Timestamp(milliseconds: $0) } }
}

extension StoreKey where Value == KnownMessage {
    /// A message of that sender, and where its line stands.
    static func message(_ message: ClientID, from account: AccountID) -> Self {
        .init(.account(account), .message, named: message.description)
    }
}

extension StoreKey where Value == KnownMessage {
    /// A message of an open conversation, which no sealed one shares a name with: the server could know the names of
    /// those, and give them to posts.
    static func message(_ message: ClientID, from account: AccountID, in conversation: ConversationID) -> Self {
        .init(.chat(.conversation(conversation)), .message, named: "\(message)/\(account)")
    }
}

extension StoreKey where Value == StoredMembers {
    static func members(_ conversation: ConversationID) -> Self {
        .init(.chat(.conversation(conversation)), .members)
    }
}

extension StoreShelf where Value == OpenSend { static var posts: Self { .init(.underWay, .post) } }
extension StoreKey where Value == OpenSend {
    /// What waits to be posted, by its number in the outbox.
    static func post(_ number: UInt64) -> Self { StoreShelf.posts.key(number) }
}

extension StoreShelf where Value == PartialDownload { static var downloads: Self { .init(.underWay, .download) } }
extension StoreKey where Value == PartialDownload {
    /// What has come of the file beside that line, for one place.
    static func download(_ place: LinePlace, to path: String) -> Self {
        StoreShelf.downloads.key("\(place.text)/\(Base64URL.encode(SHA256.hash(Array(path.utf8))))")
    }
}

extension StoreShelf where Value == MediaDeletion {
    static var unclaimed: Self { .init(.underWay, .unclaimed) }
    static var mediaDeletions: Self { .init(.underWay, .mediaDeletion) }
}

extension StoreKey where Value == MediaDeletion {
    /// Pinned media that no pack has named yet: they go when it never does.
    static func unclaimed(_ media: MediaID) -> Self { StoreShelf.unclaimed.key(media.description) }

    /// A deletion that the server has not heard of yet.
    static func mediaDeletion(_ media: MediaID) -> Self { StoreShelf.mediaDeletions.key(media.description) }

    /// What deletes the file of a message of the own account.
    static func capability(_ message: ClientID, from account: AccountID) -> Self {
        .init(.account(account), .capability, named: message.description)
    }
}

extension StoreKey where Value == StickerContent {
    /// Which sticker a message of that sender shows.
    static func sticker(_ message: ClientID, from account: AccountID) -> Self {
        .init(.account(account), .sticker, named: message.description)
    }
}

extension StoreShelf where Value == KeptStickerPack { static var stickerPacks: Self { .init(.stickers, .stickerPack) } }
extension StoreKey where Value == KeptStickerPack {
    /// A pack, by the media that it is at the server.
    static func stickerPack(_ pack: MediaID) -> Self { StoreShelf.stickerPacks.key(pack.description) }
}

extension StoreKey where Value == AttachmentPointer {
    /// What a message of that sender points to.
    static func attachment(_ message: ClientID, from account: AccountID) -> Self {
        .init(.account(account), .attachment, named: message.description)
    }
}
