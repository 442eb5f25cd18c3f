/// The rooms of the local store: what kinds of things it has, by numbers that stay. Within its scope each orders its
/// own by place, which is a number or a name.
enum StoreRoom: Int64, CaseIterable, Sendable {
    // MARK: The store's own

    /// Where the key comes from; the one row that is not sealed.
    case head = 0
    /// The keyed sum over all other rows.
    case sum = 1

    // MARK: What there is one of, at place 0

    /// Who this is, and the keys.
    case profile = 10
    /// What only ever counts up.
    case counters = 11
    /// The login that is good for now.
    case tokens = 12
    /// The backup, as far as it is.
    case backup = 13
    /// The ids of the prekeys that stand until they are replaced.
    case standingPreKeys = 14
    /// The server's key log, as far as it was checked.
    case keyLog = 15
    /// The own delivery token.
    case deliveryToken = 16
    /// The own delivery token as another own device told it.
    case heardDeliveryToken = 17
    /// This device's sender certificate.
    case certificate = 18

    /// Which program has tried to open what is kept for a later version.
    case keptTries = 19

    // MARK: The own account

    /// Private halves of prekeys, by kind and id.
    case preKey = 30
    /// Handshakes that were answered without a one-time key, by their names.
    case answered = 31
    /// What the key log should have of the own account, by epoch.
    case ownList = 32

    // MARK: Whom this device knows

    /// Accounts with their device lists, by account.
    case contact = 40
    /// Accounts by handle.
    case handle = 41
    /// Others' delivery tokens, by account.
    case peerToken = 42

    // MARK: With an account; the scope is the account's

    /// Sessions, by device.
    case session = 50
    /// Messages that are known, and where the line of each stands, by client id; of an open conversation in its scope.
    case message = 51
    /// Deletions of messages that have not come yet, by client id.
    case earlyDeletion = 53
    /// What a message points to, by client id.
    case attachment = 54
    /// What deletes the file of a message, by client id.
    case capability = 55
    /// Which sticker a message shows, by client id.
    case sticker = 56

    // MARK: Chats

    /// Lines, by number; the scope is the chat's.
    case line = 60
    /// Lines that disappear, by when.
    case expiry = 61
    /// What a report of a line shows, by its number.
    case evidence = 62
    /// Contents for a later version, by the place of their line.
    case keptContent = 63
    /// Frames for a later version, by their number in the queue.
    case keptFrame = 64
    /// What the list of chats shows, by chat.
    case chat = 65
    /// Who is in an open conversation; the scope is the chat's.
    case members = 66

    // MARK: What is under way

    /// Sealed messages that the server has not accepted yet, by number.
    case outbox = 70
    /// The same of what is for open conversations; the numbers are from one row.
    case post = 76
    /// Files that become messages, by number.
    case transfer = 71
    /// What has come of files, by line and where it goes.
    case download = 72
    /// Pinned media that no pack has named yet, by media.
    case unclaimed = 73
    /// Deletions that the server has not heard of yet, by media.
    case mediaDeletion = 74
    /// Sticker packs, by media.
    case stickerPack = 75

    /// Whether its places are names.
    var hasNames: Bool {
        switch self {
        case .answered, .contact, .handle, .peerToken, .message, .earlyDeletion, .attachment, .capability, .sticker,
            .keptContent, .chat, .download, .unclaimed, .mediaDeletion, .stickerPack:
            true
        case .head, .sum, .profile, .counters, .tokens, .backup, .standingPreKeys, .keyLog, .deliveryToken,
            .heardDeliveryToken, .certificate, .keptTries, .members, .preKey, .ownList, .session, .line, .expiry,
            .evidence, .keptFrame, .outbox, .post, .transfer:
            false
        }
    }
}
