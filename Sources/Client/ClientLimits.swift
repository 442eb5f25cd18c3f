import Wire

/// The client's bounds, besides the protocol's own; `ClientLimitsTests` holds how they relate.
enum ClientLimits {
    /// One-time prekeys of each kind that the server is brought back to.
    static let oneTimePreKeysTarget = 100
    /// From this age on a signed prekey is replaced.
    static let signedPreKeySeconds: UInt64 = 7 * 86_400
    /// So long the private half of a replaced one is kept: a message may lie in a queue for 45 days.
    static let oldPreKeySeconds: UInt64 = 60 * 86_400
    /// One-time prekeys kept on the device; the oldest go first. More than the server ever holds.
    static let oneTimePreKeysKeptMax = 1_000
    /// Tries of one send against a device list that keeps changing.
    static let sendTriesMax = 4
    /// So long at most what a server has put off waits for the next try, whatever the server asked for.
    static let resendSecondsMax: UInt64 = 3600
    /// Entries of the key log that are read of the own account: its list changes a few times a year.
    static let ownEntriesMax = 10_000
    /// Lists that were never seen and are told at one connect; the rest follow at the next ones.
    static let unseenListsToldMax = 8
    /// Numbers of devices end below this; the protocol's own end is twice as far.
    static let deviceNumberEnd: UInt32 = 1 << 31
    /// Entries of a key log that an auditor reads into memory: about a gigabyte.
    static let auditEntriesMax: UInt64 = 1 << 24
    /// Tries to go on to a head of the key log, while other answers move the last one.
    static let headTriesMax = 16
    /// Tries in a row to reach a server, where only what waits there is wanted.
    static let connectTriesMax = 5
    /// From the opening of a socket until the server has said hello.
    static let greetingMilliseconds: UInt64 = 30_000
    /// So long an open connection may take to bring something when an app says that the network is back.
    static let probeMilliseconds: UInt64 = 10_000
    /// So long at most a client that has lost its connection stays away, whatever the server asked for, before chance
    /// adds up to a half; and where only what waits there is wanted.
    static let reconnectMillisecondsMax: UInt64 = 3_600_000
    static let reconnectUntilIdleMillisecondsMax: UInt64 = 30_000
    /// So long at most a connection is silent before it is taken for dead, whatever the server announced; and where
    /// only what waits there is wanted.
    static let silenceMillisecondsMax: UInt64 = 900_000
    static let silenceUntilIdleMillisecondsMax: UInt64 = 60_000
    /// So long at most a connection brings nothing of the queue, where only what waits there is wanted.
    static let emptyUntilIdleMillisecondsMax: UInt64 = 120_000
    /// So long at most an app is told to wait before the same again, whatever the server asks for.
    static let retrySecondsMax: UInt64 = 86_400
    /// An access token is renewed when it has less than this left.
    static let tokenMarginSeconds: UInt64 = 30
    /// Envelopes after which they are acknowledged at once, and the time after which fewer are.
    static let envelopesPerAcknowledgement = 32
    static let acknowledgementMilliseconds: UInt64 = 200
    /// Frames that are dealt with before others of the same account have a turn.
    static let framesPerTurn = 32
    /// After which it is durable here at the latest that the server has accepted a message.
    static let acceptedMilliseconds: UInt64 = 50
    /// Accounts in a backup; what does not fit its bytes is refused all the same.
    static let backupContactsMax = 20_000
    /// Contacts that a restore writes at once: 2,000 changes and about 4 MiB at most.
    static let contactsPerTransaction = 1_000
    /// A sender certificate is used until it is this old, and replaced ahead of need from this age on. The server lets
    /// one be good for 24 hours.
    static let certificateSeconds: UInt64 = 23 * 3600
    static let certificateRenewalSeconds: UInt64 = 12 * 3600
    /// After which a message may disappear: five seconds to four weeks.
    static let expirySeconds: ClosedRange<UInt64> = 5...2_419_200
    /// After so long a file that the server has put off is tried again, while somebody listens.
    static let fileRetryMilliseconds: UInt64 = 60_000
    /// Bytes of a download that are fetched at once, and after which what has come is made durable.
    static let downloadPieceByteCount: UInt64 = 4 << 20
    static let downloadFlushByteCount = 8 << 20
    /// Downloads that are remembered to go on with; the oldest goes first, with what had come of it.
    static let partialDownloadsMax = 32
    /// Uploads of one file that end in other bytes than were sealed, before it is given up.
    static let fileMismatchesMax: UInt64 = 3
    /// Deletions of one account that are kept for messages that have not come yet.
    static let earlyDeletionsMax = 256
    /// Sticker packs that a device keeps.
    static let stickerPacksMax = 100
    /// Moments at which lines disappear that are dealt with in one transaction.
    static let expiriesPerTransaction = 256
    /// Events that are kept for a listener that does not keep up.
    static let eventsKeptMax = 1_024
    /// Lines of one timeline.
    static let timelineLinesMax = 1_000
    /// Lines that disappear at one moment.
    static let dueLinesMax = 1_000
    /// Deletions of entries that are not here, which are remembered while pages are under way.
    static let openDeletionsMax = 4_096
    /// Times that a list of members is asked for that changes meanwhile.
    static let memberTriesMax = 3
    /// Stretches of one conversation's log that are known to be kept, with holes between them.
    static let stretchesMax = 64
    /// Pages of a log that are asked for at once to fill a part of a timeline: entries that are no lines fill none.
    static let pagesPerLoadMax = 16
    /// Entries of one conversation that are fetched at once behind what was told. With more, a hole is left.
    static let caughtUpEntriesMax = 5_000
    /// Lines that a log does not reach any more, which are taken out in one transaction.
    static let linesSetBackAtOnce = 256
    /// Conversations that are known to be no open ones, so that they are not asked for again.
    static let otherConversationsMax = 10_000
    /// Characters of a chat's newest line that the list of chats keeps.
    static let lastLineLengthMax = 256
    /// So long at most the store's log keeps what was replaced, such as older states of sessions.
    static let settleSeconds: UInt64 = 60
    /// Before the store is checked after it was opened, and between two slices of that.
    static let checkDelayMilliseconds: UInt64 = 5_000
    static let checkPauseMilliseconds: UInt64 = 50
    /// So long the server may take to look at an image; and the pauses between asking whether it has.
    static let imageMilliseconds: UInt64 = 60_000
    static let imageStepMilliseconds: UInt64 = 100
    static let imageStepMillisecondsMax: UInt64 = 2_000
    /// Stretches of the queue's numbers that are known to be taken, with gaps between them.
    static let takenStretchesMax = 32
    /// Of the envelopes that are kept for a later version, and of the contents. A content without room is not kept.
    static let keptByteCountMax = 16 << 20
    /// Of each sender one part in so many of what is free, and at least so many bytes.
    static let keptShareDivisor = 8
    static let keptFloorByteCount = 64 << 10
    /// So many of them a later version opens at once; what else there is to do comes in between.
    static let keptPerSlice = 32
    /// Pages of one list of the server that are read.
    static let listPagesMax = 1_000
    /// Conversations of such a list, or members; each has at most two ciphertexts of 1 KiB.
    static let listedItemsMax = 20_000
    /// Members whose handles are asked for while they are listed; the rest keep their ids.
    static let handlesAskedMax = 50
    static let linkCodeByteCountMax = 16 * 1024
}
