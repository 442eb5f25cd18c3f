public import Wire

/// What may be read. Calls are synchronous and belong to one snapshot; the object is valid only inside the closure
/// it was handed to.
///
/// Every call throws only for the machine's own state (a failing disk, a damaged row that stands alone):
/// ``ProblemCode/internalError``. That something is absent is `nil` or an empty list.
public protocol ReadableTables: AnyObject {
    // MARK: Accounts and devices
    func account(_ account: AccountID) throws(Problem) -> AccountRow?
    func account(handle: Handle) throws(Problem) -> AccountRow?
    /// By device number, ascending.
    func devices(of account: AccountID) throws(Problem) -> [DeviceRow]
    func device(_ address: DeviceAddress) throws(Problem) -> DeviceRow?
    func token(hash: [UInt8]) throws(Problem) -> TokenRow?
    func invite(hash: [UInt8]) throws(Problem) -> InviteRow?

    // MARK: Deleted accounts
    /// Whether an account was deleted whose id, or whose handle, has that hash; see ``TombstoneRow``.
    func hasTombstone(hash: [UInt8]) throws(Problem) -> Bool
    /// Those of which rows are left, in the order of their ids.
    func doomedAccounts(limit: Int) throws(Problem) -> [DoomedAccountRow]

    // MARK: Backups
    func backup(of account: AccountID) throws(Problem) -> BackupRow?
    func backup(_ id: BackupID) throws(Problem) -> BackupRow?

    // MARK: Prekeys
    func standingPreKeys(of device: DeviceAddress) throws(Problem) -> StandingPreKeys?
    func oneTimePreKeyCount(of device: DeviceAddress) throws(Problem) -> Int
    func kemOneTimePreKeyCount(of device: DeviceAddress) throws(Problem) -> Int

    // MARK: Conversations
    func conversation(_ conversation: ConversationID) throws(Problem) -> ConversationRow?
    func dm(between pair: DMPair) throws(Problem) -> ConversationID?
    func member(_ account: AccountID, of conversation: ConversationID) throws(Problem) -> MemberRow?
    /// In the order of account ids (as unsigned 128-bit numbers), from after `account` on.
    func members(of conversation: ConversationID, after account: AccountID?, limit: Int) throws(Problem) -> [MemberRow]
    func ownerCount(of conversation: ConversationID) throws(Problem) -> Int
    /// Memberships of an account in the order of conversation ids, from after `conversation` on.
    func memberships(
        of account: AccountID, after conversation: ConversationID?, limit: Int
    ) throws(Problem) -> [MemberRow]

    // MARK: The log
    /// The last seq given in a conversation; zero before the first.
    func head(of conversation: ConversationID) throws(Problem) -> SequenceNumber
    /// Oldest first. Seqs that were taken by pairwise sends have no entry and are passed over.
    func entries(of conversation: ConversationID, _ range: LogRange, limit: Int) throws(Problem) -> [LogEntry]
    /// Whether there are messages whose ``ConversationEvent/Message/expiresAt`` has come.
    func hasExpiredMessages(by now: Timestamp) throws(Problem) -> Bool
    /// What is queued for a device after `number`, oldest first, until `limit` envelopes or about `byteCountMax`
    /// bytes of bodies are reached (at least one envelope, when there is any).
    func envelopes(
        for device: DeviceAddress, after number: QueueNumber, limit: Int, byteCountMax: Int
    ) throws(Problem) -> [Envelope]
    /// The last number given in a device's queue, and the last one acknowledged.
    func queueState(of device: DeviceAddress) throws(Problem) -> QueueState
    /// What an earlier send of this device with the same client id was given, for at least 24 hours after it.
    func accepted(from sender: DeviceAddress, clientID: ClientID) throws(Problem) -> AcceptedRow?

    // MARK: The key log
    func keyLogSize() throws(Problem) -> UInt64
    /// By index, from `index` on.
    func keyLogRows(from index: UInt64, limit: Int) throws(Problem) -> [KeyLogRow]
    /// What the log has of the account that it calls so, by epoch, from after `epoch` on.
    func keyLogRows(of account: [UInt8], after epoch: UInt64, limit: Int) throws(Problem) -> [KeyLogRow]
    /// One of the hashes that were appended with the entries, counted from 0.
    func keyLogNode(at position: UInt64) throws(Problem) -> [UInt8]?
    /// In the order of account ids (as unsigned 128-bit numbers), from after `account` on.
    func accounts(after account: AccountID?, limit: Int) throws(Problem) -> [AccountRow]

    // MARK: Media
    func media(_ media: MediaID) throws(Problem) -> MediaRow?
    func media(uploadHash: [UInt8]) throws(Problem) -> MediaRow?
    /// In any state; some, in no order.
    func media(of account: AccountID, limit: Int) throws(Problem) -> [MediaID]
    /// Those still uploading, in the order of their ids.
    func unfinishedMedia(of account: AccountID) throws(Problem) -> [MediaRow]
    /// In the order of their ids.
    func processingMedia(limit: Int) throws(Problem) -> [MediaRow]
    /// Of one account, by ``MediaRow/accountByteCount``; or of all, by ``MediaRow/serverByteCount``.
    func mediaTotals(of account: AccountID?) throws(Problem) -> MediaTotals
    /// Those whose ``MediaRow/endsAt`` has come, the earliest first.
    func endedMedia(by now: Timestamp, limit: Int) throws(Problem) -> [MediaID]
    /// By side, ascending, and among those of one side by the word of their variant.
    func thumbnails(of media: MediaID) throws(Problem) -> [ThumbnailRow]
    /// How many, and when the last of them ends; ended ones are among them.
    func leaseTotals(of media: MediaID) throws(Problem) -> LeaseTotals
    func hasLease(hash: [UInt8], of media: MediaID) throws(Problem) -> Bool
    /// Blobs whose files are to go.
    func doomedBlobs(limit: Int) throws(Problem) -> [BlobID]
    /// Whether any row, a doomed one included, is about that blob.
    func isKnown(_ blob: BlobID) throws(Problem) -> Bool

    // MARK: What shows media
    func avatar(of account: AccountID) throws(Problem) -> MediaID?
    /// With exactly one of its two fields.
    func image(of conversation: ConversationID) throws(Problem) -> ConversationImage?
    func emoji(_ name: EmojiName) throws(Problem) -> EmojiRow?
    /// In the order of their names, from after `name` on.
    func emoji(after name: EmojiName?, limit: Int) throws(Problem) -> [EmojiRow]
    /// Of one account, or of all.
    func emojiCount(by creator: AccountID?) throws(Problem) -> Int

    // MARK: The server's own
    func savedReply(key: [UInt8]) throws(Problem) -> SavedReply?
    func report(_ report: [UInt8]) throws(Problem) -> ReportRow?
    /// By number, ascending.
    func reports(after number: UInt64, limit: Int) throws(Problem) -> [ReportRow]
    func reportCount() throws(Problem) -> Int
    func setting(_ name: String) throws(Problem) -> [UInt8]?
}

/// Where a device's queue stands.
public struct QueueState: Sendable, Equatable {
    /// The last number given out.
    public var head: QueueNumber
    /// Everything up to here is delivered and gone.
    public var deliveredThrough: QueueNumber
    /// Envelopes that wait.
    public var count: UInt64

    public init(head: QueueNumber, deliveredThrough: QueueNumber, count: UInt64) {
        self.head = head
        self.deliveredThrough = deliveredThrough
        self.count = count
    }
}

/// What a command may read and write. Reads see the writes of this batch.
///
/// Writing calls throw for the machine's state (``ProblemCode/storageFull``, ``ProblemCode/internalError``) and trap
/// on a misuse such as a row for an account that does not exist: rules are checked by the verbs, above.
public protocol Tables: ReadableTables {
    // MARK: Accounts and devices
    func insertAccount(_ row: AccountRow) throws(Problem)
    /// Replaces the row with the same account id; the handle may change.
    func updateAccount(_ row: AccountRow) throws(Problem)
    func insertDevice(_ row: DeviceRow) throws(Problem)
    func updateDevice(_ row: DeviceRow) throws(Problem)
    /// Removes a device with its tokens, prekeys and queue.
    func removeDevice(_ address: DeviceAddress) throws(Problem)
    func insertToken(_ row: TokenRow) throws(Problem)
    func updateToken(_ row: TokenRow) throws(Problem)
    func removeTokens(family: SixteenBytes) throws(Problem)
    func putInvite(_ row: InviteRow) throws(Problem)
    func removeInvite(hash: [UInt8]) throws(Problem)

    // MARK: Deleted accounts
    /// Removes an account that has no device any more. Its memberships, media and reports stay for whoever removes
    /// them.
    func removeAccount(_ account: AccountID) throws(Problem)
    /// Notes that an id and a handle are never to be given again.
    func putTombstone(_ row: TombstoneRow) throws(Problem)
    /// Notes that rows of a removed account are left.
    func doom(_ row: DoomedAccountRow) throws(Problem)
    /// Nothing is left of a removed account.
    func forget(_ account: AccountID) throws(Problem)

    // MARK: Backups
    /// Inserts, or replaces the account's one backup. An id stands for one account: the caller has asked
    /// ``ReadableTables/backup(_:)`` first.
    func putBackup(_ row: BackupRow) throws(Problem)
    func removeBackup(of account: AccountID) throws(Problem)

    // MARK: Prekeys
    func putStandingPreKeys(_ keys: StandingPreKeys, of device: DeviceAddress) throws(Problem)
    /// Adds keys; one whose id is stored already replaces it.
    func addOneTimePreKeys(_ keys: [OneTimePreKeyPayload], of device: DeviceAddress) throws(Problem)
    func addKEMOneTimePreKeys(_ keys: [KEMPreKeyPayload], of device: DeviceAddress) throws(Problem)
    /// Removes and returns the key with the smallest id: it is never handed out again.
    func popOneTimePreKey(of device: DeviceAddress) throws(Problem) -> OneTimePreKeyPayload?
    func popKEMOneTimePreKey(of device: DeviceAddress) throws(Problem) -> KEMPreKeyPayload?

    // MARK: Conversations
    func insertConversation(_ row: ConversationRow) throws(Problem)
    func updateConversation(_ row: ConversationRow) throws(Problem)
    /// Inserts or replaces by (conversation, account).
    func putMember(_ row: MemberRow) throws(Problem)
    func removeMember(_ account: AccountID, of conversation: ConversationID) throws(Problem)
    /// Removes a conversation that has no member and no image any more, with its log; media that its messages show
    /// are ended.
    func removeConversation(_ conversation: ConversationID) throws(Problem)

    // MARK: The log
    /// One row, numbered in each recipient's queue, in the dm where there is one, and remembered by sender and client
    /// id.
    /// The caller has asked ``ReadableTables/accepted(from:clientID:)`` first.
    func append(_ draft: EnvelopeDraft) throws(Problem) -> AppendedEnvelopes
    /// A message that expires is noted in ``takeExpiredMessages(by:limit:)`` from here on.
    func append(_ draft: EntryDraft) throws(Problem) -> AppendedEntry
    /// Puts a tombstone in the place of a message: what it said leaves the log for good, while seq, id, time, sender,
    /// client id and the memory of its acceptance stay.
    /// - Returns: the entry as it was; `nil`, and nothing changes, where there is no message with that number, or
    ///   only its tombstone.
    func redact(_ seq: SequenceNumber, of conversation: ConversationID) throws(Problem) -> LogEntry?
    /// Takes messages whose time has come off the list of those that expire, the earliest first. The caller redacts
    /// them in the same command.
    func takeExpiredMessages(by now: Timestamp, limit: Int) throws(Problem) -> [MessagePlace]
    /// Everything up to `number` is delivered: it leaves the queue, and its row goes with the last copy. A number
    /// beyond the queue's head counts as the head; one below what is delivered changes nothing.
    func trimQueue(of device: DeviceAddress, through number: QueueNumber) throws(Problem)

    // MARK: The key log
    /// Adds an entry at the end of the log, and hashes at the end of its nodes. Nothing of either is ever changed.
    func appendToKeyLog(_ row: KeyLogRow, nodes: [[UInt8]]) throws(Problem)

    // MARK: Media
    /// Inserts or replaces by id. The blob never changes.
    func putMedia(_ row: MediaRow) throws(Problem)
    /// Removes media with their thumbnails, their leases and what shows them (an avatar, the image of a conversation,
    /// an emoji), and dooms all their blobs. So there is no reference without media, whoever removes them.
    func removeMedia(_ media: MediaID) throws(Problem)
    /// Inserts or replaces by (media, side, variant). The blob that is replaced is the caller's to doom.
    func putThumbnail(_ row: ThumbnailRow) throws(Problem)
    /// Inserts or replaces by (media, hash).
    func putLease(_ row: LeaseRow) throws(Problem)
    func removeLease(hash: [UInt8], of media: MediaID) throws(Problem)
    /// Removes the leases whose end has come.
    func removeLeases(of media: MediaID, endedBy now: Timestamp) throws(Problem)
    /// Notes that a blob's file is to go.
    func doom(_ blob: BlobID) throws(Problem)
    /// The file is gone.
    func forget(_ blob: BlobID) throws(Problem)

    // MARK: What shows media
    /// Inserts or replaces by account. The media exist and have no other use.
    func putAvatar(_ media: MediaID, of account: AccountID) throws(Problem)
    /// Inserts or replaces by conversation. Media of it exist and have no other use.
    func putImage(_ image: ConversationImage, of conversation: ConversationID) throws(Problem)
    func removeImage(of conversation: ConversationID) throws(Problem)
    /// The name is free; the media exist and have no other use.
    func insertEmoji(_ row: EmojiRow) throws(Problem)

    // MARK: The server's own
    func saveReply(_ reply: SavedReply, key: [UInt8]) throws(Problem)
    /// Gives the next number, or replaces what there is of the same report, which keeps its number.
    func putReport(_ row: ReportRow) throws(Problem)
    func removeReport(number: UInt64) throws(Problem)
    /// Removes some of the reports that an account made.
    /// - Returns: how many, at most `limit`.
    func removeReports(by reporter: AccountID, limit: Int) throws(Problem) -> Int
    func putSetting(_ name: String, _ value: [UInt8]) throws(Problem)
    /// Removes what has run out by `now`: tokens, invites, saved replies, reports older than ``Limits/reportDays``,
    /// envelopes older than ``Limits/queueDays``.
    /// - Returns: how many rows went, at most about `limit`; call again while it is not zero.
    func removeExpired(now: Timestamp, limit: Int) throws(Problem) -> Int
}

extension ReadableTables {
    /// One entry; `nil` where the number has none.
    public func entry(_ seq: SequenceNumber, of conversation: ConversationID) throws(Problem) -> LogEntry? {
        guard seq.rawValue > 0 else { return nil }
        let found = try entries(of: conversation, .after(SequenceNumber(seq.rawValue - 1)), limit: 1).first
        return found?.seq == seq ? found : nil
    }
}
