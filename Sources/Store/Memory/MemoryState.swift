import Wire

/// All rows, as one value: a copy of it is a snapshot.
struct MemoryState {
    var accounts: [AccountID: AccountRow] = [:]
    var handles: [Handle: AccountID] = [:]
    var devices: [AccountID: [DeviceRow]] = [:]
    var tokens: [[UInt8]: TokenRow] = [:]
    var invites: [[UInt8]: InviteRow] = [:]
    var tombstones: Set<[UInt8]> = []
    var doomedAccounts: [AccountID: DoomedAccountRow] = [:]
    var backups: [AccountID: BackupRow] = [:]
    var standingPreKeys: [DeviceAddress: StandingPreKeys] = [:]
    var oneTimePreKeys: [DeviceAddress: [UInt32: OneTimePreKeyPayload]] = [:]
    var kemOneTimePreKeys: [DeviceAddress: [UInt32: KEMPreKeyPayload]] = [:]
    var conversations: [ConversationID: ConversationRow] = [:]
    var dms: [DMPair: ConversationID] = [:]
    var members: [ConversationID: [AccountID: MemberRow]] = [:]
    var memberships: [AccountID: Set<ConversationID>] = [:]
    var queues: [DeviceAddress: DeviceQueue] = [:]
    var logs: [ConversationID: ConversationLog] = [:]
    var accepted: [AcceptedKey: AcceptedRow] = [:]
    /// Messages that expire, and when.
    var expiring: [MessagePlace: Timestamp] = [:]
    var savedReplies: [[UInt8]: SavedReply] = [:]
    var settings: [String: [UInt8]] = [:]
    /// By index; where each account's entries are; and the nodes by position.
    var keyLog: [KeyLogRow] = []
    /// By number, ascending.
    var reports: [ReportRow] = []
    var keyLogPlaces: [[UInt8]: [Int]] = [:]
    var keyLogNodes: [[UInt8]] = []
    var media: [MediaID: MediaRow] = [:]
    var thumbnails: [MediaID: [ThumbnailRow]] = [:]
    var leases: [MediaID: [[UInt8]: LeaseRow]] = [:]
    var doomed: Set<BlobID> = []
    var avatars: [AccountID: MediaID] = [:]
    var images: [ConversationID: ConversationImage] = [:]
    var emoji: [EmojiName: EmojiRow] = [:]
    var messageIDs = MessageIDSource()
    /// Copies of each envelope row that wait to be delivered.
    var waitingCopies: [MessageID: Int] = [:]
    var entryCount = 0

    struct DeviceQueue {
        var head = QueueNumber(0)
        var deliveredThrough = QueueNumber(0)
        /// What waits, oldest first: without gaps from `deliveredThrough` up to `head`.
        var waiting: ArraySlice<Envelope> = []
    }

    struct ConversationLog {
        var head = SequenceNumber(0)
        /// By seq, ascending; seqs taken by pairwise sends are left out.
        var entries: [LogEntry] = []
    }

    struct AcceptedKey: Hashable {
        let sender: DeviceAddress
        let clientID: ClientID
    }
}

extension RandomIdentifier {
    /// The order of ids in lists: as unsigned 128-bit numbers.
    func precedes(_ other: Self) -> Bool { (bytes.high, bytes.low) < (other.bytes.high, other.bytes.low) }
}
