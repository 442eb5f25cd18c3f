import Crypto
import Keys
import Ratchet
import Wire

// Everything that a client keeps, and where.

extension StoreKey where Value == Profile { static var profile: Self { .init("profile") } }
extension StoreKey where Value == TokenPair { static var tokens: Self { .init("tokens") } }
extension StoreKey where Value == Counters { static var counters: Self { .init("counters") } }
extension StoreKey where Value == BackupState { static var backup: Self { .init("backup") } }
extension StoreKey where Value == StandingPreKeyIDs { static var standingPreKeys: Self { .init("prekeys") } }

extension StoreKey where Value == StoredPreKey {
    static var preKeyPrefix: String { "prekey/" }
    static func preKey(_ kind: StoredPreKey.Kind, _ id: UInt32) -> Self {
        .init("\(preKeyPrefix)\(kind.rawValue)/\(OrderedNumber.text(UInt64(id)))")
    }
}

extension StoreKey where Value == Contact {
    static var contactPrefix: String { "contact/" }
    static func contact(_ account: AccountID) -> Self { .init("\(contactPrefix)\(account)") }
}

extension StoreKey where Value == KnownLog { static var keyLog: Self { .init("keylog") } }

extension StoreKey where Value == KnownOwnList {
    static var ownListPrefix: String { "own-list/" }
    /// What the key log should have of the own account, by epoch.
    static func ownList(_ epoch: UInt64) -> Self { .init(ownListPrefix + OrderedNumber.text(epoch)) }
    /// The epoch in such a key.
    static func ownListEpoch(_ name: String) -> UInt64? { UInt64(name.dropFirst(ownListPrefix.count)) }
}

extension StoreKey where Value == AccountID {
    static func handle(_ handle: Handle) -> Self { .init("handle/\(handle)") }
}

extension StoreKey where Value == StoredSession {
    static func session(_ address: DeviceAddress) -> Self { .init("session/\(address)") }
}

extension StoreKey where Value == Timestamp {
    static var answeredPrefix: String { "answered/" }
    /// A handshake that was answered, and when.
    static func answered(_ handshake: HandshakeID) -> Self {
        .init(answeredPrefix + Base64URL.encode(handshake.bytes))
    }
    /// A message that its sender deleted before it came, and when that was heard.
    static func earlyDeletion(_ message: ClientID, from account: AccountID) -> Self {
        .init(earlyDeletionPrefix(account) + message.description)
    }
    static func earlyDeletionPrefix(_ account: AccountID) -> String { "early-deletion/\(account)/" }
    /// A message of that sender that was taken, and when.
    static func seen(_ message: ClientID, from account: AccountID) -> Self { .init("seen/\(account)/\(message)") }
}

extension StoreKey where Value == OutboxEntry {
    static var outboxPrefix: String { "outbox/" }
    static func outbox(_ number: UInt64) -> Self { .init(outboxPrefix + OrderedNumber.text(number)) }
    /// The number in an outbox key.
    static func outboxNumber(_ name: String) -> UInt64? { UInt64(name.dropFirst(outboxPrefix.count)) }
}

extension StoreKey where Value == HistoryEntry {
    static func history(_ index: UInt64) -> Self { .init("history/" + OrderedNumber.text(index)) }
}

extension StoreKey where Value == FileTransfer {
    static var transferPrefix: String { "transfer/" }
    /// The file that becomes the message of that line.
    static func transfer(_ index: UInt64) -> Self { .init(transferPrefix + OrderedNumber.text(index)) }
    /// The line in such a key.
    static func transferIndex(_ name: String) -> UInt64? { UInt64(name.dropFirst(transferPrefix.count)) }
}

extension StoreKey where Value == TranscriptPlace {
    /// Where a message of that sender stands.
    static func place(_ message: ClientID, from account: AccountID) -> Self { .init("place/\(account)/\(message)") }

    static var expiryPrefix: String { "expiry/" }
    /// A line that disappears, by when.
    static func expiry(_ time: Timestamp, _ index: UInt64) -> Self {
        .init("\(expiryPrefix)\(OrderedNumber.text(time.milliseconds))/\(OrderedNumber.text(index))")
    }
    /// The time in such a key.
    static func expiry(_ name: String) -> Timestamp? {
        guard let text = name.dropFirst(expiryPrefix.count).split(separator: "/").first,
            let milliseconds = UInt64(text), milliseconds <= Timestamp.millisecondsMax
        else { return nil }
        return Timestamp(milliseconds: milliseconds)
    }
}

extension StoreKey where Value == PartialDownload {
    static var downloadPrefix: String { "download/" }
    /// What has come of the file beside that line, for one place.
    static func download(_ index: UInt64, to path: String) -> Self {
        .init("\(downloadPrefix)\(OrderedNumber.text(index))/\(Base64URL.encode(SHA256.hash(Array(path.utf8))))")
    }
    /// The line in such a key.
    static func downloadIndex(_ name: String) -> UInt64? {
        name.dropFirst(downloadPrefix.count).split(separator: "/").first.flatMap { UInt64($0) }
    }
}

extension StoreKey where Value == MediaDeletion {
    static var unclaimedPrefix: String { "unclaimed/" }
    /// Pinned media that no pack has named yet: they go when it never does.
    static func unclaimed(_ media: MediaID) -> Self { .init("\(unclaimedPrefix)\(media)") }

    static var mediaDeletionPrefix: String { "media-deletion/" }
    /// A deletion that the server has not heard of yet.
    static func mediaDeletion(_ media: MediaID) -> Self { .init("\(mediaDeletionPrefix)\(media)") }

    /// What deletes the file of a message of the own account.
    static func capability(_ message: ClientID, from account: AccountID) -> Self {
        .init("capability/\(account)/\(message)")
    }
}

extension StoreKey where Value == StickerContent {
    /// Which sticker a message of that sender shows.
    static func sticker(_ message: ClientID, from account: AccountID) -> Self { .init("sticker/\(account)/\(message)") }
}

extension StoreKey where Value == KeptStickerPack {
    static var stickerPackPrefix: String { "sticker-pack/" }
    /// A pack, by the media that it is at the server.
    static func stickerPack(_ pack: MediaID) -> Self { .init("\(stickerPackPrefix)\(pack)") }
}

extension StoreKey where Value == AttachmentPointer {
    /// What a message of that sender points to.
    static func attachment(_ message: ClientID, from account: AccountID) -> Self {
        .init("attachment/\(account)/\(message)")
    }
}
